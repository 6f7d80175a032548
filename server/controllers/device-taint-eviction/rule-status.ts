import type { DeviceTaintRule } from '../../client/objects-resource.ts'
import { findCondition, type Condition } from '../../client/objects.ts'
import { formatTime } from '../../machinery/clock.ts'

/** What a rule comes to at a moment. */
export interface RuleEffects {
  /** Pods that it is to evict, or would if its effect were NoExecute, and how many namespaces they are in. */
  pendingPods(): { pods: number; namespaces: number }
  /** Devices that it selects: of published ones and of those that claims have. */
  selectedDevices(): { published: number; allocated: number }
  /** Pods that this process has deleted for it. */
  readonly evicted: number
}

/** Two changes of a rule's condition are at least so far apart. */
export const RULE_STATUS_PERIOD_MS = 10_000
const TYPE = 'EvictionInProgress'

const counted = (n: number, one: string, many: string): string => (n === 1 ? `1 ${one}` : `${n} ${many}`)

/**
 * The condition of a rule, in the words of device-taint-eviction-controller; a number of milliseconds when it is too early to look, and
 * undefined when the condition stays as it is.
 */
export function ruleCondition(rule: DeviceTaintRule, effects: RuleEffects, now: number): Condition | number | undefined {
  const { generation = 0 } = rule.metadata
  const old = findCondition(rule.status?.conditions, TYPE)
  const age = now - Date.parse(old?.lastTransitionTime ?? '')
  if (old?.observedGeneration === generation && age < RULE_STATUS_PERIOD_MS) return RULE_STATUS_PERIOD_MS - age
  const { status = 'False', reason, message } = judged(rule.spec?.taint?.effect ?? '', effects)
  const told = effects.evicted === 0 ? '' : `${counted(effects.evicted, 'pod', 'pods')} evicted since starting the controller.`
  const whole = [message, told].filter((part) => part !== '').join(' ')
  const isSame = old?.status === status && old.reason === reason && (old.message ?? '') === whole && old.observedGeneration === generation
  if (isSame) return undefined
  return { type: TYPE, status, reason, message: whole, observedGeneration: generation, lastTransitionTime: formatTime(now) }
}

function judged(effect: string, effects: RuleEffects): { status?: Condition['status']; reason: string; message: string } {
  if (effect === 'NoExecute') {
    const { pods, namespaces } = effects.pendingPods()
    if (pods === 0) return { reason: effects.evicted > 0 ? 'Completed' : 'NotStarted', message: '' }
    const message = `${counted(pods, 'pod needs', 'pods need')} to be evicted in ${counted(namespaces, 'namespace', 'different namespaces')}.`
    return { status: 'True', reason: 'PodsPendingEviction', message }
  }
  if (effect !== 'None') return { reason: 'OtherEffect', message: 'Eviction only happens for the NoExecute effect.' }
  const { published, allocated } = effects.selectedDevices()
  const { pods, namespaces } = effects.pendingPods()
  return {
    reason: 'NoEffect',
    message:
      `${counted(published, 'published device', 'published devices')} selected. ` +
      `${counted(allocated, 'allocated device', 'allocated devices')} selected. ` +
      `${counted(pods, 'pod', 'pods')} would be evicted in ${counted(namespaces, 'namespace', 'different namespaces')} ` +
      'if the effect was NoExecute. This information will not be updated again. Recreate the DeviceTaintRule to trigger an update.',
  }
}
