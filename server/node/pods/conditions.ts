import { isSidecar, type Container, type ContainerStatus, type Pod, type PodCondition, type PodPhase } from '../types.ts'

const RESTARTING = 'AllContainersRestarting'

/** Conditions that a node agent owns, in the order a kubelet writes them. */
export const OWN_CONDITIONS = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled', RESTARTING] as const

type Verdict = Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>

export interface ConditionInput {
  pod: Pod
  phase: PodPhase
  statuses: ReadonlyMap<string, ContainerStatus>
  /** Of the runtime; undefined where there is none. */
  sandbox: { ready: boolean } | undefined
  initialized: boolean
  /** All conditions as last known, for readiness gates. */
  known: readonly PodCondition[]
  /** Whether a rule of its containers may restart all of them, and does; undefined where none may. */
  restartingAll: boolean | undefined
}

// Go prints a []string with single spaces between.
const names = (list: readonly Container[]): string => `[${list.map((c) => c.name).join(' ')}]`

/** What a kubelet says of each (status/generate.go's reasons and messages). */
export function verdicts(input: ConditionInput): Verdict[] {
  const containersReady = containersReadyOf(input)
  return [
    sandboxOf(input),
    initializedOf(input),
    readyOf(input, containersReady),
    containersReady,
    { type: 'PodScheduled', status: 'True' },
    ...(input.restartingAll === undefined ? [] : [restartingOf(input.phase, input.restartingAll)]),
  ]
}

function restartingOf(phase: PodPhase, restarting: boolean): Verdict {
  const type = RESTARTING
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' }
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' }
  if (!restarting) return { type, status: 'False' }
  return { type, status: 'True', reason: 'RestartAllContainersStarted', message: 'container exited with restart policy rule' }
}

function sandboxOf({ sandbox }: ConditionInput): Verdict {
  const type = 'PodReadyToStartContainers'
  if (sandbox?.ready === true) return { type, status: 'True' }
  const message = sandbox === undefined ? 'no pod sandbox exists' : 'pod sandbox is not ready'
  return { type, status: 'False', reason: 'PodSandboxNotReady', message }
}

function initializedOf({ pod, phase, statuses, initialized }: ConditionInput): Verdict {
  const init = pod.spec.initContainers ?? []
  if (phase === 'Succeeded') return { type: 'Initialized', status: 'True', reason: 'PodCompleted' }
  if (initialized) return { type: 'Initialized', status: 'True' }
  const incomplete = init.filter((c) => {
    const s = statuses.get(c.name)
    return !(isSidecar(c) ? s?.started === true : s?.ready === true)
  })
  if (incomplete.length === 0) return { type: 'Initialized', status: 'True' }
  const message = `containers with incomplete status: ${names(incomplete)}`
  return { type: 'Initialized', status: 'False', reason: 'ContainersNotInitialized', message }
}

function containersReadyOf({ pod, phase, statuses }: ConditionInput): Verdict {
  const type = 'ContainersReady'
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' }
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' }
  const serving = [...(pod.spec.initContainers ?? []).filter(isSidecar), ...pod.spec.containers]
  const unready = serving.filter((c) => statuses.get(c.name)?.ready !== true)
  if (unready.length === 0) return { type, status: 'True' }
  return { type, status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: ${names(unready)}` }
}

function readyOf({ pod, known }: ConditionInput, containersReady: Verdict): Verdict {
  if (containersReady.status !== 'True') return { ...containersReady, type: 'Ready' }
  const problems: string[] = []
  // The first of a type counts.
  const byType = new Map(known.toReversed().map((c) => [c.type, c]))
  for (const { conditionType } of pod.spec.readinessGates ?? []) {
    const gate = byType.get(conditionType)
    if (gate === undefined) problems.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`)
    else if (gate.status !== 'True') problems.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`)
  }
  if (problems.length === 0) return { type: 'Ready', status: 'True' }
  return { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: problems.join(', ') }
}

/** A verdict as a condition: the transition time stays while the status does. */
export function toCondition(v: Verdict, known: readonly PodCondition[], now: string, generation: number | undefined): PodCondition {
  const before = known.find((c) => c.type === v.type)
  const condition: PodCondition = {
    lastProbeTime: null,
    lastTransitionTime: before?.status === v.status ? (before.lastTransitionTime ?? now) : now,
    // A kubelet says no generation with this one.
    ...(generation === undefined || v.type === RESTARTING ? {} : { observedGeneration: generation }),
    status: v.status,
    type: v.type,
  }
  if (v.reason !== undefined) condition.reason = v.reason
  if (v.message !== undefined) condition.message = v.message
  return condition
}
