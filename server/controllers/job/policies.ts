import type { Job, PodFailurePolicyRule } from '../../client/objects-batch.ts'
import type { ContainerStatus, Pod } from '../../client/objects.ts'
import { overlap, parseIndexes, total, type Intervals } from './intervals.ts'
import { completionsOf } from './job-pods.ts'

export interface FailureVerdict {
  /** Why the whole job fails, when the rule says so. */
  jobMessage?: string
  /** Whether the pod counts towards backoffLimit. */
  counts: boolean
  action?: PodFailurePolicyRule['action']
}

type ExitCodes = NonNullable<PodFailurePolicyRule['onExitCodes']>

/** What the first rule that matches says of a failed pod (KEP-3329); a pod that no rule matches counts. */
export function judgeFailure(job: Job, pod: Pod): FailureVerdict {
  const { namespace, name } = pod.metadata
  for (const [i, rule] of (job.spec?.podFailurePolicy?.rules ?? []).entries()) {
    const why = (): string => `matching ${rule.action} rule at index ${i}`
    if (rule.onExitCodes !== undefined) {
      const c = failedContainer(pod, rule.onExitCodes)
      if (c === undefined) continue
      const code = c.state?.terminated?.exitCode
      return verdict(rule, () => `Container ${c.name} for pod ${namespace}/${name} failed with exit code ${code} ${why()}`)
    }
    const condition = pod.status?.conditions?.find((c) => rule.onPodConditions?.some((p) => p.type === c.type && p.status === c.status))
    if (condition !== undefined) return verdict(rule, () => `Pod ${namespace}/${name} has condition ${condition.type} ${why()}`)
  }
  return { counts: true }
}

function verdict({ action }: PodFailurePolicyRule, message: () => string): FailureVerdict {
  return { action, counts: action !== 'Ignore', ...(action === 'FailJob' ? { jobMessage: message() } : {}) }
}

function failedContainer(pod: Pod, rule: ExitCodes): ContainerStatus | undefined {
  const matches = ({ name, state }: ContainerStatus): boolean => {
    const code = state?.terminated?.exitCode ?? 0
    if (code === 0 || (rule.containerName !== undefined && rule.containerName !== name)) return false
    return rule.values.includes(code) === (rule.operator === 'In')
  }
  return pod.status?.containerStatuses?.find(matches) ?? pod.status?.initContainerStatuses?.find(matches)
}

/** Which rule of the success policy (KEP-3998) is met, as a message; undefined when none is. */
export function successMessage(job: Job, succeeded: Intervals): string | undefined {
  if (succeeded.length === 0) return undefined
  for (const [i, rule] of (job.spec?.successPolicy?.rules ?? []).entries()) {
    const { succeededCount: enough } = rule
    let met: boolean
    if (rule.succeededIndexes !== undefined) {
      const required = parseIndexes(rule.succeededIndexes, completionsOf(job))
      if (required.length === 0) continue
      const have = overlap(required, succeeded)
      met = have === total(required) || (enough !== undefined && have >= enough)
    } else met = enough !== undefined && total(succeeded) >= enough
    if (met) return `Matched rules at index ${i}`
  }
  return undefined
}
