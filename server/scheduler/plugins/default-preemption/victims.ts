import { selectorFromObject } from '../../../machinery/labels.ts'
import type { FilterOutcome, Handle } from '../../framework.ts'
import type { NodeInfo } from '../../node-info.ts'
import type { PodInfo } from '../../pod-info.ts'
import { moreImportantFirst } from './candidates.ts'

export type Victims = { victims: PodInfo[]; violations: number } | { reasons: readonly string[] }

const NONE = ['No preemption victims found for incoming pod']

/** The fewest pods of lower priority without which the pod fits on the node, the more important first; or why it does not fit even so. */
export function selectVictims(
  pod: PodInfo,
  node: NodeInfo,
  outcome: FilterOutcome,
  { listers, clock }: Pick<Handle, 'listers' | 'clock'>,
): Victims {
  const potential = [...node.pods.values()].filter((p) => p.priority < pod.priority)
  if (potential.length === 0) return { reasons: NONE }
  const trial = outcome.trial(node)
  try {
    for (const p of potential) trial.remove(p)
    const refusal = trial.refusal()
    if (refusal !== undefined) return { reasons: refusal.reasons }
    const order = moreImportantFirst(clock.now())
    const { protectedPods, others } = byBudget(potential.sort(order), listers.budgets)
    const victims: PodInfo[] = []
    /** Puts a pod back; true when there was no room for it after all. */
    const isVictim = (p: PodInfo): boolean => {
      trial.add(p)
      if (trial.refusal() === undefined) return false
      trial.remove(p)
      victims.push(p)
      return true
    }
    const violations = protectedPods.filter(isVictim).length
    for (const p of others) isVictim(p)
    return { victims: victims.sort(order), violations }
  } finally {
    trial.end()
  }
}

/** Pods that no budget has a disruption left for, and the rest; each takes one off its budgets in turn. */
function byBudget(pods: readonly PodInfo[], budgets: Handle['listers']['budgets']): { protectedPods: PodInfo[]; others: PodInfo[] } {
  const left = new Map<string, number>()
  const protectedPods: PodInfo[] = []
  const others: PodInfo[] = []
  for (const info of pods) {
    const { namespace = '', name = '', labels } = info.pod.metadata
    let violates = false
    for (const { metadata, spec, status } of labels === undefined ? [] : budgets.list(namespace)) {
      const selector = selectorFromObject(spec?.selector)
      if (selector === undefined || selector.empty || !selector.matches(labels)) continue
      // It is on its way out already, and counted.
      if (status?.disruptedPods !== undefined && Object.hasOwn(status.disruptedPods, name)) continue
      const uid = metadata.uid ?? ''
      const allowed = (left.get(uid) ?? status?.disruptionsAllowed ?? 0) - 1
      left.set(uid, allowed)
      if (allowed < 0) {
        violates = true
        break
      }
    }
    ;(violates ? protectedPods : others).push(info)
  }
  return { protectedPods, others }
}
