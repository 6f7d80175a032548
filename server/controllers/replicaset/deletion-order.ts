import type { Pod } from '../../client/objects.ts'
import { byRestarts, readySince } from '../pods.ts'

const PHASE: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 }
const COST = 'controller.kubernetes.io/pod-deletion-cost'

function cost(pod: Pod): number {
  const text = pod.metadata.annotations?.[COST]
  return text !== undefined && /^(0|-?[1-9]\d*|\+[1-9]\d*)$/.test(text) ? Number(text) : 0
}

/** How old, on a doubling scale: pods of about the same age count as equal, so that the choice between them is arbitrary. */
function ageRank(since: number, now: number): number {
  const seconds = Math.floor((now - since) / 1000)
  return seconds <= 0 ? -1 : Math.floor(Math.log2(seconds))
}

/**
 * Who goes first when there are too many: unassigned, then pending, then not ready, then cheaper, then on nodes with more
 * of the same, then ready for a shorter time, then restarted more often, then younger (kube-controller-manager's order).
 * `crowd` says how many related pods share the pod's node.
 * Without the gate PodDeletionCost none is cheaper than another.
 */
export function deletionOrder(pods: readonly Pod[], crowd: (pod: Pod) => number, now: number, heedsCost: boolean): Pod[] {
  return pods
    .map((pod) => ({
      pod,
      assigned: (pod.spec?.nodeName ?? '') === '' ? 0 : 1,
      phase: PHASE[pod.status?.phase ?? ''] ?? 0,
      since: readySince(pod),
      cost: heedsCost ? cost(pod) : 0,
      crowd: crowd(pod),
      created: Date.parse(pod.metadata.creationTimestamp ?? '') || 0,
      uid: pod.metadata.uid ?? '',
    }))
    .sort((a, b) => {
      const first =
        a.assigned - b.assigned ||
        a.phase - b.phase ||
        Number(a.since !== undefined) - Number(b.since !== undefined) ||
        a.cost - b.cost ||
        b.crowd - a.crowd
      if (first !== 0) return first
      const byUid = a.uid < b.uid ? -1 : a.uid > b.uid ? 1 : 0
      if (a.since !== undefined && b.since !== undefined && a.since !== b.since) {
        return ageRank(a.since, now) - ageRank(b.since, now) || byUid
      }
      const restarted = byRestarts(a.pod, b.pod)
      if (restarted !== 0) return restarted
      if (a.created !== b.created) return ageRank(a.created, now) - ageRank(b.created, now) || byUid
      return 0
    })
    .map((x) => x.pod)
}
