import { goQuote } from '../../../machinery/go-quote.ts'
import { needsHealthCheckPort, NONE, usesNodePorts, type Service } from '../../../apis/core/v1/service-types.ts'
import { familyOf } from '../../../apis/core/v1/service-addresses.ts'
import { invalid, invalidObject } from '../../../machinery/field-errors.ts'
import { internalError } from '../../../machinery/status.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import type { Reservation, StrategyContext } from '../../generic/strategy.ts'
import { AllocationError, FULL, type ClusterIPs } from './cluster-ips.ts'
import { fillFamilies, prefersAndKeeps, type Families } from '../../../apis/core/v1/service-families.ts'
import type { NodePorts } from './node-ports.ts'
import { completeOldService, keepAllocatedValues, normalizeClusterIPs } from '../../../apis/core/v1/service-normalize.ts'
import { PortOperation } from './port-operation.ts'

export interface ServiceAllocators {
  ips: ClusterIPs
  nodePorts: NodePorts
  /** The families of --service-cluster-ip-range. */
  families: Families
}

const refused = (service: Service, field: string, value: unknown, text: string): Error =>
  invalidObject({ group: '', kind: 'Service' }, service.metadata.name ?? '', [invalid(field, value, text)])

const object = (service: Service): KubeObject => service as unknown as KubeObject

/** What a write of a service has taken so far. */
class Transaction implements Reservation {
  readonly ports: PortOperation
  readonly taken: string[] = []
  readonly released: string[] = []
  readonly #allocators: ServiceAllocators
  readonly #context: StrategyContext

  constructor(allocators: ServiceAllocators, context: StrategyContext) {
    this.#allocators = allocators
    this.#context = context
    this.ports = new PortOperation(allocators.nodePorts, context.dryRun)
  }

  async commit(): Promise<void> {
    await Promise.all([this.ports.commit(), this.#release(this.released)])
  }

  async undo(): Promise<void> {
    await Promise.all([this.ports.undo(), this.#release(this.taken)])
  }

  async #release(ips: readonly string[]): Promise<void> {
    if (this.#context.dryRun) return
    await Promise.all(ips.map((ip) => this.#allocators.ips.release(ip, this.#context)))
  }
}

/** Runs `work`; what it has taken before it fails is given back. */
async function transaction(a: ServiceAllocators, context: StrategyContext, work: (t: Transaction) => Promise<void>): Promise<Reservation> {
  const t = new Transaction(a, context)
  try {
    await work(t)
    return t
  } catch (e) {
    await t.undo()
    throw e
  }
}

export function allocateForCreate(a: ServiceAllocators, service: Service, context: StrategyContext): Promise<Reservation> {
  return transaction(a, context, async (t) => {
    normalizeClusterIPs(service, undefined)
    fillFamilies(service, undefined, a.families)
    await takeClusterIPs(a, t, service, context)
    if (usesNodePorts(service)) await takeNodePorts(t, service)
    if (needsHealthCheckPort(service)) await takeHealthCheckPort(t, service)
  })
}

/** `old` may be completed in place: the caller gives a copy. */
export function allocateForUpdate(a: ServiceAllocators, service: Service, old: Service, context: StrategyContext): Promise<Reservation> {
  return transaction(a, context, async (t) => {
    completeOldService(old, a.families[0]!)
    keepAllocatedValues(service, old)
    normalizeClusterIPs(service, old)
    fillFamilies(service, old, a.families)
    await changeClusterIPs(a, t, service, old, context)
    await changeNodePorts(t, service, old)
  })
}

/** Gives back all that a deleted service had. */
export async function releaseAll(a: ServiceAllocators, service: Service, context: StrategyContext): Promise<void> {
  completeOldService(service, a.families[0]!)
  const { type, clusterIPs = [] } = service.spec
  const ips = type === 'ExternalName' || clusterIPs[0] === NONE ? [] : clusterIPs
  const ports = portsOf(service)
  if (needsHealthCheckPort(service) && service.spec.healthCheckNodePort) ports.push(service.spec.healthCheckNodePort)
  await Promise.all([...ips.map((ip) => a.ips.release(ip, context)), a.nodePorts.release(ports).catch(() => undefined)])
}

const portsOf = (service: Service): number[] => (service.spec.ports ?? []).flatMap((p) => (p.nodePort ? [p.nodePort] : []))

async function takeClusterIPs(a: ServiceAllocators, t: Transaction, service: Service, context: StrategyContext): Promise<void> {
  const { spec } = service
  if (spec.type === 'ExternalName' || spec.clusterIPs?.[0] === NONE) return
  const wanted = spec.clusterIPs ?? []
  spec.clusterIPs = (spec.ipFamilies ?? []).map((_, i) => wanted[i] ?? '')
  for (const [i, family] of (spec.ipFamilies ?? []).entries()) await takeOne(a, t, service, i, family, context)
  if (spec.clusterIPs.length > 0) spec.clusterIP = spec.clusterIPs[0]!
}

async function takeOne(
  a: ServiceAllocators,
  t: Transaction,
  service: Service,
  i: number,
  family: string,
  context: StrategyContext,
): Promise<void> {
  const ips = service.spec.clusterIPs!
  const wanted = ips[i]!
  try {
    if (wanted === '') ips[i] = await a.ips.takeNext(family, object(service), context)
    else await a.ips.take(wanted, object(service), context)
    t.taken.push(ips[i]!)
  } catch (e) {
    if (!(e instanceof AllocationError)) throw e
    if (wanted !== '') throw refused(service, 'spec.clusterIPs', ips, `failed to allocate IP ${wanted}: ${e.message}`)
    if (e.message !== FULL) throw refused(service, 'spec.clusterIPs', ips, `failed to allocate IP: ${e.message}`)
    throw internalError(`failed to allocate a serviceIP for Service ${goQuote(service.metadata.name ?? '')}: ${e.message}`)
  }
}

async function changeClusterIPs(
  a: ServiceAllocators,
  t: Transaction,
  service: Service,
  old: Service,
  context: StrategyContext,
): Promise<void> {
  const { spec } = service
  const was = old.spec
  if (prefersAndKeeps(service, old)) return
  if (was.type === 'ExternalName' && spec.type !== 'ExternalName') return takeClusterIPs(a, t, service, context)
  if (was.clusterIPs?.[0] === NONE) return
  if (was.type !== 'ExternalName' && spec.type === 'ExternalName') {
    t.released.push(...(was.clusterIPs ?? []))
    return
  }
  const [before, now] = [was.ipFamilies?.length ?? 0, spec.ipFamilies?.length ?? 0]
  if (before === 1 && now === 2) {
    spec.clusterIPs = [...(spec.clusterIPs ?? [])]
    if (spec.clusterIPs.length < 2) spec.clusterIPs.push('')
    await takeOne(a, t, service, 1, spec.ipFamilies![1]!, context)
  } else if (before === 2 && now === 1) {
    t.released.push(...(was.clusterIPs ?? []).filter((ip, i) => i > 0 && familyOf(ip) === was.ipFamilies![1]))
  }
}

const wantsNodePorts = ({ spec }: Service): boolean =>
  spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts === true)

async function takePort(t: Transaction, service: Service, i: number, port: number): Promise<void> {
  try {
    await t.ports.take(port)
  } catch (e) {
    throw e instanceof AllocationError ? refused(service, `spec.ports[${i}].nodePort`, port, e.message) : e
  }
}

async function takeAnyPort(t: Transaction): Promise<number> {
  try {
    return await t.ports.takeNext()
  } catch (e) {
    throw e instanceof AllocationError ? internalError(`failed to allocate a nodePort: ${e.message}`) : e
  }
}

/** Ports of one number (TCP and UDP 53) share a node port, the one that is asked for if there is one. */
async function takeNodePorts(t: Transaction, service: Service): Promise<void> {
  const ports = service.spec.ports ?? []
  const given = new Map<number, number>()
  // Of several that are asked for one number the first.
  const wanted = new Map(ports.flatMap((q) => (q.nodePort ? [[q.port ?? 0, q.nodePort] as const] : [])).toReversed())
  for (const [i, p] of ports.entries()) {
    if (!p.nodePort && !wantsNodePorts(service)) continue
    const number = p.port ?? 0
    const shared = given.get(number)
    if (shared === undefined) {
      const asked = wanted.get(number)
      if (asked === undefined) p.nodePort = await takeAnyPort(t)
      else {
        await takePort(t, service, i, asked)
        p.nodePort = asked
      }
      given.set(number, p.nodePort)
    } else if (!p.nodePort) p.nodePort = shared
    else if (p.nodePort !== shared) await takePort(t, service, i, p.nodePort)
  }
}

async function takeHealthCheckPort(t: Transaction, service: Service): Promise<void> {
  const asked = service.spec.healthCheckNodePort ?? 0
  try {
    if (asked !== 0) await t.ports.take(asked)
    else service.spec.healthCheckNodePort = await t.ports.takeNext()
  } catch (e) {
    if (!(e instanceof AllocationError)) throw e
    const what = asked === 0 ? 'a HealthCheck NodePort 0' : `requested HealthCheck NodePort ${asked}`
    throw internalError(`failed to allocate ${what}: ${e.message}`)
  }
}

async function changeNodePorts(t: Transaction, service: Service, old: Service): Promise<void> {
  if (usesNodePorts(old) && !usesNodePorts(service)) t.ports.releaseLater(portsOf(old))
  if (usesNodePorts(service)) await replaceNodePorts(t, service, old)
  if (!needsHealthCheckPort(old) && needsHealthCheckPort(service)) await takeHealthCheckPort(t, service)
  else if (needsHealthCheckPort(old) && !needsHealthCheckPort(service)) t.ports.releaseLater([old.spec.healthCheckNodePort ?? 0])
}

async function replaceNodePorts(t: Transaction, service: Service, old: Service): Promise<void> {
  const had = new Set(portsOf(old))
  const taken = new Set<number>()
  for (const [i, p] of (service.spec.ports ?? []).entries()) {
    if (!p.nodePort) {
      if (wantsNodePorts(service)) p.nodePort = await takeAnyPort(t)
    } else if (!had.has(p.nodePort) && !taken.has(p.nodePort)) {
      await takePort(t, service, i, p.nodePort)
      taken.add(p.nodePort)
    }
  }
  const has = new Set(portsOf(service))
  t.ports.releaseLater([...had].filter((p) => !has.has(p)))
}
