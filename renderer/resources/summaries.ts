import { byName } from '../kube/order.ts'
import { parseQuantity } from '../kube/quantity.ts'
import { summarizeBindings, summarizeRoles } from './rbac/summary.ts'
import type { Row } from '../kube/store.ts'
import type { Tone } from '../kube/types.ts'
import { type Event, lastSeen, recency, timesSeen } from './events/view.ts'
import { allocatableOf, nodeStatus } from './nodes/view.ts'
import type { Node } from './nodes/types.ts'
import { podSummary } from './pods/status.ts'
import type { ContainerStatus, Pod } from './pods/types.ts'

/** Something that needs a look. `reason` is Kubernetes' own word; `message` the component's own sentence. */
export interface Problem {
  key: string
  resource: 'pods' | 'nodes'
  namespace: string
  name: string
  reason: string
  tone: Tone
  message: string
  container?: string
  exitCode?: number
  restarts?: number
  since: number | null
}

export interface PodsSummary {
  total: number
  /** By the five phases, and `Terminating`. */
  phases: Record<string, number>
  problems: Problem[]
  problemCount: number
  requests: Requests
  unscheduled: number
}

export interface Requests {
  cpu: number
  memory: number
  cpuLimits: number
  memoryLimits: number
  pods: number
}

/** More than anybody reads on a dashboard; the count tells the rest. */
const mostProblems = 50

export function summarizePods(rows: Iterable<Row>): PodsSummary {
  const summary: PodsSummary = { total: 0, phases: {}, problems: [], problemCount: 0, requests: summarizeRequests([]), unscheduled: 0 }
  for (const row of rows) {
    const pod = row.object as Pod
    summary.total++
    const phase = pod.metadata.deletionTimestamp ? 'Terminating' : (pod.status?.phase ?? 'Unknown')
    summary.phases[phase] = (summary.phases[phase] ?? 0) + 1
    addRequests(summary.requests, pod)
    if (!pod.spec?.nodeName && phase === 'Pending') summary.unscheduled++
    const problem = podProblem(pod, row.key)
    if (!problem) continue
    summary.problemCount++
    if (summary.problems.length < mostProblems) summary.problems.push(problem)
  }
  const rank: Record<Tone, number> = { bad: 0, warn: 1, busy: 2, muted: 3, ok: 4 }
  summary.problems.sort((a, b) => rank[a.tone] - rank[b.tone] || byName(a.name, b.name))
  return summary
}

export function podProblem(pod: Pod, key: string): Problem | undefined {
  const { text, tone, restarts } = podSummary(pod)
  if (tone === 'ok' || tone === 'busy' || pod.metadata.deletionTimestamp) return undefined
  const base = { key, resource: 'pods' as const, namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, since: createdMs(pod) }
  const unscheduled = pod.status?.conditions?.find((c) => c.type === 'PodScheduled' && c.status === 'False')
  if (unscheduled) return { ...base, reason: unscheduled.reason ?? text, tone, message: unscheduled.message ?? '' }
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]
  const failing = statuses.find(isFailing) ?? statuses.find((s) => !s.ready && !s.state?.terminated)
  const last = failing?.state?.terminated ?? failing?.lastState?.terminated
  return {
    ...base,
    reason: text === 'Running' ? 'NotReady' : text,
    tone,
    message: last?.message ?? failing?.state?.waiting?.message ?? pod.status?.message ?? '',
    container: failing?.name,
    exitCode: last?.exitCode,
    restarts,
  }
}

const isFailing = (s: ContainerStatus): boolean =>
  (s.state?.waiting?.reason !== undefined &&
    s.state.waiting.reason !== 'ContainerCreating' &&
    s.state.waiting.reason !== 'PodInitializing') ||
  (s.state?.terminated !== undefined && s.state.terminated.exitCode !== 0)

const createdMs = (object: { metadata: { creationTimestamp?: string } }): number | null => {
  const at = Date.parse(object.metadata.creationTimestamp ?? '')
  return Number.isNaN(at) ? null : at
}

/** What the scheduler counts: finished pods hold nothing, and the largest init container stands for all of them. */
export function summarizeRequests(rows: Iterable<Row>): Requests {
  const sum: Requests = { cpu: 0, memory: 0, cpuLimits: 0, memoryLimits: 0, pods: 0 }
  for (const row of rows) addRequests(sum, row.object as Pod)
  return sum
}

function addRequests(sum: Requests, pod: Pod): void {
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return
  sum.pods++
  sum.cpu += effective(pod, 'requests', 'cpu')
  sum.memory += effective(pod, 'requests', 'memory')
  sum.cpuLimits += effective(pod, 'limits', 'cpu')
  sum.memoryLimits += effective(pod, 'limits', 'memory')
}

function effective(pod: Pod, part: 'requests' | 'limits', resource: string): number {
  const of = (c: { resources?: { requests?: Record<string, string>; limits?: Record<string, string> } }): number =>
    parseQuantity(c.resources?.[part]?.[resource]) ?? 0
  let running = 0
  for (const container of pod.spec?.containers ?? []) running += of(container)
  let highest = 0
  for (const container of pod.spec?.initContainers ?? []) {
    if (container.restartPolicy === 'Always') running += of(container)
    else highest = Math.max(highest, of(container))
  }
  return Math.max(running, highest)
}

export interface NodeLine {
  name: string
  status: string
  tone: Tone
  allocatable: ReturnType<typeof allocatableOf>
  /** Conditions other than Ready that hold, and why the node is not ready. */
  pressure: { type: string; message: string }[]
}

export interface NodesSummary {
  total: number
  ready: number
  nodes: NodeLine[]
}

export function summarizeNodes(rows: Iterable<Row>): NodesSummary {
  const nodes: NodeLine[] = []
  for (const row of rows) {
    const node = row.object as Node
    const { text, tone } = nodeStatus(node)
    nodes.push({
      name: row.name,
      status: text,
      tone,
      allocatable: allocatableOf(node),
      pressure: (node.status?.conditions ?? [])
        .filter((c) => (c.type === 'Ready' ? c.status !== 'True' : c.status === 'True'))
        .map((c) => ({ type: c.type, message: c.message ?? '' })),
    })
  }
  const rank: Record<Tone, number> = { bad: 0, warn: 1, busy: 2, muted: 3, ok: 4 }
  nodes.sort((a, b) => rank[a.tone] - rank[b.tone] || byName(a.name, b.name))
  return { total: nodes.length, ready: nodes.filter((n) => n.status.startsWith('Ready')).length, nodes: nodes.slice(0, 100) }
}

export interface RecentEvent {
  key: string
  type: string
  reason: string
  message: string
  at: number
  count: number
  kind: string
  apiVersion: string
  namespace: string
  name: string
}

/** As many as are read at a glance. */
const mostEvents = 40

/** The newest events, newest first. */
export function summarizeEvents(rows: Iterable<Row>): RecentEvent[] {
  const newest: { order: string; event: Event; key: string }[] = []
  for (const row of rows) {
    const event = row.object as Event
    const order = recency(event)
    const last = newest[newest.length - 1]
    if (newest.length >= mostEvents && last && order <= last.order) continue
    newest.push({ order, event, key: row.key })
    newest.sort((a, b) => (a.order < b.order ? 1 : a.order > b.order ? -1 : 0))
    if (newest.length > mostEvents) newest.pop()
  }
  return newest.map(({ event, key }) => ({
    key,
    type: event.type ?? '',
    reason: event.reason ?? '',
    message: event.message ?? '',
    at: lastSeen(event) ?? 0,
    count: timesSeen(event),
    kind: event.involvedObject?.kind ?? '',
    apiVersion: event.involvedObject?.apiVersion ?? 'v1',
    namespace: event.involvedObject?.namespace ?? '',
    name: event.involvedObject?.name ?? '',
  }))
}

/** Requests by node name. */
export function summarizeByNode(rows: Iterable<Row>): Record<string, Requests> {
  const byNode: Record<string, Requests> = {}
  for (const row of rows) {
    const name = (row.object as Pod).spec?.nodeName
    if (!name) continue
    byNode[name] ??= { cpu: 0, memory: 0, cpuLimits: 0, memoryLimits: 0, pods: 0 }
    addRequests(byNode[name], row.object as Pod)
  }
  return byNode
}

export const summaries = {
  pods: summarizePods,
  nodes: summarizeNodes,
  events: summarizeEvents,
  requests: summarizeRequests,
  requestsByNode: summarizeByNode,
  roles: summarizeRoles,
  bindings: summarizeBindings,
}
