import type { Informer } from '../../client/informer.ts'
import { leavesOpen } from '../../client/outcome.ts'
import { ENDPOINT_SLICES } from '../../client/resource.ts'
import { splitKey } from '../../client/store.ts'
import { inParallel, messageOf, type ControllerContext } from '../controller.ts'
import { isTerminating } from '../namespace/terminating.ts'
import type { EndpointSlice, SlicePlan } from './slices.ts'

export const SERVICE_NAME = 'kubernetes.io/service-name'
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by'
const BY_SERVICE = 'service'
const PARALLEL = 4

/** One manager's slices: reads them by service, and writes plans; it knows when its cache is behind its own writes. */
export class SliceWriter {
  readonly slices: Informer<EndpointSlice>
  readonly #ctx: ControllerContext
  readonly #manager: string
  readonly #source: string
  /** Newest version written or created of each slice, by uid, until the cache shows it. */
  readonly #pending = new Map<string, Map<string, string | undefined>>()
  /** Services with a write of unknown outcome: the server is asked what there is before anything else is made. */
  readonly #inDoubt = new Set<string>()

  /** @param source the kind of what the slices are made of, for messages */
  constructor(ctx: ControllerContext, manager: string, source: 'Service' | 'Endpoints') {
    this.#ctx = ctx
    this.#source = source
    this.#manager = manager
    this.slices = ctx.informers.informer<EndpointSlice>(ENDPOINT_SLICES)
    const serviceOf = ({ metadata }: EndpointSlice): string => `${metadata.namespace}/${metadata.labels?.[SERVICE_NAME] ?? ''}`
    this.slices.addIndex(BY_SERVICE, (s) => [serviceOf(s)])
    // One that came and went between two looks will not show up.
    this.slices.addHandler({ deleted: (s) => void this.#pending.get(serviceOf(s))?.delete(s.metadata.uid ?? '') })
  }

  isMine(slice: EndpointSlice): boolean {
    return slice.metadata.labels?.[MANAGED_BY] === this.#manager
  }

  /** The service's slices, or undefined while the cache has not caught up with what was written last. */
  async of(key: string): Promise<EndpointSlice[] | undefined> {
    if (this.#inDoubt.has(key)) await this.#ask(key)
    const mine = this.slices.lister.byIndex(BY_SERVICE, key).filter((s) => this.isMine(s) && s.metadata.deletionTimestamp == null)
    const pending = this.#pending.get(key)
    if (pending === undefined) return mine
    const seen = new Map(mine.map((s) => [s.metadata.uid ?? '', s.metadata.resourceVersion]))
    for (const [uid, old] of pending) {
      const now = seen.get(uid)
      // A created slice shows up; an updated one leaves the version that it had before; a slice that is gone is gone.
      if (old === undefined ? now !== undefined : now !== old) pending.delete(uid)
    }
    if (pending.size > 0) return undefined
    this.#pending.delete(key)
    return mine
  }

  /** What the server has and the cache does not show is waited for. */
  async #ask(key: string): Promise<void> {
    const { namespace, name } = splitKey(key)
    const labelSelector = `${SERVICE_NAME}=${name},${MANAGED_BY}=${this.#manager}`
    const options = { namespace, labelSelector, metadataOnly: true, signal: this.#ctx.signal }
    const { items } = await this.#ctx.client.resource<EndpointSlice>(ENDPOINT_SLICES).list(options)
    const pending = this.#pendingOf(key)
    for (const { metadata } of items) {
      const cached = this.slices.lister.get(metadata.name ?? '', namespace)?.metadata
      const seen = cached?.uid === metadata.uid ? cached?.resourceVersion : undefined
      if (seen === undefined || Number(seen) < Number(metadata.resourceVersion)) pending.set(metadata.uid ?? '', seen)
    }
    this.#inDoubt.delete(key)
  }

  #pendingOf(key: string): Map<string, string | undefined> {
    const pending = this.#pending.get(key) ?? new Map<string, string | undefined>()
    this.#pending.set(key, pending)
    return pending
  }

  async apply(key: string, plan: SlicePlan): Promise<void> {
    const client = this.#ctx.client.resource<EndpointSlice>(ENDPOINT_SLICES)
    const { signal } = this.#ctx
    const pending = this.#pendingOf(key)
    const failed = (what: string) => (e: unknown) => {
      if (isTerminating(e)) return
      if (leavesOpen(e)) this.#inDoubt.add(key)
      throw new Error(`failed to ${what} for ${this.#source} ${key}: ${messageOf(e)}`, { cause: e })
    }
    const create = async (s: EndpointSlice): Promise<void> => {
      const made = await client.create(s, { signal })
      if (this.slices.lister.get(made.metadata.name ?? '', made.metadata.namespace) === undefined)
        pending.set(made.metadata.uid ?? '', undefined)
    }
    const update = async (s: EndpointSlice): Promise<void> => {
      const made = await client.update(s, { signal })
      const cached = this.slices.lister.get(s.metadata.name ?? '', s.metadata.namespace)?.metadata.resourceVersion
      if (cached === s.metadata.resourceVersion && cached !== made.metadata.resourceVersion) pending.set(made.metadata.uid ?? '', cached)
    }
    const remove = (s: EndpointSlice): Promise<unknown> => client.delete(s.metadata.name ?? '', { namespace: s.metadata.namespace, signal })
    const jobs = [
      ...plan.create.map((s) => () => create(s).catch(failed('create EndpointSlice'))),
      ...plan.update.map((s) => () => update(s).catch(failed(`update ${s.metadata.name} EndpointSlice`))),
      ...plan.delete.map((s) => async () => void (await remove(s).catch(failed(`delete ${s.metadata.name} EndpointSlice`)))),
    ]
    const errors = await inParallel(jobs, PARALLEL, (job) => job())
    if (errors.length > 0) throw errors[0]
  }

  forget(key: string): void {
    this.#pending.delete(key)
    this.#inDoubt.delete(key)
  }
}
