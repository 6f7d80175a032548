import { randomBytes } from 'node:crypto'
import type { Entry } from '../../../cache/entry.ts'
import { addressRange, contains, formatAddress, type AddressRange } from '../../../machinery/ip-range.ts'
import { parseAddress } from '../../../machinery/ip.ts'
import type { MetricSource } from '../../../machinery/metrics.ts'
import { isStatusError } from '../../../machinery/status.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import type { Store } from '../../generic/store.ts'
import type { StrategyContext } from '../../generic/strategy.ts'
import { deleteFrom } from '../../generic/delete.ts'
import { createIn } from '../../generic/write.ts'
import { ClusterIPMetrics, type AllocationScope } from './allocator-metrics.ts'

/** Why an address was not given; the texts are the reference's (core/service/ipallocator). */
export class AllocationError extends Error {}
export const FULL = 'range is full'
const ALLOCATED = 'provided IP is already allocated'
const OUTSIDE = 'the provided network does not match the current range'

export const FAMILY_LABEL = 'ipaddress.kubernetes.io/ip-family'
export const MANAGED_BY_LABEL = 'ipaddress.kubernetes.io/managed-by'
export const MANAGER = 'ipallocator.k8s.io'

interface ServiceCidr {
  metadata: { deletionTimestamp?: string | null }
  spec?: { cidrs?: string[] }
  status?: { conditions?: { type?: string; status?: string }[] }
}

/**
 * Gives out cluster IPs from the ranges of all ServiceCIDRs. An address is taken by creating its IPAddress object, which storage lets
 * one alone do, whoever asks: requests of this process, other API servers, a real kube-apiserver on the same etcd.
 */
export class ClusterIPs {
  readonly #store: (resource: string) => Store
  readonly #ranges = new WeakMap<Entry, AddressRange[]>()
  readonly #metrics = new ClusterIPMetrics()

  constructor(store: (resource: string) => Store) {
    this.#store = store
  }

  get #addresses(): Store {
    return this.#store('ipaddresses.networking.k8s.io')
  }

  get #cidrs(): Store {
    return this.#store('servicecidrs.networking.k8s.io')
  }

  /** Takes a certain address for a service; AllocationError when that cannot be. With dryRun the range alone is looked at. */
  async take(ip: string, service: KubeObject, context: StrategyContext): Promise<void> {
    const parsed = parseAddress(ip)!
    const family = parsed.family === 4 ? 'IPv4' : 'IPv6'
    const holds = (r: AddressRange): boolean => contains(r, family, parsed.bits)
    let range = this.#usable(family).find(holds)
    if (range === undefined) {
      await this.#cidrs.deps.feed.fresh()
      range = this.#usable(family).find(holds)
    }
    if (context.dryRun) {
      const first = this.#usable(family)[0]
      if (range === undefined) {
        throw new AllocationError(
          first === undefined ? OUTSIDE : `the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${first.cidr}`,
        )
      }
      return
    }
    if (range === undefined) throw new AllocationError(OUTSIDE)
    const started = performance.now()
    if (await this.claim(formatAddress(family, parsed.bits), family, service, context)) this.#allocated(range, 'static', started)
    else {
      this.#metrics.failed(range, 'static')
      throw new AllocationError(ALLOCATED)
    }
  }

  /** Takes any free address of a family, from the upper part of a range as long as there is one; AllocationError `range is full`. */
  async takeNext(family: string, service: KubeObject, context: StrategyContext): Promise<string> {
    let ranges = this.#usable(family)
    if (ranges.length === 0) {
      await this.#cidrs.deps.feed.fresh()
      ranges = this.#usable(family)
    }
    // Upstream answers a dry run with the network's own address, which is never given to anybody.
    if (context.dryRun && ranges.length > 0) return formatAddress(family, ranges[0]!.first - 1n)
    for (const range of ranges) {
      const started = performance.now()
      const upper = range.first + range.reserved
      const found =
        (await this.#scan(upper, range.last, family, service, context)) ??
        (range.reserved === 0n ? undefined : await this.#scan(range.first, upper - 1n, family, service, context))
      if (found !== undefined) {
        this.#allocated(range, 'dynamic', started)
        return found
      }
      this.#metrics.failed(range, 'dynamic')
    }
    throw new AllocationError(FULL)
  }

  /** Whether a ServiceCIDR has it, be that ready or not. */
  isInRange(family: string, bits: bigint): boolean {
    for (const entry of this.#cidrs.resource.cache.list.entries({ namespace: '' })) {
      const { cidrs = [] } = (entry.view() as unknown as ServiceCidr).spec ?? {}
      if (cidrs.some((cidr) => contains(addressRange(cidr), family, bits))) return true
    }
    return false
  }

  /** Gives an address back; one that is free already, or cannot be reached now, is left to the repair loop. */
  async release(ip: string, context: StrategyContext): Promise<void> {
    const parsed = parseAddress(ip)
    if (parsed === undefined) return
    const name = formatAddress(parsed.family === 4 ? 'IPv4' : 'IPv6', parsed.bits)
    await deleteFrom(this.#addresses, { namespace: '', name, options: {}, context }).catch(() => undefined)
  }

  metrics(): MetricSource[] {
    return this.#metrics.sources(() => ({
      ranges: [...this.#usable('IPv4'), ...this.#usable('IPv6')],
      taken: this.#given(),
    }))
  }

  *#given(): Iterable<string> {
    for (const entry of this.#addresses.resource.cache.list.entries({ namespace: '' }))
      if (entry.parts.labels?.[MANAGED_BY_LABEL] === MANAGER) yield entry.name
  }

  #allocated(range: AddressRange, scope: AllocationScope, started: number): void {
    this.#metrics.allocated(range, scope, (performance.now() - started) / 1000)
  }

  // From a random place on to the end, then from the start: concurrent servers seldom try the same address.
  async #scan(first: bigint, last: bigint, family: string, service: KubeObject, context: StrategyContext): Promise<string | undefined> {
    const size = last - first + 1n
    if (size <= 0n) return undefined
    const start = randomBelow(size)
    for (let i = 0n; i < size; i++) {
      const name = formatAddress(family, first + ((start + i) % size))
      if (this.#addresses.cached('', name) !== undefined) continue
      if (await this.claim(name, family, service, context)) return name
    }
    return undefined
  }

  /** Takes an address by its canonical text, whatever the ranges are. False when somebody has it. */
  async claim(name: string, family: string, service: KubeObject, context: StrategyContext): Promise<boolean> {
    const { metadata } = service
    const object: KubeObject = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IPAddress',
      metadata: { name, labels: { [FAMILY_LABEL]: family, [MANAGED_BY_LABEL]: MANAGER } },
      spec: { parentRef: { resource: 'services', namespace: metadata.namespace, name: metadata.name } },
    }
    try {
      await createIn(this.#addresses, { object, namespace: '', context })
      return true
    } catch (e) {
      if (isStatusError(e, 'AlreadyExists')) return false
      throw e
    }
  }

  #usable(family: string): AddressRange[] {
    const out: AddressRange[] = []
    for (const entry of this.#cidrs.resource.cache.list.entries({ namespace: '' })) {
      let ranges = this.#ranges.get(entry)
      if (ranges === undefined) this.#ranges.set(entry, (ranges = rangesOf(entry.object() as unknown as ServiceCidr)))
      for (const r of ranges) if (r.family === family) out.push(r)
    }
    return out
  }
}

/** Upstream's allocator refuses IPv6 ranges wider than this, whoever makes the ServiceCIDR. */
const WIDEST_IPV6 = 1n << 64n

const hasAllocator = (r: AddressRange): boolean => r.family === 'IPv4' || r.last - r.first < WIDEST_IPV6

/** Ranges that are ready and stay; one without a Ready condition counts as ready. */
function rangesOf(cidr: ServiceCidr): AddressRange[] {
  const ready = cidr.status?.conditions?.find((c) => c.type === 'Ready')
  if (cidr.metadata.deletionTimestamp || (ready !== undefined && ready.status !== 'True')) return []
  return (cidr.spec?.cidrs ?? []).map(addressRange).filter(hasAllocator)
}

/** Uniform enough: 64 random bits more than the range has. */
function randomBelow(size: bigint): bigint {
  const bytes = randomBytes(8 + Math.ceil(size.toString(16).length / 2))
  return BigInt(`0x${bytes.toString('hex')}`) % size
}
