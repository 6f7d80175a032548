import type { NodeInfo } from '../../node-info.ts'
import type { PodInfo } from '../../pod-info.ts'

export interface Candidate {
  node: NodeInfo
  /** Never empty; the more important first. */
  victims: readonly PodInfo[]
  /** Victims whose disruption budget allows none. */
  violations: number
}

/** One that has not started yet counts as starting now. */
const startOf = ({ pod }: PodInfo, now: number): number => Date.parse((pod.status?.startTime as string | undefined) ?? '') || now

/** Higher priority first, then who has run longer. */
export const moreImportantFirst =
  (now: number) =>
  (a: PodInfo, b: PodInfo): number =>
    b.priority - a.priority || startOf(a, now) - startOf(b, now)

// Priorities may be negative; each victim must add to the sum.
const SHIFT = 2 ** 31

/** What counts when nodes are compared, in this order: the smallest is best. */
const CRITERIA: readonly ((c: Candidate, now: number) => number)[] = [
  (c) => c.violations,
  (c) => c.victims[0]!.priority,
  (c) => c.victims.reduce((sum, v) => sum + v.priority + SHIFT, 0),
  (c) => c.victims.length,
  // Of the most important victims, the one that has run longest started latest.
  (c, now) => -Math.min(...c.victims.filter((v) => v.priority === c.victims[0]!.priority).map((v) => startOf(v, now))),
]

/** The node whose victims are missed least; undefined where there is none. */
export function bestCandidate(candidates: readonly Candidate[], now: number): Candidate | undefined {
  let left = [...candidates]
  for (const criterion of CRITERIA) {
    if (left.length <= 1) break
    const values = left.map((c) => criterion(c, now))
    const best = Math.min(...values)
    left = left.filter((_, i) => values[i] === best)
  }
  return left[0]
}
