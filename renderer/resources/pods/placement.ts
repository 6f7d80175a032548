import { byName } from '../../kube/order.ts'
import { parseQuantity } from '../../kube/quantity.ts'
import type { Node } from '../nodes/types.ts'
import type { Container, NodeRequirement, NodeTerm, Pod } from './types.ts'

/** One filter's answer for one node; `reason` in kube-scheduler's words, undefined where the node passes. */
export interface Verdict {
  /** The filter's name, as a scheduler's configuration has it. */
  filter: string
  reason: string | undefined
}

export interface NodeVerdict {
  node: string
  verdicts: Verdict[]
  refused: number
}

/** What the pods of a node ask for, by resource, and how many they are. */
export interface Asked {
  pods: number
  resources: Record<string, number>
}

interface Toleration {
  key?: string
  operator?: string
  value?: string
  effect?: string
}
type Taint = NonNullable<NonNullable<Node['spec']>['taints']>[number]
/**
 * What the filters that judge a node by itself say of it: those between pods (affinity, spread), of volumes and of devices are not among
 * them. As the scheduler's plugins of these names have it (kubernetes/kubernetes pkg/scheduler/framework/plugins).
 */
const filters: Record<string, (pod: Pod, node: Node, asked: Asked) => string | undefined> = {
  NodeUnschedulable: (pod, { spec }) =>
    spec?.unschedulable && !tolerates(pod, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' })
      ? 'node(s) were unschedulable'
      : undefined,
  TaintToleration(pod, { spec }) {
    const taint = spec?.taints?.find((each) => each.effect !== 'PreferNoSchedule' && !tolerates(pod, each))
    return taint && `node(s) had untolerated taint(s) {${taint.key}: ${taint.value ?? ''}}`
  },
  NodeAffinity: (pod, node) => (fitsAffinity(pod, node) ? undefined : "node(s) didn't match Pod's node affinity/selector"),
  NodeResourcesFit(pod, { status }, asked) {
    const allocatable = status?.allocatable ?? {}
    const lacking = Object.entries(requestsOf(pod))
      .filter(([name, wanted]) => wanted > 0 && wanted > (parseQuantity(allocatable[name]) ?? 0) - (asked.resources[name] ?? 0))
      .map(([name]) => `Insufficient ${name}`)
    if (asked.pods + 1 > (parseQuantity(allocatable.pods) ?? Number.POSITIVE_INFINITY)) lacking.unshift('Too many pods')
    return lacking.length > 0 ? lacking.join(', ') : undefined
  },
}

/** The verdicts of every filter on every node: the nodes that come nearest first. */
export const verdictsOf = (pod: Pod, nodes: readonly Node[], asked: Readonly<Record<string, Asked>>): NodeVerdict[] =>
  nodes
    .map((node) => {
      const there = asked[node.metadata.name] ?? { pods: 0, resources: {} }
      const verdicts = Object.entries(filters).map(([filter, judge]) => ({ filter, reason: judge(pod, node, there) }))
      return { node: node.metadata.name, verdicts, refused: verdicts.filter(({ reason }) => reason !== undefined).length }
    })
    .sort((a, b) => a.refused - b.refused || byName(a.node, b.node))

function tolerates(pod: Pod, taint: Pick<Taint, 'key' | 'value' | 'effect'>): boolean {
  return ((pod.spec?.tolerations ?? []) as Toleration[]).some(({ key = '', operator = 'Equal', value = '', effect = '' }) => {
    if (effect !== '' && effect !== taint.effect) return false
    if (key === '') return operator === 'Exists'
    return key === taint.key && (operator === 'Exists' || (operator === 'Equal' && value === (taint.value ?? '')))
  })
}

function fitsAffinity(pod: Pod, { metadata }: Node): boolean {
  const labels = metadata.labels ?? {}
  if (!Object.entries(pod.spec?.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  if (!required) return true
  return (required.nodeSelectorTerms ?? []).some((term: NodeTerm) => {
    const { matchExpressions = [], matchFields = [] } = term
    // A term that says nothing finds nothing.
    if (matchExpressions.length + matchFields.length === 0) return false
    return (
      matchExpressions.every((one) => meets(one, labels[one.key])) &&
      matchFields.every((one) => meets(one, one.key === 'metadata.name' ? metadata.name : undefined))
    )
  })
}

function meets({ operator, values = [] }: NodeRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
    case 'Lt': {
      if (!/^-?\d+$/.test(value ?? '') || !/^-?\d+$/.test(values[0] ?? '')) return false
      return operator === 'Gt' ? Number(value) > Number(values[0]) : Number(value) < Number(values[0])
    }
    default:
      return false
  }
}

/** What a pod asks for, by resource: its containers together with its sidecars, or its largest init container, and what it costs besides. */
export function requestsOf({ spec }: Pod): Record<string, number> {
  const running: Record<string, number> = {}
  const starting: Record<string, number> = {}
  const add = (to: Record<string, number>, of: Container['resources']): void => {
    for (const [name, quantity] of Object.entries(of?.requests ?? {})) to[name] = (to[name] ?? 0) + (parseQuantity(quantity) ?? 0)
  }
  for (const { resources, restartPolicy } of spec?.initContainers ?? []) {
    if (restartPolicy === 'Always') {
      add(running, resources)
      continue
    }
    const own = { ...running }
    add(own, resources)
    for (const [name, value] of Object.entries(own)) starting[name] = Math.max(starting[name] ?? 0, value)
  }
  for (const { resources } of spec?.containers ?? []) add(running, resources)
  const sum: Record<string, number> = {}
  for (const name of new Set([...Object.keys(running), ...Object.keys(starting)]))
    sum[name] = Math.max(running[name] ?? 0, starting[name] ?? 0)
  add(sum, { requests: spec?.overhead ?? {} })
  return sum
}

/** What kube-scheduler said in a pod's condition: `0/3 nodes are available: 2 Insufficient cpu, 1 node(s) were unschedulable. preemption: …`. */
export interface Told {
  nodes: number
  reasons: { count: number; reason: string }[]
  /** What preemption came to. */
  rest: string
}

export function readMessage(message: string): Told | undefined {
  const match = /^0\/(\d+) nodes are available: (.*?)\.(?: (.*))?$/s.exec(message)
  if (!match) return undefined
  const reasons = (match[2] ?? '').split(/, (?=\d+ )/).map((part) => {
    const [, count, reason] = /^(\d+) (.+)$/s.exec(part) ?? [undefined, match[1], part]
    return { count: Number(count), reason: reason ?? '' }
  })
  return { nodes: Number(match[1]), reasons: reasons.sort((a, b) => b.count - a.count), rest: match[3] ?? '' }
}
