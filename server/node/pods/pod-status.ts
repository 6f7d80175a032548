import { formatTime } from '../../machinery/clock.ts'
import type { ContainerRuntimeStatus, PodRuntimeStatus, RuntimeDisclosure } from '../runtime.ts'
import type { ContainerStatus, Pod, PodStatus } from '../types.ts'
import { OWN_CONDITIONS, toCondition, verdicts } from './conditions.ts'
import { containerStatusOf, type Waiting } from './container-status.ts'
import { phaseOf } from './phase.ts'
import type { Rejection } from './admission.ts'
import { mayRestartAll } from './restart-rules.ts'
import { podRequestSteps, qosClass, qosClassSteps } from './resources.ts'
import { atOnce } from '../../machinery/slice.ts'

export interface StatusInput {
  /** As the API server has it; its status supplies what others wrote. */
  pod: Pod
  runtimeName: string
  runtime: PodRuntimeStatus | undefined
  /** What this agent said last; undefined at the first time, when `pod.status` stands in. */
  last: PodStatus | undefined
  waiting: ReadonlyMap<string, Waiting>
  hostIP: string
  now: number
  /** Nothing will be started again: deleted, out of time, or finished. */
  terminal: boolean
  /** Why the pod was stopped from this side (DeadlineExceeded): it is Failed, whatever its containers say. */
  stopped: Rejection | undefined
  /** All containers are being removed, to start anew. */
  restartingAll?: boolean
  disclosure: RuntimeDisclosure | undefined
}

/** The status of a pod as its node sees it; a pure function, so that the same facts always give the same bytes. */
export const generateStatus = (input: StatusInput): PodStatus => atOnce(statusSteps(input))

/** The same, container by container. */
export function* statusSteps(input: StatusInput): Generator<undefined, PodStatus> {
  const { pod, runtime } = input
  const attempts = attemptsByName(runtime)
  const last = input.last ?? pod.status ?? {}
  const generation = pod.metadata.generation
  const lists = { init: [] as ContainerStatus[], main: [] as ContainerStatus[] }
  const byName = new Map<string, ContainerStatus>()
  const hasInit = (pod.spec.initContainers?.length ?? 0) > 0
  for (const [kind, containers, old] of [
    ['init', pod.spec.initContainers ?? [], last.initContainerStatuses],
    ['main', pod.spec.containers, last.containerStatuses],
  ] as const) {
    const before = statusByName(old)
    for (const container of containers) {
      const status = containerStatusOf({
        container,
        init: kind === 'init',
        hasInit,
        runtimeName: input.runtimeName,
        attempts: attempts.get(container.name) ?? [],
        waiting: input.waiting.get(container.name),
        old: before.get(container.name),
      })
      lists[kind].push(status)
      byName.set(container.name, status)
      yield
    }
  }
  const initialized = pod.spec.containers.some((c) => {
    const s = byName.get(c.name)!
    return s.state.running !== undefined || s.state.terminated !== undefined || s.lastState.terminated !== undefined
  })
  const settled = last.phase === 'Succeeded' || last.phase === 'Failed' ? last.phase : undefined
  const phase = settled ?? (input.stopped !== undefined ? 'Failed' : phaseOf(pod, byName, input.terminal, initialized))
  const now = formatTime(input.now)
  const own = last.conditions ?? pod.status?.conditions ?? []
  const known = [...own, ...(pod.status?.conditions ?? [])]
  const restartingAll = mayRestartAll(pod) ? input.restartingAll === true : undefined
  const says = verdicts({ pod, phase, statuses: byName, sandbox: runtime?.sandbox, initialized, known, restartingAll })
  if (input.disclosure !== undefined) says.push({ ...input.disclosure.podCondition, status: 'True' })
  const foreign = (pod.status?.conditions ?? []).filter(
    (c) => !(OWN_CONDITIONS as readonly string[]).includes(c.type) && !says.some((v) => v.type === c.type),
  )

  const knownIPs = runtime === undefined ? last.podIPs : runtime.sandbox.ips.map((ip) => ({ ip }))
  const podIPs = pod.spec.hostNetwork === true ? [{ ip: input.hostIP }] : (knownIPs ?? [])
  const requests = Object.fromEntries(Object.entries(yield* podRequestSteps(pod)).map(([name, q]) => [name, q.text]))
  const status: PodStatus = {
    conditions: [...says.map((v) => toCondition(v, known, now, generation)), ...foreign],
    containerStatuses: lists.main,
    hostIP: input.hostIP,
    hostIPs: [{ ip: input.hostIP }],
    phase,
    qosClass: pod.status?.qosClass ?? (yield* qosClassSteps(pod)),
    startTime: last.startTime ?? now,
  }
  if (generation !== undefined) status.observedGeneration = generation
  if (hasInit) status.initContainerStatuses = lists.init
  if (podIPs.length > 0) Object.assign(status, { podIP: podIPs[0]!.ip, podIPs })
  if (Object.keys(requests).length > 0) Object.assign(status, { allocatedResources: requests, resources: { requests } })
  const said = input.stopped ?? (settled === undefined ? undefined : { reason: last.reason, message: last.message })
  if (said?.reason !== undefined) status.reason = said.reason
  if (said?.message !== undefined) status.message = said.message
  return status
}

/** A pod's containers in the runtime by name, newest attempt first: made once for a look at all of them. */
export function attemptsByName(runtime: PodRuntimeStatus | undefined): ReadonlyMap<string, readonly ContainerRuntimeStatus[]> {
  const out = new Map<string, ContainerRuntimeStatus[]>()
  for (const c of runtime?.containers ?? []) {
    const known = out.get(c.name)
    if (known === undefined) out.set(c.name, [c])
    else known.push(c)
  }
  return out
}

/** Container statuses by name, the first of a name. */
export function statusByName(...lists: (readonly ContainerStatus[] | undefined)[]): ReadonlyMap<string, ContainerStatus> {
  const out = new Map<string, ContainerStatus>()
  for (const list of lists) for (const s of list ?? []) if (!out.has(s.name)) out.set(s.name, s)
  return out
}

/** The status of a pod that this node refuses. */
export function rejectedStatus(pod: Pod, rejection: Rejection, now: number): PodStatus {
  const status: PodStatus = {
    message: `Pod was rejected: ${rejection.message}`,
    phase: 'Failed',
    qosClass: pod.status?.qosClass ?? qosClass(pod),
    reason: rejection.reason,
    startTime: formatTime(now),
  }
  if (pod.metadata.generation !== undefined) status.observedGeneration = pod.metadata.generation
  return status
}
