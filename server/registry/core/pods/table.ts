import { since } from '../../../machinery/duration.ts'
import type { Container, ContainerStatus, Pod, PodCondition, TerminatedState } from '../../../apis/core/v1/types.ts'
import type { TableDefinition } from '../../generic/strategy.ts'
import { columns } from '../../generic/table-columns.ts'

/** Columns of pods as `kubectl get pods` shows them (printers/internalversion printPod). */
interface Progress {
  reason: string
  restarts: number
  ready: number
  /** When a container last ended before a restart; ms. */
  lastRestart: number
}

const isSidecar = (c: Container | undefined): boolean => c?.restartPolicy === 'Always'

function endedAt(s: ContainerStatus): number {
  const at = s.lastState?.terminated?.finishedAt
  return at ? Date.parse(at) : 0
}

const endedReason = (t: TerminatedState): string => t.reason || (t.signal ? `Signal:${t.signal}` : `ExitCode:${t.exitCode ?? 0}`)

/** How far initialization is; `initializing` when an init container is still in the way. */
function initProgress(pod: Pod, p: Progress): { initializing: boolean; sidecarRestarts: number; sidecarRestart: number } {
  const specs = new Map(pod.spec.initContainers?.map((c) => [c.name, c]))
  let sidecarRestarts = 0
  let sidecarRestart = 0
  const statuses = pod.status?.initContainerStatuses ?? []
  for (let i = 0; i < statuses.length; i++) {
    const s = statuses[i]!
    const sidecar = isSidecar(specs.get(s.name))
    p.restarts += s.restartCount ?? 0
    p.lastRestart = Math.max(p.lastRestart, endedAt(s))
    if (sidecar) {
      sidecarRestarts += s.restartCount ?? 0
      sidecarRestart = Math.max(sidecarRestart, endedAt(s))
    }
    const { terminated, waiting } = s.state ?? {}
    if (terminated && !terminated.exitCode) continue
    if (sidecar && s.started) {
      if (s.ready) p.ready++
      continue
    }
    if (terminated) p.reason = `Init:${endedReason(terminated)}`
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') p.reason = `Init:${waiting.reason}`
    else p.reason = `Init:${i}/${pod.spec.initContainers?.length ?? 0}`
    return { initializing: true, sidecarRestarts, sidecarRestart }
  }
  return { initializing: false, sidecarRestarts, sidecarRestart }
}

const condition = (conditions: readonly PodCondition[] | undefined, type: string): PodCondition | undefined =>
  conditions?.find((c) => c.type === type)

function runProgress(pod: Pod, p: Progress): void {
  let running = false
  let failed = ''
  const statuses = pod.status?.containerStatuses ?? []
  for (const s of statuses.toReversed()) {
    p.restarts += s.restartCount ?? 0
    p.lastRestart = Math.max(p.lastRestart, endedAt(s))
    const { waiting, terminated, running: runs } = s.state ?? {}
    if (waiting?.reason) p.reason = waiting.reason
    else if (terminated) {
      p.reason = endedReason(terminated)
      if (terminated.exitCode) failed = p.reason
    } else if (s.ready && runs) {
      running = true
      p.ready++
    }
  }
  if (p.reason !== 'Completed') return
  if (running && pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')) p.reason = 'Running'
  else if (failed !== '') p.reason = failed
  else if (running) p.reason = 'NotReady'
}

/** What a pod is up to, in the words of the Status column. */
export function podProgress(pod: Pod): Progress {
  const { status = {}, metadata } = pod
  const p: Progress = { reason: status.reason || status.phase || '', restarts: 0, ready: 0, lastRestart: 0 }
  if (status.conditions?.some((c) => c.type === 'PodScheduled' && c.reason === 'SchedulingGated')) p.reason = 'SchedulingGated'
  const init = initProgress(pod, p)
  if (!init.initializing || condition(status.conditions, 'Initialized')?.status === 'True') {
    p.restarts = init.sidecarRestarts
    p.lastRestart = init.sidecarRestart
    runProgress(pod, p)
  }
  if (metadata.deletionTimestamp) {
    if (status.reason === 'NodeLost') p.reason = 'Unknown'
    else if (status.phase !== 'Failed' && status.phase !== 'Succeeded') p.reason = 'Terminating'
  }
  return p
}

function readinessGates(pod: Pod): string {
  const gates = pod.spec.readinessGates
  if (!gates?.length) return '<none>'
  // Of conditions of one type the first counts.
  const statuses = new Map(pod.status?.conditions?.toReversed().map((c) => [c.type ?? '', c.status]))
  const open = gates.filter((g) => statuses.get(g.conditionType ?? '') === 'True').length
  return `${open}/${gates.length}`
}

export const podTable: TableDefinition = {
  columns: columns('Name|Ready|Status|Restarts|Age|*IP|*Node|*Nominated Node|*Readiness Gates'),
  cells(obj, now) {
    const pod = obj as unknown as Pod
    const { spec, status = {}, metadata } = pod
    const p = podProgress(pod)
    const total = (spec.containers?.length ?? 0) + (spec.initContainers?.filter(isSidecar).length ?? 0)
    const ago = p.restarts !== 0 && p.lastRestart !== 0 ? ` (${since(new Date(p.lastRestart).toISOString(), now)} ago)` : ''
    return [
      metadata.name ?? '',
      `${p.ready}/${total}`,
      p.reason,
      `${p.restarts}${ago}`,
      since(metadata.creationTimestamp, now),
      status.podIPs?.[0]?.ip || '<none>',
      spec.nodeName || '<none>',
      status.nominatedNodeName || '<none>',
      readinessGates(pod),
    ]
  },
}
