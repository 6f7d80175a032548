/** Completion indexes as ordered intervals, both ends included; neighbours are one interval. */
export type Intervals = ReadonlyArray<readonly [first: number, last: number]>

const INTEGER = /^[+-]?\d+$/

/** Reads `1,3-5,7`; what is not a number is passed over, what is not below `completions` is cut off. */
export function parseIndexes(text: string, completions: number): Intervals {
  const out: Array<[number, number]> = []
  if (text === '') return out
  for (const part of text.split(',')) {
    const [from = '', to] = part.split('-')
    if (!INTEGER.test(from) || (to !== undefined && !INTEGER.test(to))) continue
    const first = Number(from)
    if (first >= completions) break
    const last = Math.min(to === undefined ? first : Number(to), completions - 1)
    const previous = out.at(-1)
    if (previous !== undefined && previous[1] === first - 1) previous[1] = last
    else out.push([first, last])
  }
  return out
}

/** `1,3-5,7,8`: two neighbours are written as two numbers, as kube-controller-manager does. */
export function formatIndexes(intervals: Intervals): string {
  return intervals.map(([a, b]) => (a === b ? `${a}` : b === a + 1 ? `${a},${b}` : `${a}-${b}`)).join(',')
}

export function merge(a: Intervals, b: Intervals): Intervals {
  const out: Array<[number, number]> = []
  for (const [first, last] of [...a, ...b].sort((x, y) => x[0] - y[0])) {
    const previous = out.at(-1)
    if (previous !== undefined && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last)
    else out.push([first, last])
  }
  return out
}

/** The intervals and single indexes, in any order. */
export function withIndexes(intervals: Intervals, indexes: Iterable<number>): Intervals {
  const singles = [...indexes].sort((a, b) => a - b).map((i): [number, number] => [i, i])
  return merge(intervals, singles)
}

export const total = (intervals: Intervals): number => intervals.reduce((n, [a, b]) => n + b - a + 1, 0)

export function has(intervals: Intervals, index: number): boolean {
  let [low, high] = [0, intervals.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (intervals[middle]![1] >= index) high = middle
    else low = middle + 1
  }
  return low < intervals.length && intervals[low]![0] <= index
}

/** How many indexes are in both. */
export function overlap(a: Intervals, b: Intervals): number {
  let count = 0
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [x, y] = [a[i]!, b[j]!]
    count += Math.max(0, Math.min(x[1], y[1]) - Math.max(x[0], y[0]) + 1)
    if (x[1] <= y[1]) i++
    if (y[1] <= x[1]) j++
  }
  return count
}

/** The lowest `count` indexes below `completions` that are not in `taken`. */
export function firstFree(taken: Intervals, count: number, completions: number): number[] {
  const out: number[] = []
  let next = 0
  for (const [first, last] of [...taken, [completions, completions] as const]) {
    for (; next < first && next < completions; next++) {
      if (out.length >= count) return out
      out.push(next)
    }
    next = Math.max(next, last + 1)
  }
  return out
}
