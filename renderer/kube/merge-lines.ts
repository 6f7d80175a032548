import { diffLines, type Part } from './line-diff.ts'

/** Where both sides changed the same lines in different ways. */
export interface Clash {
  base: string[]
  mine: string[]
  theirs: string[]
}

/**
 * Three versions of a text in one: a piece that only one side has changed is taken from it, one that both have changed alike is taken
 * once, and one that they have changed differently is a clash (diff3; Khanna, Kunal and Pierce, A Formal Investigation of Diff3, 2007).
 */
export function mergeLines(base: readonly string[], mine: readonly string[], theirs: readonly string[]): (string[] | Clash)[] {
  const sides = [edits(base, mine), edits(base, theirs)] as const
  const pieces: (string[] | Clash)[] = []
  let at = 0
  const take = (lines: readonly string[]): void => {
    const last = pieces.at(-1)
    if (lines.length === 0) return
    if (Array.isArray(last)) last.push(...lines)
    else pieces.push([...lines])
  }
  while (sides[0].length > 0 || sides[1].length > 0) {
    const from = Math.min(sides[0][0]?.aFrom ?? base.length + 1, sides[1][0]?.aFrom ?? base.length + 1)
    take(base.slice(at, from))
    // Edits that overlap, or begin at one place, are one piece; those that only touch are two.
    let to = from
    const taken: [Part[], Part[]] = [[], []]
    for (let grown = true; grown; ) {
      grown = false
      for (const side of [0, 1] as const) {
        const next = sides[side][0]
        if (!next || (next.aFrom >= to && next.aFrom !== from)) continue
        taken[side].push(next)
        sides[side].shift()
        to = Math.max(to, next.aTo)
        grown = true
      }
    }
    const old = base.slice(from, to)
    const own = rewritten(base, mine, taken[0], from, to)
    const other = rewritten(base, theirs, taken[1], from, to)
    if (taken[1].length === 0 || same(own, other)) take(own)
    else if (taken[0].length === 0) take(other)
    else pieces.push({ base: old, mine: own, theirs: other })
    at = to
  }
  take(base.slice(at))
  return pieces
}

const edits = (base: readonly string[], side: readonly string[]): Part[] => diffLines(base, side).filter((part) => !part.same)

/** Lines [from, to) of the base with these edits made. */
function rewritten(base: readonly string[], side: readonly string[], parts: readonly Part[], from: number, to: number): string[] {
  const lines: string[] = []
  let at = from
  for (const part of parts) {
    lines.push(...base.slice(at, part.aFrom), ...side.slice(part.bFrom, part.bTo))
    at = part.aTo
  }
  return [...lines, ...base.slice(at, to)]
}

const same = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((line, index) => line === b[index])
