import { MAX_NODE_SCORE } from '../framework.ts'

/** Scales scores so that the largest becomes 100; `reverse` turns them round, so that nothing scores best. */
export function normalizeByMax(scores: number[], reverse: boolean): void {
  let max = 0
  for (const s of scores) if (s > max) max = s
  for (let i = 0; i < scores.length; i++) {
    const scaled = max === 0 ? 0 : Math.floor((MAX_NODE_SCORE * scores[i]!) / max)
    scores[i] = reverse ? MAX_NODE_SCORE - scaled : scaled
  }
}
