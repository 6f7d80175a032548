import { noFitMessage } from '../../diagnosis.ts'
import type { Plugin } from '../../framework.ts'

/**
 * Says whether removing pods of lower priority would help. It removes none: where that would help, it says nothing,
 * because the upstream sentence for that case announces evictions.
 */
export const defaultPreemption: Plugin = {
  name: 'DefaultPreemption',
  postFilter(pod, outcome) {
    if (pod.pod.spec?.preemptionPolicy === 'Never') return 'preemption: not eligible due to preemptionPolicy=Never.'
    const reasons: string[] = []
    for (const { node, rejection } of outcome.rejected) {
      if (rejection.unresolvable) continue
      const victims = [...node.pods.values()].filter((p) => p.priority < pod.priority)
      if (victims.length === 0) {
        reasons.push('No preemption victims found for incoming pod')
        continue
      }
      const still = outcome.fitsWithout(node, victims)
      if (still === undefined) return undefined
      reasons.push(...still.reasons)
    }
    const tried = outcome.rejected.filter((r) => !r.rejection.unresolvable).length
    for (let i = tried; i < outcome.totalNodes; i++) reasons.push('Preemption is not helpful for scheduling')
    return `preemption: ${noFitMessage(outcome.totalNodes, reasons)}`
  },
}
