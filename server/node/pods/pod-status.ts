import { formatTime } from '../../machinery/clock.ts'
import type { PodRuntimeStatus, RuntimeDisclosure } from '../runtime.ts'
import type { ContainerStatus, Pod, PodStatus } from '../types.ts'
import { OWN_CONDITIONS, toCondition, verdicts } from './conditions.ts'
import { containerStatusOf, type Waiting } from './container-status.ts'
import { phaseOf } from './phase.ts'
import { podRequests, qosClass } from './resources.ts'
import type { Rejection } from './admission.ts'

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
  disclosure: RuntimeDisclosure | undefined
}

/** The status of a pod as its node sees it; a pure function, so that the same facts always give the same bytes. */
export function generateStatus(input: StatusInput): PodStatus {
  const { pod, runtime } = input
  const last = input.last ?? pod.status ?? {}
  const generation = pod.metadata.generation
  const lists = { init: [] as ContainerStatus[], main: [] as ContainerStatus[] }
  const byName = new Map<string, ContainerStatus>()
  const hasInit = (pod.spec.initContainers?.length ?? 0) > 0
  for (const [kind, containers, old] of [
    ['init', pod.spec.initContainers ?? [], last.initContainerStatuses],
    ['main', pod.spec.containers, last.containerStatuses],
  ] as const) {
    for (const container of containers) {
      const status = containerStatusOf({
        container,
        init: kind === 'init',
        hasInit,
        runtimeName: input.runtimeName,
        attempts: runtime?.containers.filter((c) => c.name === container.name) ?? [],
        waiting: input.waiting.get(container.name),
        old: old?.find((s) => s.name === container.name),
      })
      lists[kind].push(status)
      byName.set(container.name, status)
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
  const says = verdicts({ pod, phase, statuses: byName, sandbox: runtime?.sandbox, initialized, known })
  if (input.disclosure !== undefined) says.push({ ...input.disclosure.podCondition, status: 'True' })
  const foreign = (pod.status?.conditions ?? []).filter(
    (c) => !(OWN_CONDITIONS as readonly string[]).includes(c.type) && !says.some((v) => v.type === c.type),
  )

  const podIP = pod.spec.hostNetwork === true ? input.hostIP : (runtime?.sandbox.ip ?? last.podIP)
  const requests = Object.fromEntries(Object.entries(podRequests(pod)).map(([name, q]) => [name, q.text]))
  const status: PodStatus = {
    conditions: [...says.map((v) => toCondition(v, known, now, generation)), ...foreign],
    containerStatuses: lists.main,
    hostIP: input.hostIP,
    hostIPs: [{ ip: input.hostIP }],
    phase,
    qosClass: pod.status?.qosClass ?? qosClass(pod),
    startTime: last.startTime ?? now,
  }
  if (generation !== undefined) status.observedGeneration = generation
  if (hasInit) status.initContainerStatuses = lists.init
  if (podIP !== undefined) Object.assign(status, { podIP, podIPs: [{ ip: podIP }] })
  if (Object.keys(requests).length > 0) Object.assign(status, { allocatedResources: requests, resources: { requests } })
  const said = input.stopped ?? (settled === undefined ? undefined : { reason: last.reason, message: last.message })
  if (said?.reason !== undefined) status.reason = said.reason
  if (said?.message !== undefined) status.message = said.message
  return status
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
