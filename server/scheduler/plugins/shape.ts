import type { ShapePoint } from '../config/types.ts'
import { MAX_NODE_SCORE } from '../framework.ts'

/** A score from 0 to 100 for what would be requested of a capacity. */
export type Rate = (requested: number, capacity: number) => number

/** A line through the points, level before the first and behind the last; scores of 0 to 10 become 0 to 100 (helper/shape_score.go). */
export function along(shape: readonly ShapePoint[]): Rate {
  const points = shape.map(({ utilization = 0, score = 0 }) => ({ at: utilization, score: score * (MAX_NODE_SCORE / 10) }))
  return (requested, capacity) => {
    const used = requested > capacity || capacity === 0 ? 100 : Math.floor((requested * 100) / capacity)
    const next = points.findIndex((p) => used <= p.at)
    if (next < 0) return points.at(-1)!.score
    const [a, b] = [points[next - 1], points[next]!]
    return a === undefined ? b.score : a.score + Math.trunc(((b.score - a.score) * (used - a.at)) / (b.at - a.at))
  }
}
