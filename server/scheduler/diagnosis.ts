import type { FilterOutcome } from './framework.ts'

/** What the message says when there is no node at all. */
export const NO_NODES = 'no nodes available to schedule pods'

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.`: reasons counted, then sorted as text. */
export function noFitMessage(totalNodes: number, reasons: Iterable<string>): string {
  const counts = new Map<string, number>()
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  const head = `0/${totalNodes} nodes are available:`
  if (counts.size === 0) return head
  return `${head} ${[...counts]
    .map(([reason, n]) => `${n} ${reason}`)
    .sort()
    .join(', ')}.`
}

/** The message of the pod's condition and of its FailedScheduling event. */
export function failureMessage(outcome: FilterOutcome, postFilter: string | undefined): string {
  const tail = postFilter === undefined ? '' : ` ${postFilter}`
  if (outcome.preFilter !== undefined) {
    return `0/${outcome.totalNodes} nodes are available: ${outcome.preFilter.rejection.reasons.join(', ')}.${tail}`
  }
  const reasons = outcome.rejected.flatMap((r) => r.rejection.reasons)
  const ruledOut = `node(s) didn't satisfy plugin(s) [${[...outcome.ruledOutBy].sort().join(' ')}]`
  for (let i = 0; i < outcome.ruledOut; i++) reasons.push(ruledOut)
  return noFitMessage(outcome.totalNodes, reasons) + tail
}
