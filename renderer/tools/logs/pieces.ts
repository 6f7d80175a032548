import type { Span, Style } from './ansi.ts'

export interface Piece {
  from: number
  to: number
  style?: Style
  /** What the filter has found. */
  hit: boolean
}

/** A text cut where its style or the found part begins and ends; together they are all of it. */
export function pieces(length: number, spans: readonly Span[], found: { from: number; to: number } | undefined): Piece[] {
  const cut: Piece[] = []
  const add = (from: number, to: number, style: Style | undefined): void => {
    const edges = [from, ...(found ? [found.from, found.to] : []).filter((edge) => edge > from && edge < to), to]
    for (let at = 0; at + 1 < edges.length; at++) {
      const [begin = 0, end = 0] = [edges[at], edges[at + 1]]
      if (begin < end) cut.push({ from: begin, to: end, style, hit: found !== undefined && begin >= found.from && end <= found.to })
    }
  }
  let last = 0
  for (const { from, to, style } of spans) {
    add(last, from, undefined)
    add(from, to, style)
    last = to
  }
  add(last, length, undefined)
  return cut
}
