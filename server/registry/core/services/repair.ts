import type { Service } from '../../../apis/core/v1/service-types.ts'
import type { CacheEvent } from '../../../cache/event-ring.ts'
import type { Entry } from '../../../cache/entry.ts'
import type { Timer } from '../../../machinery/clock.ts'
import type { Store } from '../../generic/store.ts'
import type { StrategyContext } from '../../generic/strategy.ts'
import type { ServiceAllocators } from './allocation.ts'
import { AddressRepair, type RepairStores } from './repair-addresses.ts'
import { PortRepair } from './repair-ports.ts'
import type { RepairedObject, RepairLoop } from './repair-warning.ts'

/** Another server's service may be heard of before its address is. */
const SETTLE_MS = 1000

/** Tells of a fault that was found, as the loop that found it. */
export type RepairWarnings = (loop: RepairLoop, about: RepairedObject, reason: string, action: string, message: string) => void

/**
 * Makes addresses and ports agree with the services there are: a server that dies between taking one and writing its service leaves one
 * behind, and a store of an older Kubernetes has services without IPAddress objects. Run it at start and every few minutes; between, it
 * follows what is written, since an address that nobody has taken is given to the next service.
 */
export class ServiceRepair {
  readonly #stores: RepairStores
  readonly #context: StrategyContext
  readonly #addresses: AddressRepair
  readonly #ports: PortRepair

  constructor(allocators: ServiceAllocators, stores: RepairStores, context: StrategyContext, warn: RepairWarnings) {
    this.#stores = stores
    this.#context = context
    this.#addresses = new AddressRepair(allocators.ips, stores, context, (...told) => warn('ipallocator-repair-controller', ...told))
    this.#ports = new PortRepair(allocators.nodePorts, (...told) => warn('portallocator-repair-controller', ...told))
  }

  async run(): Promise<void> {
    const { services, addresses } = this.#stores
    await services.deps.feed.fresh()
    const all = [...services.resource.cache.list.entries({ namespace: '' })].map(serviceOf)
    for (const service of all) await this.#addresses.service(service)
    for (const entry of [...addresses.resource.cache.list.entries({ namespace: '' })]) await this.#addresses.address(entry)
    await this.#ports.run(all)
  }

  /** Looks at services and addresses as they are written that do not belong together. Returns what ends it. */
  follow(onError: (e: unknown) => void): () => void {
    const timers = new Set<Timer>()
    /** Looks at the object as it is by then, if it is, and once more after as long as `look` says. */
    const later = (store: Store, key: string, ms: number, look: (entry: Entry) => Promise<number | undefined>): void => {
      const timer = this.#context.clock.setTimeout(() => {
        timers.delete(timer)
        const entry = store.resource.cache.list.get(key)
        if (entry === undefined) return
        look(entry).then((again) => {
          if (again !== undefined && !ended.signal.aborted) later(store, key, again, look)
        }, onError)
      }, ms)
      timers.add(timer)
    }
    const ended = new AbortController()
    const follow = (store: Store, isAmiss: (entry: Entry) => boolean, look: (entry: Entry) => Promise<number | undefined>): void => {
      const listener = (event: CacheEvent | undefined): void => {
        if (event !== undefined && !event.deleted && isAmiss(event.entry)) later(store, event.entry.key, SETTLE_MS, look)
      }
      const { listeners } = store.resource.cache
      listeners.add(listener)
      ended.signal.addEventListener('abort', () => listeners.delete(listener))
    }
    const { services, addresses } = this.#stores
    follow(
      services,
      (entry) => this.#addresses.isAmiss(entry.view() as unknown as Service),
      async (entry) => void (await this.#addresses.service(serviceOf(entry))),
    )
    follow(
      addresses,
      (entry) => this.#addresses.isStray(entry),
      (entry) => this.#addresses.address(entry),
    )
    return () => {
      ended.abort()
      for (const timer of timers) timer.cancel()
    }
  }
}

const serviceOf = (entry: Entry): Service => entry.object() as unknown as Service
