import type { Entry } from '../../../cache/entry.ts'
import { formatTime } from '../../../machinery/clock.ts'
import { copyJson } from '../../../machinery/copy-json.ts'
import { selectorFromObject, type LabelSelectorObject } from '../../../machinery/labels.ts'
import { forbidden, StatusError, type StatusCause } from '../../../machinery/status.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import type { Store } from '../../generic/store.ts'
import { untracked, type StrategyContext } from '../../generic/strategy.ts'
import { statusRules } from '../../generic/update-rules.ts'
import { updateIn } from '../../generic/write.ts'

interface Condition {
  type: string
  status: string
  observedGeneration?: number | bigint
  lastTransitionTime: string
  reason: string
  message: string
}

export interface Budget extends KubeObject {
  spec?: { selector?: LabelSelectorObject; unhealthyPodEvictionPolicy?: string }
  status?: {
    observedGeneration?: number | bigint
    disruptedPods?: Record<string, string>
    disruptionsAllowed: number
    currentHealthy: number
    desiredHealthy: number
    expectedPods: number
    conditions?: Condition[]
  }
}

/** More evictions than this wait for the controller to notice them: it must be gone. */
const MAX_DISRUPTED_PODS = 2000
const RETRY_SECONDS = 10

/** The budgets of the namespace that select the pod; a selector that says nothing selects nothing. */
export function budgetsOf(budgets: Store, pod: KubeObject): Budget[] {
  const found: Budget[] = []
  for (const entry of budgets.resource.cache.list.entries({ namespace: pod.metadata.namespace ?? '' })) {
    const budget = (entry as Entry).object() as Budget
    if (selectorFromObject(budget.spec?.selector)?.matches(pod.metadata.labels) === true) found.push(budget)
  }
  return found
}

/** What a client is to try again later: kubectl drain waits for as long as it gets this. */
function tooManyNow(message: string, retryAfterSeconds: number): StatusError {
  const cause: StatusCause = { reason: 'DisruptionBudget', message }
  const after = retryAfterSeconds === 0 ? {} : { retryAfterSeconds }
  const text = "Cannot evict pod as it would violate the pod's disruption budget."
  return new StatusError(429, 'TooManyRequests', text, { causes: [cause], ...after })
}

export const stillProcessed = (name: string): StatusError =>
  tooManyNow(`The disruption budget ${name} is still being processed by the server.`, RETRY_SECONDS)

function refused(name: string, why: string, cause: string): StatusError {
  const { code, reason, message, status } = forbidden({ group: 'policy', resource: 'poddisruptionbudget' }, name, why)
  const causes = [{ reason: 'DisruptionBudget', message: `The disruption budget ${name} does not allow evicting pods currently: ${cause}` }]
  return new StatusError(code, reason, message, { ...status.details, causes })
}

/** Why no disruption is allowed, in the words of the cause. */
function shortage(name: string, { conditions, currentHealthy, desiredHealthy }: NonNullable<Budget['status']>): string {
  const condition = conditions?.find((c) => c.type === 'DisruptionAllowed')
  const said = condition?.status === 'False' && condition.message !== '' ? condition : undefined
  const head = `The disruption budget ${name}`
  // Numbers of a sync that failed are not to be trusted.
  if (said?.reason === 'SyncFailed') return `${head} does not allow evicting pods currently because it failed sync: ${said.message}`
  if (currentHealthy <= desiredHealthy) return `${head} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`
  if (said !== undefined) return `${head} does not allow evicting pods currently (${said.reason}): ${said.message}`
  return `${head} does not allow evicting pods currently`
}

/** The budget with one disruption less, for this pod. @throws StatusError when it allows none now */
function charged(budget: Budget, podName: string, now: number): Budget {
  const { name = '', generation = 0 } = budget.metadata
  const status = budget.status ?? { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }
  const { observedGeneration = 0, disruptionsAllowed, disruptedPods = {} } = status
  if (observedGeneration < generation) throw stillProcessed(name)
  if (disruptionsAllowed < 0) throw refused(name, 'pdb disruptions allowed is negative', 'pdb disruptions allowed is negative')
  if (Object.keys(disruptedPods).length > MAX_DISRUPTED_PODS) {
    const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller'
    throw refused(name, why, 'too many pending evictions not confirmed by PDB controller')
  }
  if (disruptionsAllowed === 0) throw tooManyNow(shortage(name, status), 0)
  const left = disruptionsAllowed - 1
  const next = { ...status, disruptionsAllowed: left, disruptedPods: { ...disruptedPods, [podName]: formatTime(now) } }
  if (left === 0) next.conditions = withoutRoom(status.conditions, observedGeneration, now)
  return { ...budget, status: next }
}

function withoutRoom(conditions: readonly Condition[] = [], observedGeneration: number | bigint, now: number): Condition[] {
  const old = conditions.find((c) => c.type === 'DisruptionAllowed')
  const next: Condition = {
    type: 'DisruptionAllowed',
    status: 'False',
    observedGeneration,
    lastTransitionTime: old?.status === 'False' ? old.lastTransitionTime : formatTime(now),
    reason: 'InsufficientPods',
    message: '',
  }
  return old === undefined ? [...conditions, next] : conditions.map((c) => (c === old ? next : c))
}

/** Takes one disruption off a budget for the pod. @throws StatusError when there is none to take */
export async function charge(budgets: Store, budget: Budget, podName: string, context: StrategyContext): Promise<void> {
  const { name = '', namespace = '' } = budget.metadata
  const now = context.clock.now()
  if (context.dryRun) return void charged(budget, podName, now)
  await updateIn(budgets, {
    namespace,
    name,
    context: { ...untracked(context), internal: true },
    rules: statusRules(budgets),
    change: (current) => charged(copyJson(current!) as Budget, podName, now),
  })
}
