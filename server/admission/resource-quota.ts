import type { ResourceList } from '../apis/core/v1/types.ts'
import type { Entry } from '../cache/entry.ts'
import type { Clock } from '../machinery/clock.ts'
import { Slice } from '../machinery/slice.ts'
import { conflict, internalError, StatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import { listOf, type Amounts } from '../quota/amounts.ts'
import { checkRequest, QuotaRefusal, type LimitedResource } from '../quota/check.ts'
import { quotaOf, type Quota } from '../quota/quota.ts'
import { Evaluators, isIgnored } from '../quota/registry.ts'
import type { DeviceLookup } from '../quota/resourceclaims.ts'
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts'
import { refusal } from './refusal.ts'

export interface QuotaLookup {
  /** The ResourceQuotas of a namespace, from the cache. */
  cached(namespace: string): Iterable<Entry>
  /** As it is stored at this moment. */
  stored(entry: Entry): Promise<Entry | undefined>
  /** Whether what an update is made of is no longer what is stored. */
  isStale(a: AdmissionAttributes): Promise<boolean>
  /** Writes what is used into the status; throws a Conflict where this entry is no longer the newest. */
  writeUsed(entry: Entry, used: ResourceList): Promise<Entry>
}

export interface ResourceQuotaOptions {
  readonly lookup: QuotaLookup
  readonly devices: DeviceLookup
  readonly clock: Clock
  /** Kinds that need a quota that covers them. */
  readonly limited?: readonly LimitedResource[]
}

/** As the original: how often a status is written anew, how long a write waits, how many of our own writes are remembered. */
const RETRIES = 3
const WAIT_MS = 10_000
const REMEMBERED = 100

/** Nothing is made that a ResourceQuota of its namespace leaves no room for (apiserver `admission/plugin/resourcequota`). */
export function resourceQuota(o: ResourceQuotaOptions): AdmissionPlugin {
  const charges = new Charges(o)
  return {
    name: 'ResourceQuota',
    validate: (a) =>
      a.internal || a.namespace === '' || a.object === undefined || a.operation === 'DELETE' ? undefined : charges.charge(a),
  }
}

interface Counted extends AdmissionAttributes {
  readonly object: KubeObject
}

/** A write that waits until what it uses is written down. */
interface Waiter {
  readonly attributes: Counted
  settle(error?: unknown): void
}

interface Held {
  readonly entry: Entry
  readonly quota: Quota
}

/**
 * One writer for each namespace: writes that come while it works wait, and are then counted together and written down at once. The compare
 * and swap of the status is what keeps several servers from letting through too much.
 */
class Charges {
  readonly #lookup: QuotaLookup
  readonly #limited: readonly LimitedResource[]
  readonly #clock: Clock
  readonly #evaluators: Evaluators
  readonly #quotas = new WeakMap<Entry, Quota>()
  /** Waiting writes by namespace; there while its writer works. */
  readonly #waiting = new Map<string, Waiter[]>()
  /** Our own writes that the cache may not have, by key. */
  readonly #written = new Map<string, Entry>()

  constructor({ lookup, devices, clock, limited = [] }: ResourceQuotaOptions) {
    this.#lookup = lookup
    this.#limited = limited
    this.#clock = clock
    this.#evaluators = new Evaluators(devices, () => clock.now())
  }

  charge(a: AdmissionAttributes): void | Promise<void> {
    const held = this.#held(a.namespace)
    if ((held.length === 0 && this.#limited.length === 0) || isIgnored(a.resource)) return
    const evaluator = this.#evaluators.of(a.resource)
    if (!evaluator.handles(a)) return
    const counted = held.some(({ quota }) => [...quota.hard.keys()].some((name) => evaluator.counts(name)))
    if (!counted && this.#limited.length === 0) return
    return a.operation === 'UPDATE' ? this.#update(a as Counted, held) : this.#join(a as Counted)
  }

  /** An update that starts from a stale state is made again, and must not be charged twice. */
  #update(a: Counted, held: readonly Held[]): void | Promise<void> {
    if (this.#changes(a, held)) return this.#joinNewest(a)
  }

  async #joinNewest(a: Counted): Promise<void> {
    if (await this.#lookup.isStale(a)) throw conflict(a.resource, a.name, 'it is being changed')
    await this.#join(a)
  }

  /** Whether there is anything to charge, or to refuse. */
  #changes(a: Counted, held: readonly Held[]): boolean {
    try {
      const quotas = held.map(({ quota }) => quota)
      return checkRequest(quotas, a, this.#evaluators.of(a.resource), this.#limited).size > 0
    } catch {
      return true
    }
  }

  /** The quotas of a namespace as far as this server knows them. */
  #held(namespace: string): Held[] {
    const out: Held[] = []
    for (const entry of this.#lookup.cached(namespace)) out.push(this.#read(this.#newest(entry)))
    return out
  }

  #newest(entry: Entry): Entry {
    const written = this.#written.get(entry.key)
    if (written === undefined) return entry
    if (written.revision > entry.revision) return written
    this.#written.delete(entry.key)
    return entry
  }

  #read(entry: Entry): Held {
    let quota = this.#quotas.get(entry)
    if (quota === undefined) this.#quotas.set(entry, (quota = quotaOf(entry.view())))
    return { entry, quota }
  }

  #join(attributes: Counted): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimeout(() => reject(internalError('resource quota evaluation timed out')), WAIT_MS)
      const waiter: Waiter = {
        attributes,
        settle: (error) => {
          timer.cancel()
          if (error === undefined) resolve()
          else reject(error as Error)
        },
      }
      const { namespace } = attributes
      const waiting = this.#waiting.get(namespace)
      if (waiting !== undefined) return void waiting.push(waiter)
      this.#waiting.set(namespace, [waiter])
      void this.#work(namespace)
    })
  }

  async #work(namespace: string): Promise<void> {
    for (;;) {
      const waiters = this.#waiting.get(namespace)!.splice(0)
      if (waiters.length === 0) break
      try {
        await this.#round(waiters, this.#held(namespace), RETRIES)
      } catch (e) {
        // Whoever has an answer keeps it.
        for (const waiter of waiters) waiter.settle(e)
      }
    }
    this.#waiting.delete(namespace)
  }

  async #round(waiters: readonly Waiter[], held: readonly Held[], retries: number): Promise<void> {
    const quotas = held.map(({ quota }) => quota)
    const slice = new Slice()
    const pending: Waiter[] = []
    for (const waiter of waiters) {
      if (slice.over) await slice.next()
      if (this.#count(waiter, quotas)) pending.push(waiter)
    }
    if (pending.length === 0) return
    const changed = held.flatMap(({ entry, quota }, i) => (quotas[i] === quota ? [] : [{ entry, used: quotas[i]!.used }]))
    const results = await Promise.allSettled(changed.map(({ entry, used }) => this.#write(entry, used)))
    const failed = changed.filter((_, i) => results[i]!.status === 'rejected')
    if (failed.length === 0) return pending.forEach((waiter) => waiter.settle())
    const error: unknown = (results.find((r) => r.status === 'rejected') as PromiseRejectedResult).reason
    if (retries === 0) return pending.forEach((waiter) => waiter.settle(error))
    // What others wrote down for these quotas is there now; the other quotas have got what is due to them.
    const again = await Promise.all(failed.map(({ entry }) => this.#lookup.stored(entry)))
    await this.#round(
      pending,
      again.flatMap((entry) => (entry === undefined ? [] : [this.#read(entry)])),
      retries - 1,
    )
  }

  /** Adds what a write uses to `quotas`, or answers it. Returns whether it has to wait for that to be written down. */
  #count({ attributes, settle }: Waiter, quotas: Quota[]): boolean {
    let changes: ReadonlyMap<number, Amounts>
    try {
      changes = checkRequest(quotas, attributes, this.#evaluators.of(attributes.resource), this.#limited)
    } catch (e) {
      settle(e instanceof QuotaRefusal ? (e.forbidden ? refusal(attributes, e.message) : new StatusError(500, '', e.message)) : e)
      return false
    }
    if (changes.size === 0 || attributes.dryRun) {
      settle()
      return false
    }
    for (const [i, used] of changes) quotas[i] = { ...quotas[i]!, used }
    return true
  }

  async #write(entry: Entry, used: Amounts): Promise<void> {
    const written = await this.#lookup.writeUsed(entry, listOf(used))
    this.#written.delete(entry.key)
    this.#written.set(entry.key, written)
    if (this.#written.size > REMEMBERED) this.#written.delete(this.#written.keys().next().value!)
  }
}
