import { parseLabelSelector } from '../machinery/labels.ts'
import { anyFields } from '../machinery/fields.ts'
import { serviceUnavailable } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import { translated } from '../registry/generic/errors.ts'
import type { Store } from '../registry/generic/store.ts'
import { portNumber, type ProxyId, type ProxyTarget } from './target.ts'

interface Endpoint {
  addresses?: string[]
  conditions?: { ready?: boolean | null }
  targetRef?: { namespace?: string; name?: string }
}

export interface Slice {
  addressType?: string
  ports?: { name?: string | null; port?: number | null }[]
  endpoints?: Endpoint[]
}

const PRIMARY_FAMILY = 'IPv4'

/**
 * Where requests to a service go: one ready endpoint, at random, of the port that the id names, from the service's EndpointSlices
 * (registry/core/service/storage, ResourceLocation). Only addresses of pods are served: endpoints are written by users too.
 */
export async function serviceTarget(store: (resource: string) => Store, namespace: string, id: ProxyId): Promise<ProxyTarget> {
  const portName = await portNameOf(store, namespace, id)
  const slices = store('endpointslices.discovery.k8s.io')
  await translated(slices.groupResource, '', () => slices.deps.feed.fresh())
  const found = slicesOf(slices, namespace, id.name)
  const pods = store('pods')
  const isPod = (e: Endpoint): boolean => {
    if (e.targetRef?.name === undefined || e.targetRef.namespace !== namespace) return false
    const status = pods.cached(namespace, e.targetRef.name)?.view().status as { podIPs?: { ip?: string }[] } | undefined
    return status?.podIPs?.some((p) => p.ip === e.addresses?.[0]) === true
  }
  const chosen = randomEndpoint(found, portName, isPod)
  if (chosen === undefined) throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(id.name)}`)
  const scheme = id.scheme === '' ? 'http' : id.scheme
  return { protocol: `${scheme}:`, host: chosen.host, port: portNumber(String(chosen.port)), asKubeletClient: false }
}

/** The EndpointSlices of a service, as the cache of their store has them. */
export function slicesOf(store: Store, namespace: string, service: string): Slice[] {
  const labels = parseLabelSelector(`kubernetes.io/service-name=${service}`)
  return [...store.resource.cache.select({ namespace, labels, fields: anyFields })].map((e) => e.view() as unknown as Slice)
}

/** A number is looked up in the service; a name is taken as it is, and no name is the port without one. */
async function portNameOf(store: (resource: string) => Store, namespace: string, id: ProxyId): Promise<string> {
  if (!/^[+-]?\d+$/.test(id.port)) return id.port
  const service = (await store('services').get(namespace, id.name)).object() as KubeObject & {
    spec?: { ports?: { name?: string; port: number }[] }
  }
  const port = service.spec?.ports?.find((p) => p.port === Number(id.port))
  if (port === undefined) throw serviceUnavailable(`no service port ${Number(id.port)} found for service ${JSON.stringify(id.name)}`)
  return port.name ?? ''
}

/** Slices of the primary family first, otherwise in random order; within a slice from a random endpoint on. */
export function randomEndpoint(
  slices: readonly Slice[],
  portName: string,
  accepts: (e: Endpoint) => boolean,
  random: () => number = Math.random,
): { host: string; port: number } | undefined {
  const order = slices
    .map((slice) => ({ slice, rank: (slice.addressType === PRIMARY_FAMILY ? 0 : 1) + random() }))
    .sort((a, b) => a.rank - b.rank)
  for (const { slice } of order) {
    const endpoints = slice.endpoints ?? []
    for (const { name, port } of slice.ports ?? []) {
      if (name !== portName || port == null) continue
      const offset = Math.floor(random() * endpoints.length)
      const rotated = [...endpoints.slice(offset), ...endpoints.slice(0, offset)]
      const host = rotated.find((e) => e.conditions?.ready !== false && accepts(e))?.addresses?.[0]
      if (host !== undefined) return { host, port }
    }
  }
  return undefined
}
