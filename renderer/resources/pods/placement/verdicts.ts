import { byName } from '../../../kube/order.ts'
import type { Pod } from '../types.ts'
import { judgeAffinity, judgeSpread } from './between-pods.ts'
import { neededFeatures } from './needed-features.ts'
import { contradictsItself, fitsAffinity } from './node-affinity.ts'
import { amountOf, requestsOf } from './requests.ts'
import { tolerates, untolerated } from './taints.ts'
import { storageRules } from './storage-rules.ts'
import type { Judge, NodeVerdict, Refusal, Surroundings, Verdict } from './types.ts'

export interface Verdicts {
  /** What keeps it from every node. */
  pod: Verdict[]
  /** The nodes that come nearest first. */
  nodes: NodeVerdict[]
}

/**
 * The filters in the scheduler's order and in its words (kubernetes/kubernetes pkg/scheduler/framework/plugins). Devices are not among
 * them. e2e/reference/placement compares them with a scheduler's answers.
 */
export const filters: Record<string, (pod: Pod, around: Surroundings) => Judge> = {
  NodeUnschedulable: (pod) => ({
    node: ({ spec }) =>
      spec?.unschedulable && !tolerates(pod, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' })
        ? { reason: 'node(s) were unschedulable' }
        : undefined,
  }),
  TaintToleration: (pod) => ({
    node(node) {
      const taint = untolerated(pod, node)
      return taint && { reason: 'node(s) had untolerated taint(s)', detail: `${taint.key}=${taint.value ?? ''}:${taint.effect}` }
    },
  }),
  NodeAffinity: (pod) => ({
    ...(contradictsItself(pod) ? { pod: { reason: 'pod affinity terms conflict' } } : {}),
    node: (node) => (fitsAffinity(pod, node) ? undefined : { reason: "node(s) didn't match Pod's node affinity/selector" }),
  }),
  NodePorts: () => ({
    node: (_, there) =>
      there && there.ports.length > 0
        ? { reason: "node(s) didn't have free ports for the requested pod ports", detail: there.ports.join(', ') }
        : undefined,
  }),
  NodeResourcesFit: (pod) => {
    const wanted = Object.entries(requestsOf(pod)).filter(([, amount]) => amount > 0)
    return {
      node({ status }, there) {
        const allocatable = status?.allocatable ?? {}
        const lacking = wanted
          .filter(([name, amount]) => amount > amountOf(name, allocatable[name]) - (there?.resources[name] ?? 0))
          .map(([name]) => `Insufficient ${name}`)
        if ((there?.pods ?? 0) + 1 > amountOf('pods', allocatable.pods)) lacking.unshift('Too many pods')
        return lacking.length > 0 ? { reason: lacking.join(', ') } : undefined
      },
    }
  },
  ...storageRules,
  PodTopologySpread: judgeSpread,
  InterPodAffinity: judgeAffinity,
  NodeDeclaredFeatures: (pod) => {
    const needed = neededFeatures(pod)
    return {
      node({ status }) {
        const missing = needed.filter((feature) => !status?.declaredFeatures?.includes(feature))
        return missing.length > 0 ? { reason: "node(s) didn't match Pod's required features", detail: missing.join(', ') } : undefined
      },
    }
  },
}

const verdictOf = (filter: string, said: Refusal | 'unknown' | undefined): Verdict => {
  if (said === undefined) return { filter }
  return said === 'unknown' ? { filter, unknown: true } : { filter, refusal: said }
}

/** The verdict of every filter on every node, and of those that refuse the pod itself. */
export function verdictsOf(pod: Pod, around: Surroundings): Verdicts {
  const judges = Object.entries(filters).map(([filter, judge]) => ({ filter, ...judge(pod, around) }))
  const nodes = around.nodes.map((node) => {
    const there = around.placed.byNode[node.metadata.name]
    const verdicts = judges
      .filter((judge) => judge.pod === undefined)
      .map(({ filter, node: rule }) => verdictOf(filter, rule?.(node, there)))
    return { node: node.metadata.name, verdicts, refused: verdicts.filter(({ refusal }) => refusal).length }
  })
  const told = judges.flatMap(({ filter, pod: said }) => (said === undefined ? [] : [verdictOf(filter, said)]))
  return {
    // Several look at one claim: the first that refuses it has said it.
    pod: told.filter((one, at) => !one.refusal || told.findIndex(({ refusal }) => refusal?.reason === one.refusal?.reason) === at),
    nodes: nodes.sort((a, b) => a.refused - b.refused || byName(a.node, b.node)),
  }
}
