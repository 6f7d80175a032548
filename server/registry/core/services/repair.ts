import { needsHealthCheckPort, NONE, type Service } from '../../../apis/core/v1/service-types.ts'
import type { CacheEvent } from '../../../cache/event-ring.ts'
import type { Entry } from '../../../cache/entry.ts'
import type { Timer } from '../../../machinery/clock.ts'
import { parseAddress } from '../../../machinery/ip.ts'
import { formatAddress } from '../../../machinery/ip-range.ts'
import { isStatusError } from '../../../machinery/status.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import type { Store } from '../../generic/store.ts'
import type { StrategyContext } from '../../generic/strategy.ts'
import type { ServiceAllocators } from './allocation.ts'
import { MANAGED_BY_LABEL, MANAGER } from './cluster-ips.ts'
import { deleteFrom } from '../../generic/delete.ts'

/** An address without a service may be one whose service is being written; after this time it is not. */
const ORPHAN_MS = 60_000
/** Another server's service may be heard of before its address is. */
const SETTLE_MS = 1000
/** A port without a service is given back when this many runs in a row have found it so. */
const LEAK_RUNS = 3

export interface RepairStores {
  services: Store
  addresses: Store
}

/**
 * Makes addresses and ports agree with the services there are: a server that dies between taking one and writing its service leaves one
 * behind, and a store of an older Kubernetes has services without IPAddress objects. Run it at start and every few minutes; between, it
 * follows what is written, since an address that nobody has taken is given to the next service.
 */
export class ServiceRepair {
  readonly #allocators: ServiceAllocators
  readonly #stores: RepairStores
  readonly #context: StrategyContext
  readonly #leaks = new Map<number, number>()

  constructor(allocators: ServiceAllocators, stores: RepairStores, context: StrategyContext) {
    this.#allocators = allocators
    this.#stores = stores
    this.#context = context
  }

  async run(): Promise<void> {
    await this.#stores.services.deps.feed.fresh()
    const services = [...this.#stores.services.resource.cache.list.entries({ namespace: '' })].map((e) => e.object() as unknown as Service)
    const used = new Map<string, Service>()
    for (const s of services) for (const ip of addressesOf(s)) used.set(ip, s)
    for (const [ip, service] of used) await this.#claim(ip, service)
    await this.#dropOrphans(used)
    await this.#repairPorts(services)
  }

  /** Takes the addresses of services as they are written, where nobody has. Returns what ends it. */
  follow(onError: (e: unknown) => void): () => void {
    const { cache } = this.#stores.services.resource
    const timers = new Set<Timer>()
    const missing = (service: Service): string[] => addressesOf(service).filter((ip) => this.#stores.addresses.cached('', ip) === undefined)
    const listener = (event: CacheEvent | undefined): void => {
      if (event === undefined || event.deleted) return
      const { entry } = event
      if (missing(entry.view() as unknown as Service).length === 0) return
      const timer = this.#context.clock.setTimeout(() => {
        timers.delete(timer)
        this.#claimMissing(entry, missing).catch(onError)
      }, SETTLE_MS)
      timers.add(timer)
    }
    cache.listeners.add(listener)
    return () => {
      cache.listeners.delete(listener)
      for (const timer of timers) timer.cancel()
    }
  }

  /** Of the service as it is by now, if it is. */
  async #claimMissing({ key }: Entry, missing: (service: Service) => string[]): Promise<void> {
    const service = this.#stores.services.resource.cache.list.get(key)?.object() as unknown as Service | undefined
    if (service === undefined) return
    for (const ip of missing(service)) await this.#claim(ip, service)
  }

  async #claim(ip: string, service: Service): Promise<void> {
    if (this.#stores.addresses.cached('', ip) !== undefined) return
    await this.#allocators.ips.take(ip, service as unknown as KubeObject, this.#context).catch(() => undefined)
  }

  async #dropOrphans(used: ReadonlyMap<string, Service>): Promise<void> {
    const context = this.#context
    for (const entry of this.#stores.addresses.resource.cache.list.entries({ namespace: '' })) {
      const { metadata } = entry.object()
      const name = metadata.name ?? ''
      const age = context.clock.now() - Date.parse(metadata.creationTimestamp ?? '')
      if (metadata.labels?.[MANAGED_BY_LABEL] !== MANAGER || used.has(name) || !(age > ORPHAN_MS)) continue
      const options = { preconditions: { ...(metadata.uid === undefined ? {} : { uid: metadata.uid }) } }
      await deleteFrom(this.#stores.addresses, { namespace: '', name, options, context }).catch((e: unknown) => {
        if (!isStatusError(e)) throw e
      })
    }
  }

  async #repairPorts(services: readonly Service[]): Promise<void> {
    const { nodePorts } = this.#allocators
    const used = new Set(services.flatMap(nodePortsOf))
    if (used.size > 0) await nodePorts.reclaim([...used])
    const leaked = (await nodePorts.taken()).filter((p) => !used.has(p))
    const still = new Set(leaked)
    for (const port of [...this.#leaks.keys()]) if (!still.has(port)) this.#leaks.delete(port)
    const gone: number[] = []
    for (const port of leaked) {
      const runs = (this.#leaks.get(port) ?? 0) + 1
      this.#leaks.set(port, runs)
      if (runs >= LEAK_RUNS) gone.push(port)
    }
    await nodePorts.release(gone)
  }
}

function addressesOf({ spec }: Service): string[] {
  if (spec.type === 'ExternalName') return []
  const ips = spec.clusterIPs ?? (spec.clusterIP ? [spec.clusterIP] : [])
  return ips
    .filter((ip) => ip !== NONE)
    .flatMap((ip) => {
      const a = parseAddress(ip)
      return a === undefined ? [] : [formatAddress(a.family === 4 ? 'IPv4' : 'IPv6', a.bits)]
    })
}

function nodePortsOf(service: Service): number[] {
  const ports = (service.spec.ports ?? []).flatMap((p) => (p.nodePort ? [p.nodePort] : []))
  const check = service.spec.healthCheckNodePort
  return needsHealthCheckPort(service) && check ? [...ports, check] : ports
}
