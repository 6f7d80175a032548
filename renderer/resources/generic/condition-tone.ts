import type { Condition, Tone } from '../../kube/types.ts'

/**
 * What a condition says when it is True, and when it is False. The first row that fits counts; a type in none of them is of the usual
 * kind (API conventions: Ready, Available): well when True. Names are those of Kubernetes' own kinds, of Gateway API and of kstatus.
 */
const meanings: readonly [types: RegExp, whenTrue: Tone, whenFalse: Tone][] = [
  [/^(ScalingLimited|Suspended|PodResizePending|PartiallyInvalid|OverlappingTLSConfig)$/, 'warn', 'ok'],
  [/(Pressure|Failure|Error)$/, 'bad', 'ok'],
  [/^(NetworkUnavailable|Failed|Denied|DisruptionTarget|FailureTarget|Stalled|Degraded|Dangling)$/, 'bad', 'ok'],
  [/^(NonStructuralSchema|Conflicted)$/, 'bad', 'ok'],
  // Something goes on, or does not.
  [/(InProgress|Pending|Remaining)$/, 'busy', 'muted'],
  [/^(Resizing|ModifyingVolume|Terminating|StorageMigrating|AllContainersRestarting|Reconciling|Running)$/, 'busy', 'muted'],
  // A fact that is neither well nor not.
  [/^(ScaledToZero|MaintenancePlanned|Drained|Unused)$/, 'muted', 'muted'],
]

export function conditionTone({ type, status }: Condition): Tone {
  if (status !== 'True' && status !== 'False') return 'warn'
  const [, whenTrue, whenFalse] = meanings.find(([types]) => types.test(type)) ?? [undefined, 'ok' as const, 'warn' as const]
  return status === 'True' ? whenTrue : whenFalse
}
