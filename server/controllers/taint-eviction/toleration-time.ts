import type { Taint, Toleration } from '../../client/objects.ts'
import { covers } from '../../client/tolerations.ts'

/** How many seconds a pod may stay where these taints are: undefined when it does not tolerate one of them, Infinity when nothing limits it. */
export function toleratedFor(taints: readonly Taint[], tolerations: readonly Toleration[]): number | undefined {
  const used = new Set<Toleration>()
  for (const taint of taints) {
    const found = tolerations.find((t) => covers(t, taint))
    if (found === undefined) return undefined
    used.add(found)
  }
  const limits = [...used].flatMap(({ tolerationSeconds: s }) => (s === undefined || s === null ? [] : [Math.max(Number(s), 0)]))
  return Math.min(Number.POSITIVE_INFINITY, ...limits)
}
