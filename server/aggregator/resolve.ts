import type { KubeObject } from '../machinery/types.ts'
import { slicesOf } from '../proxy/service-target.ts'
import type { Store } from '../registry/generic/store.ts'

/** Why a service cannot be reached, as the condition of an APIService says it (kube-aggregator `remote_available_controller.go`). */
export class Unreachable extends Error {
  readonly reason: string
  constructor(reason: string, message: string) {
    super(message)
    this.reason = reason
  }
}

interface Service extends KubeObject {
  spec?: { type?: string; externalName?: string; clusterIP?: string; ports?: { name?: string; port: number }[] }
}

export interface Address {
  readonly host: string
  readonly port: number
}

/** The same for a webhook, in the words that its callers have (apiserver `util/proxy`). */
export function resolveWebhookService(store: (resource: string) => Store, at: { namespace: string; name: string; port: number }): Address {
  try {
    return resolveService(store, at)
  } catch (e) {
    if (!(e instanceof Unreachable)) throw e
    const name = JSON.stringify(at.name)
    if (e.reason === 'ServiceNotFound') throw new Error(`service ${name} not found`, { cause: e })
    if (e.reason === 'ServicePortError') throw new Error(`no service port ${at.port} found for service ${name}`, { cause: e })
    throw new Error(`no endpoints available for service ${name}`, { cause: e })
  }
}

/**
 * An address of a service: one of its ready endpoints, in turn by `pick`, since nothing on this machine need route cluster IPs; what an
 * ExternalName names. Throws Unreachable.
 */
export function resolveService(
  store: (resource: string) => Store,
  { namespace, name, port }: { namespace: string; name: string; port: number },
  pick: (n: number) => number = (n) => Math.floor(Math.random() * n),
): Address {
  const what = `service/${name} in ${JSON.stringify(namespace)}`
  const service = store('services').cached(namespace, name)?.view() as Service | undefined
  if (service === undefined) throw new Unreachable('ServiceNotFound', `${what} is not present`)
  if (service.spec?.type === 'ExternalName') return { host: service.spec.externalName ?? '', port }
  const wanted = service.spec?.ports?.find((p) => p.port === port)
  if (wanted === undefined) throw new Unreachable('ServicePortError', `${what} is not listening on port ${port}`)
  const portName = wanted.name ?? ''
  const slices = slicesOf(store('endpointslices.discovery.k8s.io'), namespace, name)
  if (slices.length === 0) throw new Unreachable('EndpointsNotFound', `cannot find endpointslices for ${what}`)
  const found = slices.flatMap(({ ports, endpoints }) => {
    const target = ports?.find((p) => (p.name ?? '') === portName && p.port != null)?.port
    if (target == null) return []
    return (endpoints ?? [])
      .filter((e) => e.conditions?.ready !== false && e.addresses?.[0] !== undefined)
      .map((e) => ({ host: e.addresses![0]!, port: target }))
  })
  if (found.length === 0) {
    throw new Unreachable('MissingEndpoints', `endpointslices for ${what} have no addresses with port name ${JSON.stringify(portName)}`)
  }
  return found[pick(found.length)]!
}
