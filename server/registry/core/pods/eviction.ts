import { setCondition } from '../../../apis/core/v1/binding.ts'
import type { Pod } from '../../../apis/core/v1/types.ts'
import { IGNORE_READ_ERRORS, validateDeleteOptions } from '../../../apis/meta/v1/options.ts'
import { invalid, invalidObject } from '../../../machinery/field-errors.ts'
import { badRequest, isStatusError, StatusError } from '../../../machinery/status.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { checkDeletePreconditions, type DeleteOptions } from '../../generic/delete.ts'
import type { Subresource, SubresourceRequest } from '../../generic/resource.ts'
import type { Store } from '../../generic/store.ts'
import { untracked, type StrategyContext } from '../../generic/strategy.ts'
import { created } from '../../generic/subresources.ts'
import { statusRules } from '../../generic/update-rules.ts'
import { deleteFrom } from '../../generic/delete.ts'
import { updateIn } from '../../generic/write.ts'
import { budgetsOf, charge, stillProcessed, type Budget } from './disruption-budget.ts'

const GROUP_KIND = { group: 'policy', kind: 'Eviction' }

interface EvictionOptions extends DeleteOptions {
  dryRun?: readonly string[]
  [IGNORE_READ_ERRORS]?: boolean
}

/**
 * POST pods/{name}/eviction: marks the pod as a disruption's target and deletes it with the options that the body carries, if its
 * disruption budget allows that (core `registry/core/pod/storage/eviction.go`). Pods that serve nobody need no budget's leave.
 */
export const eviction = (budgetStore: () => Store): Subresource => ({
  form: 'object',
  body: { group: 'policy', version: 'v1', kind: 'Eviction' },
  validates: true,
  async create(req, body) {
    const options = optionsOf(req, body)
    await req.validate?.(body)
    const context = { ...untracked(req.context), dryRun: (options.dryRun ?? []).length > 0 }
    // What is wrong with them is found by the deletion, after the pod and its budgets.
    const { name } = req
    const pod = await evictIdle(req, context, options)
    if (pod === undefined) return created
    const evict = (guarded: boolean): Promise<void> => markAndDelete(req, context, guarded ? guardedBy(pod, options) : options)
    const budgets = budgetStore()
    const matching = budgetsOf(budgets, pod)
    if (matching.length > 1) {
      throw new StatusError(500, '', 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.')
    }
    const [budget] = matching
    if (budget === undefined) {
      await evict(false)
      return created
    }
    if (!isSpare(pod, budget)) {
      await charge(budgets, budget, name, context)
      await evict(false)
      return created
    }
    try {
      // It must not have become ready since.
      await evict(true)
    } catch (e) {
      const own = options.preconditions?.resourceVersion === undefined
      throw own && isStatusError(e, 'Conflict') ? stillProcessed(budget.metadata.name ?? '') : e
    }
    return created
  },
})

const phaseOf = (pod: KubeObject): string => (pod.status as { phase?: string } | undefined)?.phase ?? ''
const isOver = (pod: KubeObject): boolean => ['Succeeded', 'Failed'].includes(phaseOf(pod)) || pod.metadata.deletionTimestamp != null
const isIdle = (pod: KubeObject): boolean => isOver(pod) || phaseOf(pod) === 'Pending'

/** A pod that is not ready, and is not missed: its policy says so, or there are enough others. */
function isSpare(pod: KubeObject, { spec, status }: Budget): boolean {
  const { conditions } = (pod.status ?? {}) as { conditions?: { type: string; status: string }[] }
  if (conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true) return false
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true
  return status !== undefined && status.currentHealthy >= status.desiredHealthy && status.desiredHealthy > 0
}

const guardedBy = ({ metadata }: KubeObject, options: EvictionOptions): EvictionOptions => ({
  ...options,
  preconditions: { ...options.preconditions, resourceVersion: metadata.resourceVersion ?? '' },
})

const TRIES = 20

/** Evicts a pod that serves nobody, without asking a budget; returns one that does serve. */
async function evictIdle(req: SubresourceRequest, context: StrategyContext, options: EvictionOptions): Promise<KubeObject | undefined> {
  const { served, namespace, name } = req
  const fixed = options.preconditions?.resourceVersion !== undefined
  for (let tries = 1; ; tries++) {
    const pod = (await served.store.get(namespace, name)).object()
    if (!isIdle(pod)) return pod
    try {
      // A pod that waits for its start may start meanwhile: then it is another case.
      await markAndDelete(req, context, fixed || isOver(pod) ? options : guardedBy(pod, options))
      return undefined
    } catch (e) {
      if (fixed || !isStatusError(e, 'Conflict') || tries >= TRIES) throw e
    }
  }
}

async function markAndDelete(req: SubresourceRequest, context: StrategyContext, given: EvictionOptions): Promise<void> {
  const { namespace, name, served } = req
  let options = given
  validateDeleteOptions({ ...options })
  if (!context.dryRun) {
    const { entry } = await updateIn(served.store, {
      namespace,
      name,
      context,
      rules: { ...statusRules(served.store), admitted: true },
      change: target(req, options),
    })
    // The mark made a new version: whoever asked for the old one has been served.
    if (options.preconditions?.resourceVersion !== undefined) {
      options = { ...options, preconditions: { ...options.preconditions, resourceVersion: String(entry.revision) } }
    }
  }
  await deleteFrom(served.store, { namespace, name, options, context, admitted: true })
}

/** The options of the body with the request's own dry run. @throws StatusError for a body that is for another pod, or contradicts the request */
function optionsOf(req: SubresourceRequest, body: KubeObject): EvictionOptions {
  if (body.metadata.name !== req.name) throw badRequest('name in URL does not match name in Eviction object')
  const options: EvictionOptions = { ...(body.deleteOptions as EvictionOptions | undefined) }
  if (options[IGNORE_READ_ERRORS] === true) {
    const why = 'can not be set for pod eviction, try after removing the option'
    throw invalidObject(GROUP_KIND, req.name, [invalid(`deleteOptions.${IGNORE_READ_ERRORS}`, true, why)])
  }
  const asked = req.query.getAll('dryRun')
  const own = options.dryRun ?? []
  if (asked.length > 0 && own.length > 0 && asked.join() !== own.join()) {
    const why = `Non-matching dry-run options in request and content: [${asked.join(' ')}] and [${own.join(' ')}]`
    throw new StatusError(500, '', why)
  }
  return { ...options, dryRun: own.length > 0 ? own : asked }
}

const target =
  ({ served, context }: SubresourceRequest, options: DeleteOptions) =>
  (current: KubeObject | undefined): KubeObject => {
    checkDeletePreconditions(served.store, options.preconditions, current!)
    const pod = current as unknown as Pod
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
    }
    const conditions = setCondition(pod.status?.conditions, condition, context.clock.now())
    return { ...current!, metadata: { ...current!.metadata }, status: { ...pod.status, conditions } }
  }
