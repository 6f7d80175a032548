import type { ContainerPort, Pod } from '../client/objects.ts'
import { keyOf } from '../client/store.ts'
import { affinityTerms, type PodAffinityTerms } from './affinity-terms.ts'
import { ASSUMED_REQUESTS, podAmounts, toResources, type Resources } from './resources.ts'

export interface HostPort {
  ip: string
  protocol: string
  port: number
}

/** A pod and what the scheduler derives from it, once. */
export interface PodInfo {
  readonly pod: Pod
  readonly uid: string
  /** `namespace/name`. */
  readonly key: string
  readonly priority: number
  readonly requests: Resources
  /** Requests for scoring: containers that ask for nothing count as 100m and 200Mi. */
  readonly scoringCpu: number
  readonly scoringMemory: number
  readonly hostPorts: readonly HostPort[]
  /** What it says of other pods; undefined for most. */
  readonly affinity: PodAffinityTerms | undefined
}

export function podInfo(pod: Pod): PodInfo {
  const scoring = podAmounts(pod, ASSUMED_REQUESTS)
  return {
    pod,
    uid: pod.metadata.uid ?? '',
    key: keyOf(pod),
    priority: pod.spec?.priority ?? 0,
    requests: toResources(podAmounts(pod)),
    scoringCpu: scoring.get('cpu') ?? 0,
    scoringMemory: scoring.get('memory') ?? 0,
    hostPorts: hostPorts(pod),
    affinity: affinityTerms(pod),
  }
}

const NO_PORTS: readonly HostPort[] = []

function hostPorts(pod: Pod): readonly HostPort[] {
  let out: HostPort[] | undefined
  const take = (ports: ContainerPort[] | undefined): void => {
    for (const p of ports ?? []) {
      if (p.hostPort === undefined || p.hostPort <= 0) continue
      const ip = p.hostIP === undefined || p.hostIP === '' ? ANY_IP : p.hostIP
      ;(out ??= []).push({ ip, protocol: p.protocol ?? 'TCP', port: p.hostPort })
    }
  }
  for (const c of pod.spec?.containers ?? []) take(c.ports)
  for (const c of pod.spec?.initContainers ?? []) if (c.restartPolicy === 'Always') take(c.ports)
  return out ?? NO_PORTS
}

const ANY_IP = '0.0.0.0'

/** Host ports in use on a node: the wildcard address collides with every other. */
export class UsedPorts {
  readonly #byPort = new Map<string, Map<string, number>>()

  add(p: HostPort): void {
    const key = `${p.protocol}/${p.port}`
    let ips = this.#byPort.get(key)
    if (ips === undefined) this.#byPort.set(key, (ips = new Map()))
    ips.set(p.ip, (ips.get(p.ip) ?? 0) + 1)
  }

  remove(p: HostPort): void {
    const key = `${p.protocol}/${p.port}`
    const ips = this.#byPort.get(key)
    const count = ips?.get(p.ip)
    if (ips === undefined || count === undefined) return
    if (count > 1) ips.set(p.ip, count - 1)
    else ips.delete(p.ip)
    if (ips.size === 0) this.#byPort.delete(key)
  }

  conflicts(p: HostPort): boolean {
    const ips = this.#byPort.get(`${p.protocol}/${p.port}`)
    if (ips === undefined) return false
    return p.ip === ANY_IP || ips.has(p.ip) || ips.has(ANY_IP)
  }

  get size(): number {
    return this.#byPort.size
  }
}
