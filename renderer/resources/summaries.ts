import { byName } from '../kube/order.ts'
import { parseQuantity } from '../kube/quantity.ts'
import { summarizeBindings, summarizeRoles } from './rbac/summary.ts'
import type { Row } from '../kube/store.ts'
import type { StatusWord, Tone } from '../kube/types.ts'
import type { KindView } from '../kube/columns.ts'
import { type Event, lastSeen, recency, timesSeen } from './events/view.ts'
import { allocatableOf, nodeStatus } from './nodes/view.ts'
import type { Node } from './nodes/types.ts'
import { summarizePlaced } from './pods/placement/placed.ts'
import type { PlacedQuestion } from './pods/placement/types.ts'
import { podStatus, podSummary } from './pods/status.ts'
import { Causes, createdMs, ownerOf, type PodCause, summarizeJobOwners, summarizeTroubles } from './problems.ts'
import type { ContainerStatus, Pod } from './pods/types.ts'

export interface PodsSummary {
  total: number
  /** By the five phases, and `Terminating`. */
  phases: Record<string, number>
  /** Why pods fail, by their owners; the most serious first. */
  causes: PodCause[]
  /** Pods that need a look. */
  failing: number
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
const mostCauses = 200

export function summarizePods(rows: Iterable<Row>): PodsSummary {
  const summary: PodsSummary = { total: 0, phases: {}, causes: [], failing: 0, requests: summarizeRequests([]), unscheduled: 0 }
  const causes = new Causes()
  for (const row of rows) {
    const pod = row.object as Pod
    summary.total++
    const phase = pod.metadata.deletionTimestamp ? 'Terminating' : (pod.status?.phase ?? 'Unknown')
    summary.phases[phase] = (summary.phases[phase] ?? 0) + 1
    addRequests(summary.requests, pod)
    if (!pod.spec?.nodeName && phase === 'Pending') summary.unscheduled++
    const problem = podProblem(pod)
    if (!problem) continue
    summary.failing++
    causes.add(problem)
  }
  summary.causes = causes.list(mostCauses)
  return summary
}

export function podProblem(pod: Pod): Omit<PodCause, 'count'> | undefined {
  const { restarts } = podSummary(pod)
  const { text, tone, at } = podStatus(pod)
  if (tone === 'ok' || tone === 'busy') return undefined
  const base = { namespace: pod.metadata.namespace ?? '', owner: ownerOf(pod), pod: pod.metadata.name, since: createdMs(pod), restarts }
  if (pod.metadata.deletionTimestamp)
    return { ...base, reason: text, tone, message: (pod.metadata.finalizers ?? []).join(', '), since: at ?? base.since }
  const unscheduled = pod.status?.conditions?.find((c) => c.type === 'PodScheduled' && c.status === 'False')
  if (unscheduled) return { ...base, reason: unscheduled.reason ?? text, tone, message: unscheduled.message ?? '' }
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]
  const failing = statuses.find(isFailing) ?? statuses.find((s) => !s.ready && !s.state?.terminated)
  const last = failing?.state?.terminated ?? failing?.lastState?.terminated
  return {
    ...base,
    reason: text === 'Running' ? 'NotReady' : text,
    tone,
    // How long the kubelet waits before it tries again says nothing of why.
    message: last?.message ?? (text === 'CrashLoopBackOff' ? undefined : failing?.state?.waiting?.message) ?? pod.status?.message ?? '',
    container: failing?.name,
    exitCode: last?.exitCode,
  }
}

const isFailing = (s: ContainerStatus): boolean =>
  (s.state?.waiting?.reason !== undefined &&
    s.state.waiting.reason !== 'ContainerCreating' &&
    s.state.waiting.reason !== 'PodInitializing') ||
  (s.state?.terminated !== undefined && s.state.terminated.exitCode !== 0)

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
  /** Of all nodes together. */
  allocatable: { cpu: number; memory: number }
  nodes: NodeLine[]
}

export function summarizeNodes(rows: Iterable<Row>): NodesSummary {
  const nodes: NodeLine[] = []
  const allocatable = { cpu: 0, memory: 0 }
  for (const row of rows) {
    const node = row.object as Node
    const { text, tone } = nodeStatus(node)
    const of = allocatableOf(node)
    allocatable.cpu += of.cpu ?? 0
    allocatable.memory += of.memory ?? 0
    nodes.push({
      name: row.name,
      status: text,
      tone,
      allocatable: of,
      pressure: (node.status?.conditions ?? [])
        .filter((c) => (c.type === 'Ready' ? c.status !== 'True' : c.status === 'True'))
        .map((c) => ({ type: c.type, message: c.message ?? '' })),
    })
  }
  const rank: Record<Tone, number> = { bad: 0, warn: 1, busy: 2, muted: 3, ok: 4 }
  nodes.sort((a, b) => rank[a.tone] - rank[b.tone] || byName(a.name, b.name))
  return { total: nodes.length, ready: nodes.filter((n) => n.status.startsWith('Ready')).length, allocatable, nodes: nodes.slice(0, 100) }
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

/** Of the one object that a source names, where its word depends on what is beside it (`KindView.beside`). */
function summarizeWord(rows: Iterable<Row>, view: KindView): StatusWord | undefined {
  for (const { object } of rows) return view.status(object)
  return undefined
}

/** Whether one of the name is there; the source says of which kind and where. */
function isPresent(rows: Iterable<Row>, wanted: string): boolean {
  for (const { name } of rows) if (name === wanted) return true
  return false
}

/** The same, and that there is none: of an object that somebody names. */
function summarizeNamed(rows: Iterable<Row>, view: KindView): { there: boolean; word?: StatusWord } {
  for (const { object } of rows) return { there: true, word: view.status(object) }
  return { there: false }
}

export const summaries = {
  named: summarizeNamed,
  word: summarizeWord,
  present: (rows: Iterable<Row>, _: unknown, of?: unknown) => isPresent(rows, of as string),
  pods: summarizePods,
  nodes: summarizeNodes,
  events: summarizeEvents,
  requests: summarizeRequests,
  requestsByNode: summarizeByNode,
  placed: (rows: Iterable<Row>, _: unknown, of?: unknown) => summarizePlaced(rows, of as PlacedQuestion),
  roles: summarizeRoles,
  bindings: summarizeBindings,
  troubles: summarizeTroubles,
  jobOwners: (rows: Iterable<Row>, _: unknown, of?: unknown) => summarizeJobOwners(rows, of as string[]),
}
