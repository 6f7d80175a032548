import { formatTime } from '../../machinery/clock.ts'
import type { ContainerRuntimeStatus } from '../runtime.ts'
import { isSidecar, type Container, type ContainerStateTerminated, type ContainerStatus } from '../types.ts'
import { RESTARTED, RESTARTING_ALL } from './restart-rules.ts'

/** Why a container is not running, as its `waiting` state says it. */
export interface Waiting {
  reason: string
  message?: string
}

export interface ContainerView {
  container: Container
  init: boolean
  hasInit: boolean
  runtimeName: string
  /** This container's attempts in the runtime, newest first. */
  attempts: readonly ContainerRuntimeStatus[]
  /** Set while it waits for another start. */
  waiting: Waiting | undefined
  /** The last status this agent or its predecessor gave. */
  old: ContainerStatus | undefined
}

const idOf = (runtimeName: string, id: string): string => `${runtimeName}://${id}`

function terminatedOf(runtimeName: string, s: ContainerRuntimeStatus): ContainerStateTerminated {
  const state: ContainerStateTerminated = {
    exitCode: s.exitCode,
    reason: s.reason,
    startedAt: formatTime(s.startedAt),
    finishedAt: formatTime(s.finishedAt),
    containerID: idOf(runtimeName, s.id),
  }
  if (s.message !== '') state.message = s.message
  return state
}

/** One entry of containerStatuses or initContainerStatuses. Probes are taken to succeed: what runs is started and ready. */
export function containerStatusOf(view: ContainerView): ContainerStatus {
  const { container, runtimeName, old } = view
  const [current, previous] = view.attempts
  const status: ContainerStatus = {
    ...(current === undefined ? {} : { containerID: idOf(runtimeName, current.id) }),
    image: container.image ?? '',
    imageID: current?.imageRef ?? '',
    lastState: {},
    name: container.name,
    ready: false,
    restartCount: current?.attempt ?? 0,
    started: false,
    state: {},
  }
  if (current === undefined) {
    if (old !== undefined && view.waiting === undefined && old.state.terminated !== undefined) return old
    if (old !== undefined && view.waiting?.reason === RESTARTING_ALL) {
      const known = old.state.waiting !== undefined
      status.restartCount = old.restartCount + (known ? 0 : 1)
      status.lastState = known ? old.lastState : { terminated: RESTARTED }
    } else if (old !== undefined && old.containerID !== undefined) {
      status.restartCount = old.restartCount
      status.lastState = old.state.terminated === undefined ? old.lastState : { terminated: old.state.terminated }
    }
    status.state = { waiting: view.waiting ?? { reason: view.hasInit ? 'PodInitializing' : 'ContainerCreating' } }
  } else {
    if (previous?.state === 'exited') status.lastState = { terminated: terminatedOf(runtimeName, previous) }
    else if (old?.lastState.terminated !== undefined && current.attempt > 0) status.lastState = old.lastState
    if (current.state === 'running') status.state = { running: { startedAt: formatTime(current.startedAt) } }
    else if (current.state === 'created') status.state = { waiting: view.waiting ?? { reason: 'ContainerCreating' } }
    else if (view.waiting === undefined) status.state = { terminated: terminatedOf(runtimeName, current) }
    else {
      status.state = { waiting: view.waiting }
      status.lastState = { terminated: terminatedOf(runtimeName, current) }
    }
  }
  const running = status.state.running !== undefined
  if (view.init && !isSidecar(container)) status.ready = status.state.terminated?.exitCode === 0
  else status.ready = status.started = running
  if (running) {
    if (container.resources?.requests !== undefined) status.allocatedResources = container.resources.requests
    status.resources = container.resources ?? {}
  }
  if ((container.volumeMounts?.length ?? 0) > 0) {
    status.volumeMounts = container.volumeMounts!.map((m) => ({
      mountPath: m.mountPath,
      name: m.name,
      ...(m.readOnly === true ? { readOnly: true, recursiveReadOnly: 'Disabled' } : {}),
    }))
  }
  return status
}
