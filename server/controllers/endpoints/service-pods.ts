import { isIPv4, isIPv6 } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import { dropManagedFields, type Informer } from '../../client/informer.ts'
import type { Pod, Service, ServicePort } from '../../client/objects.ts'
import { PODS, SERVICES } from '../../client/resource.ts'
import { keyOf } from '../../client/store.ts'
import { canonicalAddress } from '../../machinery/ip.ts'
import type { WorkQueue } from '../../machinery/work-queue.ts'
import type { ControllerContext } from '../controller.ts'
import { isReady, isTerminal } from '../pods.ts'

/** Services with the pods behind them: what the endpoints and the endpoint slice controller both look at. */
export class ServicePods {
  readonly services: Informer<Service>
  readonly pods: Informer<Pod>
  readonly #queue: WorkQueue

  /** Puts a service's key on the queue whenever the service, or a pod that it selects, changes in a way that shows. */
  constructor(ctx: ControllerContext, queue: WorkQueue) {
    this.#queue = queue
    this.services = ctx.informers.informer<Service>(SERVICES)
    this.pods = ctx.informers.informer<Pod>(PODS, { transform: dropManagedFields })
  }

  async start(): Promise<void> {
    const add = (s: Service): void => this.#queue.add(keyOf(s))
    this.services.addHandler({ added: add, updated: add, deleted: add })
    this.pods.addHandler({
      added: (pod) => this.#wake(pod),
      updated: (pod, old) => {
        const relabelled = !isDeepStrictEqual(pod.metadata.labels, old.metadata.labels)
        if (!relabelled && isDeepStrictEqual(shown(pod), shown(old))) return
        this.#wake(pod)
        if (relabelled) this.#wake(old)
      },
      deleted: (pod) => this.#wake(pod),
    })
    await Promise.all([this.services.synced(), this.pods.synced()])
  }

  #wake(pod: Pod): void {
    for (const s of this.services.lister.list(pod.metadata.namespace)) if (selects(s, pod)) this.#queue.add(keyOf(s))
  }

  /** In the order of their names. */
  podsOf(service: Service): Pod[] {
    return this.pods.lister
      .list(service.metadata.namespace)
      .filter((p) => selects(service, p))
      .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))
  }
}

/** What of a pod can be seen in endpoints. */
function shown(pod: Pod): unknown {
  const { spec, status, metadata } = pod
  return [
    isReady(pod),
    isTerminal(pod),
    status?.podIP,
    status?.podIPs,
    metadata.deletionTimestamp ?? null,
    spec?.nodeName,
    spec?.hostname,
    spec?.subdomain,
  ]
}

function selects(service: Service, pod: Pod): boolean {
  const { selector } = service.spec ?? {}
  // An empty selector selects every pod; a missing one is somebody else's business.
  return selector !== undefined && Object.entries(selector).every(([k, v]) => pod.metadata.labels?.[k] === v)
}

export function belongs(pod: Pod, includeTerminating: boolean): boolean {
  if (isTerminal(pod)) return false
  if ((pod.status?.podIP ?? '') === '' && (pod.status?.podIPs ?? []).length === 0) return false
  return includeTerminating || pod.metadata.deletionTimestamp == null
}

export type AddressType = 'IPv4' | 'IPv6'

export function addressesOf(pod: Pod, type: AddressType): string[] {
  const all = (pod.status?.podIPs ?? []).map((p) => p.ip)
  if (all.length === 0 && pod.status?.podIP !== undefined) all.push(pod.status.podIP)
  // As Go prints them: 2001:0DB8::1 may be what a node says.
  return all.filter((ip) => (type === 'IPv4' ? isIPv4(ip) : isIPv6(ip))).map((ip) => canonicalAddress(ip) ?? ip)
}

/** The service's families; one without any (an old or headless service) is IPv4. */
export function addressTypes(service: Service): AddressType[] {
  const families = (service.spec?.ipFamilies ?? []).filter((f) => f === 'IPv4' || f === 'IPv6')
  return families.length === 0 ? ['IPv4'] : families
}

/** The pod's port behind a service port; undefined when the pod has no port of that name. */
export function portOf(pod: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort ?? port.port
  if (typeof target === 'number') return target === 0 ? port.port : target
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? []).filter((c) => c.restartPolicy === 'Always')]
  for (const c of containers) {
    for (const p of c.ports ?? []) {
      if (p.name === target && (p.protocol ?? 'TCP') === (port.protocol ?? 'TCP')) return p.containerPort
    }
  }
  return undefined
}

export const isHeadless = (service: Service): boolean => (service.spec?.clusterIP ?? '') === '' || service.spec?.clusterIP === 'None'

export function hostnameOf(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec ?? {}
  return hostname !== undefined && hostname !== '' && subdomain === service.metadata.name ? hostname : undefined
}

export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time'

/** When what led to a change happened: what `endpoints.kubernetes.io/last-change-trigger-time` says (scalability SLI). */
export class TriggerTimes {
  readonly #seen = new Map<string, { service: string; pods: Map<string, string> }>()

  /**
   * The earliest change since the last call, RFC 3339; undefined when nothing with a time of its own changed. Of a service not seen before it
   * is when that was made, however old its pods are.
   */
  next(service: Service, pods: readonly Pod[]): string | undefined {
    const key = keyOf(service)
    const before = this.#seen.get(key)
    const now = { service: service.metadata.creationTimestamp ?? '', pods: new Map<string, string>() }
    const changes: string[] = []
    if (now.service > (before?.service ?? '')) changes.push(now.service)
    for (const pod of pods) {
      const time = pod.status?.conditions?.find((c) => c.type === 'Ready')?.lastTransitionTime
      if (time == null) continue
      now.pods.set(keyOf(pod), time)
      if (time > (before?.pods.get(keyOf(pod)) ?? '')) changes.push(time)
    }
    this.#seen.set(key, now)
    if (before === undefined) return now.service === '' ? undefined : now.service
    return changes.sort()[0]
  }

  forget(key: string): void {
    this.#seen.delete(key)
  }
}
