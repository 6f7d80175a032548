/** Lines [aFrom, aTo) of the one text are lines [bFrom, bTo) of the other; equal parts and differing ones take turns. */
export interface Part {
  same: boolean
  aFrom: number
  aTo: number
  bFrom: number
  bTo: number
}

/** More differing lines than this are not matched with each other: the whole middle counts as replaced. */
const mostSteps = 1_500

/**
 * The parts in which two texts agree and differ, in order, from the shortest script of insertions and deletions (Myers, An O(ND)
 * Difference Algorithm and Its Variations, 1986). What both begin and end with costs one look; the search stops at `mostSteps`.
 */
export function diffLines(a: readonly string[], b: readonly string[]): Part[] {
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const matches = middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail))
  const parts: Part[] = []
  let [x, y] = [0, 0]
  const step = (same: boolean, aTo: number, bTo: number): void => {
    if (aTo === x && bTo === y) return
    const last = parts.at(-1)
    if (last?.same === same) {
      last.aTo = aTo
      last.bTo = bTo
    } else parts.push({ same, aFrom: x, aTo, bFrom: y, bTo })
    ;[x, y] = [aTo, bTo]
  }
  step(true, head, head)
  for (const [i, j] of matches) {
    step(false, head + i, head + j)
    step(true, head + i + 1, head + j + 1)
  }
  step(false, a.length - tail, b.length - tail)
  step(true, a.length, b.length)
  return parts
}

/** Pairs of equal lines, ascending in both. */
function middle(a: readonly string[], b: readonly string[]): [number, number][] {
  const most = Math.min(a.length + b.length, mostSteps)
  if (a.length === 0 || b.length === 0) return []
  // How far each diagonal k = x - y has come, for every number of edits: the way back is read from it.
  const trace: Int32Array[] = []
  const size = 2 * most + 3
  const reach = new Int32Array(size)
  const at = (k: number): number => k + most + 1
  for (let edits = 0; edits <= most; edits++) {
    trace.push(reach.slice(at(-edits) - 1, at(edits) + 2))
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && reach[at(k - 1)]! < reach[at(k + 1)]!)
      let x = down ? reach[at(k + 1)]! : reach[at(k - 1)]! + 1
      let y = x - k
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x++
        y++
      }
      reach[at(k)] = x
      if (x >= a.length && y >= b.length) return walkBack(trace, a.length, b.length)
    }
  }
  return []
}

function walkBack(trace: readonly Int32Array[], aLength: number, bLength: number): [number, number][] {
  const pairs: [number, number][] = []
  let [x, y] = [aLength, bLength]
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const reach = trace[edits]!
    const of = (k: number): number => reach[k + edits + 1]!
    const k = x - y
    const down = k === -edits || (k !== edits && of(k - 1) < of(k + 1))
    const before = down ? k + 1 : k - 1
    const fromX = edits === 0 ? 0 : of(before)
    const fromY = edits === 0 ? 0 : fromX - before
    while (x > fromX && y > fromY && x > 0 && y > 0) pairs.push([--x, --y])
    ;[x, y] = [fromX, fromY]
  }
  return pairs.reverse()
}
