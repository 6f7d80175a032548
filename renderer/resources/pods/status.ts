import { going } from '../../kube/going.ts'
import type { StatusWord, Tone } from '../../kube/types.ts'
import type { ContainerStatus, Pod, PodSummary } from './types.ts'

const tones: Record<string, Tone> = {
  Running: 'ok',
  Succeeded: 'ok',
  Completed: 'ok',
  Pending: 'busy',
  ContainerCreating: 'busy',
  PodInitializing: 'busy',
  Terminating: 'busy',
  SchedulingGated: 'busy',
  NotReady: 'warn',
  Unknown: 'warn',
  Evicted: 'bad',
}

/** The word that `kubectl get pods` shows as STATUS, and the counts beside it. The order of the rules is the printer's. */
export const podSummary = (pod: Pod): PodSummary => pod.summary ?? summarize(pod)

function summarize(pod: Pod): PodSummary {
  const statuses = pod.status?.containerStatuses ?? []
  const inits = pod.status?.initContainerStatuses ?? []
  const sidecars = new Set((pod.spec?.initContainers ?? []).filter((c) => c.restartPolicy === 'Always').map((c) => c.name))
  const sidecarStatuses = inits.filter((s) => sidecars.has(s.name))
  const initWord = initializing(pod, inits, sidecars)
  const restarts = [...statuses, ...sidecarStatuses].reduce((sum, s) => sum + (s.restartCount ?? 0), 0)
  const initRestarts = inits.reduce((sum, s) => sum + (s.restartCount ?? 0), 0)
  let text = initWord ?? containersWord(pod, statuses)
  if (pod.metadata.deletionTimestamp) text = pod.status?.reason === 'NodeLost' ? 'Unknown' : 'Terminating'
  const ready = statuses.filter((s) => s.ready && s.state?.running).length + sidecarStatuses.filter((s) => s.ready && s.started).length
  const total = (pod.spec?.containers?.length ?? 0) + sidecars.size
  return {
    text,
    tone: toneOf(text, pod, ready === total),
    ready,
    total,
    restarts: initWord ? initRestarts : restarts,
  }
}

function initializing(pod: Pod, inits: ContainerStatus[], sidecars: Set<string>): string | undefined {
  const total = pod.spec?.initContainers?.length ?? 0
  for (const [index, status] of inits.entries()) {
    const { terminated, waiting } = status.state ?? {}
    if (terminated?.exitCode === 0) continue
    if (sidecars.has(status.name) && status.started) continue
    if (terminated) return `Init:${terminated.reason || exit(terminated)}`
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`
    return `Init:${index}/${total}`
  }
  return undefined
}

function containersWord(pod: Pod, statuses: ContainerStatus[]): string {
  let text = pod.status?.reason || pod.status?.phase || 'Unknown'
  if (pod.status?.conditions?.some((c) => c.type === 'PodScheduled' && c.reason === 'SchedulingGated')) text = 'SchedulingGated'
  let running = false
  for (const status of [...statuses].reverse()) {
    const { waiting, terminated } = status.state ?? {}
    if (waiting?.reason) text = waiting.reason
    else if (terminated) text = terminated.reason || exit(terminated)
    else if (status.ready && status.state?.running) running = true
  }
  if (text === 'Completed' && running) {
    const ready = pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')
    text = ready ? 'Running' : 'NotReady'
  }
  return text
}

const exit = (t: { signal?: number; exitCode: number }): string => (t.signal ? `Signal:${t.signal}` : `ExitCode:${t.exitCode}`)

/** The same as a status: that it is late to go is told by time alone, which a summary that is kept does not know. */
export function podStatus(pod: Pod): StatusWord {
  const { text, tone } = podSummary(pod)
  return (text === 'Terminating' ? going(pod.metadata) : undefined) ?? { text, tone }
}

/** `allReady`: what the containers say, for a pod whose condition nobody has written. */
function toneOf(text: string, pod: Pod, allReady: boolean): Tone {
  const known = tones[text]
  if (known === 'ok' && text === 'Running') {
    const ready = pod.status?.conditions?.find((c) => c.type === 'Ready')
    return (ready ? ready.status === 'True' : allReady) ? 'ok' : 'warn'
  }
  if (text === 'Pending') {
    const unschedulable = pod.status?.conditions?.some(
      (c) => c.type === 'PodScheduled' && c.status === 'False' && c.reason === 'Unschedulable',
    )
    return unschedulable ? 'warn' : 'busy'
  }
  return known ?? (/^Init:\d+\/\d+$/.test(text) ? 'busy' : 'bad')
}

/**
 * Why a pod is not as it should be, in the components' own words; '' for one that is. Of several containers the first that fails speaks, and
 * of what it says the end of its last run before the wait for the next.
 */
export function podReason(pod: Pod): string {
  const { tone } = podSummary(pod)
  if (tone === 'ok' || pod.metadata.deletionTimestamp) return ''
  const unscheduled = pod.status?.conditions?.find((c) => c.type === 'PodScheduled' && c.status === 'False')
  if (unscheduled) return unscheduled.message ?? unscheduled.reason ?? ''
  for (const { name, state, lastState } of [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]) {
    const end = state?.terminated ?? (state?.running ? undefined : lastState?.terminated)
    if (end && end.exitCode !== 0) return [`${name}: ${exit(end)}`, end.message].filter(Boolean).join(', ')
    if (state?.waiting?.message) return `${name}: ${state.waiting.message}`
  }
  return pod.status?.message ?? ''
}
