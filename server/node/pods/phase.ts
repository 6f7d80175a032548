import { isSidecar, type Container, type ContainerStatus, type Pod, type PodPhase, type RestartPolicy } from '../types.ts'
import { RESTARTING_ALL, ruleFor } from './restart-rules.ts'

/** Whether a container that ended with this code starts again, by its own rules, its own policy or the pod's. */
export function shouldRestart(container: Container, pod: Pod, exitCode: number): boolean {
  if (container.restartPolicy !== undefined && ruleFor(container, exitCode) !== undefined) return true
  const policy: RestartPolicy = container.restartPolicy ?? pod.spec.restartPolicy ?? 'Always'
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0)
}

/** An init container's failure is final only where nothing restarts: there `Always` means until it succeeds. */
export function initShouldRestart(container: Container, pod: Pod, exitCode: number): boolean {
  return isSidecar(container) || (exitCode !== 0 && shouldRestart(container, pod, exitCode))
}

/**
 * The pod's phase from its container statuses (pod lifecycle; the kubelet's getPhase).
 * `terminal`: nothing of the pod will be started again, whatever its restart policy.
 */
export function phaseOf(pod: Pod, statuses: ReadonlyMap<string, ContainerStatus>, terminal: boolean, initialized: boolean): PodPhase {
  const init = (pod.spec.initContainers ?? []).filter((c) => !isSidecar(c))
  let pendingInit = 0
  for (const c of init) {
    const s = statuses.get(c.name)
    const ended = s?.state.terminated ?? (s?.state.waiting === undefined ? undefined : s.lastState.terminated)
    if (ended === undefined) pendingInit++
    else if (ended.exitCode !== 0 && ended.reason !== RESTARTING_ALL && !initShouldRestart(c, pod, ended.exitCode)) return 'Failed'
    else if (ended.exitCode !== 0 && terminal) return 'Failed'
  }

  let [pendingSidecars, running, waiting, unknown, stopped, final, succeeded] = [0, 0, 0, 0, 0, 0, 0]
  for (const c of (pod.spec.initContainers ?? []).filter(isSidecar)) {
    const s = statuses.get(c.name)
    if (s?.state.running !== undefined) {
      running++
      if (s.started !== true) pendingSidecars++
    } else if (s === undefined) unknown++
    else if (s.state.terminated === undefined && s.lastState.terminated === undefined) {
      pendingSidecars++
      waiting++
    }
  }
  for (const c of pod.spec.containers) {
    const s = statuses.get(c.name)
    const ended = s?.state.terminated ?? (s?.state.waiting === undefined ? undefined : s.lastState.terminated)
    if (s === undefined) unknown++
    else if (s.state.running !== undefined) running++
    else if (ended === undefined) waiting++
    else {
      stopped++
      if (ended.reason !== RESTARTING_ALL && !shouldRestart(c, pod, ended.exitCode)) final++
      if (ended.exitCode === 0 && s.state.terminated !== undefined) succeeded++
    }
  }

  if (pendingInit > 0 || (pendingSidecars > 0 && !initialized) || waiting > 0) return 'Pending'
  if (unknown > 0) return 'Pending'
  if (running > 0) return 'Running'
  if (stopped === 0) return 'Pending'
  if (!terminal && stopped !== final) return 'Running'
  return stopped === succeeded ? 'Succeeded' : 'Failed'
}
