import { dropManagedFields, type Informer } from '../../client/informer.ts'
import { RESOURCE_QUOTAS } from '../../client/resource.ts'
import { keyOf } from '../../client/store.ts'
import type { ResourceList } from '../../apis/core/v1/types.ts'
import type { Quantity } from '../../machinery/quantity.ts'
import { Slice } from '../../machinery/slice.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { startWorkers } from '../../machinery/workers.ts'
import type { WorkQueue } from '../../machinery/work-queue.ts'
import { addTo, amountsOf, equal, listOf, mask, ZERO, type Amounts } from '../../quota/amounts.ts'
import type { Evaluator } from '../../quota/evaluator.ts'
import { scopesOf } from '../../quota/quota.ts'
import { unlessConflict, type Controller, type ControllerContext } from '../controller.ts'
import { Counted } from './counted.ts'

/** --concurrent-resource-quota-syncs and --resource-quota-sync-period, as upstream. */
const WORKERS = 5
const RESYNC_MS = 5 * 60_000

/** Takes over what a ResourceQuota says and counts what is used; the API server's admission adds to that what is made in between. */
export const resourceQuotaController: Controller = {
  name: 'resourcequota-controller',
  start: (ctx) => new ResourceQuotas(ctx).start(),
}

interface ResourceQuota extends KubeObject {
  spec?: { hard?: ResourceList }
  status?: { hard?: ResourceList; used?: ResourceList }
}

class ResourceQuotas {
  readonly #ctx: ControllerContext
  readonly #queue: WorkQueue
  /** Quotas that nobody can be held to before they are counted. */
  readonly #missing: WorkQueue
  readonly #quotas: Informer<ResourceQuota>
  readonly #counted: Counted

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx
    this.#queue = ctx.workQueue('resourcequota_primary')
    this.#missing = ctx.workQueue('resourcequota_priority')
    this.#quotas = ctx.informers.informer<ResourceQuota>(RESOURCE_QUOTAS, { transform: dropManagedFields })
    this.#counted = new Counted(ctx, {
      less: (evaluator, namespace) => this.#wake(evaluator, namespace),
      known: (evaluator) => this.#wake(evaluator, undefined),
    })
  }

  async start(): Promise<void> {
    const { clock, signal } = this.#ctx
    this.#quotas.addHandler({
      added: (quota) => this.#add(quota),
      // A status is written by whoever counts: by this loop and by admission.
      updated: (quota, old) => {
        if (!equal(amountsOf(quota.spec?.hard), amountsOf(old.spec?.hard))) this.#add(quota)
      },
    })
    await Promise.all([this.#quotas.synced(), this.#counted.start()])
    const onError = unlessConflict(this.#ctx, (key) => `resourcequota ${key}`)
    for (const queue of [this.#queue, this.#missing]) {
      startWorkers({ queue, workers: WORKERS, signal, sync: (key) => this.#sync(key), onError })
    }
    const again = clock.setInterval(() => {
      for (const quota of this.#quotas.lister.list()) this.#queue.add(keyOf(quota))
    }, RESYNC_MS)
    signal.addEventListener('abort', () => again.cancel(), { once: true })
  }

  #add(quota: ResourceQuota): void {
    const { spec, status } = quota
    const [hard, taken, used] = [amountsOf(spec?.hard), amountsOf(status?.hard), amountsOf(status?.used)]
    const uncounted = [...taken.keys()].some((name) => !used.has(name) && this.#counted.of(name).length > 0)
    ;(!equal(hard, taken) || uncounted ? this.#missing : this.#queue).add(keyOf(quota))
  }

  /** The quotas that count such objects, of one namespace or of all. */
  #wake(evaluator: Evaluator, namespace: string | undefined): void {
    for (const quota of this.#quotas.lister.list(namespace)) {
      if (Object.keys(quota.status?.hard ?? {}).some((name) => evaluator.counts(name))) this.#queue.add(keyOf(quota))
    }
  }

  async #sync(key: string): Promise<void> {
    const quota = this.#quotas.lister.getByKey(key)
    if (quota === undefined) return
    const hard = amountsOf(quota.spec?.hard)
    const before = amountsOf(quota.status?.used)
    const { used, errors } = await this.#usage(quota, hard)
    const now = mask(new Map([...before, ...used]), hard)
    const dirty = quota.status?.hard === undefined || quota.status.used === undefined || !equal(hard, amountsOf(quota.status.hard))
    if (dirty || !equal(now, before)) {
      const updated = { ...quota, apiVersion: 'v1', kind: 'ResourceQuota', status: { hard: listOf(hard), used: listOf(now) } }
      await this.#ctx.client.resource<ResourceQuota>(RESOURCE_QUOTAS).updateStatus(updated, { signal: this.#ctx.signal })
    }
    // What could be counted is written down; the rest is tried again.
    if (errors.length > 0) throw errors[0]
  }

  async #usage(quota: ResourceQuota, hard: Amounts): Promise<{ used: Amounts; errors: unknown[] }> {
    const used = new Map<string, Quantity>()
    const errors: unknown[] = []
    const scopes = scopesOf(quota)
    const slice = new Slice()
    for (const evaluator of this.#counted.evaluators()) {
      const names = new Set([...hard.keys()].filter((name) => evaluator.counts(name)))
      if (names.size === 0) continue
      const objects = this.#counted.objects(evaluator, quota.metadata.namespace ?? '')
      if (objects === undefined) {
        errors.push(new Error(`${evaluator.resource.resource} not yet synced`))
        continue
      }
      const sum = new Map([...names].map((name) => [name, ZERO]))
      for (const obj of objects) {
        if (slice.over) await slice.next()
        if (scopes.every((scope) => evaluator.inScope?.(scope, obj) === true)) addTo(sum, mask(evaluator.usage(obj), names))
      }
      addTo(used, sum)
    }
    return { used, errors }
  }
}
