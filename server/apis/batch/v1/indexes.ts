import { goQuote } from '../../../machinery/go-quote.ts'

/** Indexes of a job in their compressed form, `1,3-5,7` (apis/batch, validation). An error is returned as its text. */
export interface Interval {
  from: number
  to: number
}

const integer = /^[+-]?\d+$/

export function parseInterval(text: string, completions: number): Interval | string {
  const parts = text.split('-')
  if (parts.length > 2)
    return `the fragment ${goQuote(text)} violates the requirement that an index interval can have at most two parts separated by '-'`
  const limits: number[] = []
  for (const part of parts) {
    const value = Number(part)
    if (!integer.test(part) || !Number.isSafeInteger(value)) return `cannot convert string to integer for index: ${goQuote(part)}`
    if (value >= completions) return `too large index: ${goQuote(part)}`
    limits.push(value)
  }
  const [from, to = from] = limits as [number, number?]
  if (limits.length === 2 && from >= to) return `non-increasing order, previous: ${from}, current: ${to}`
  return { from, to }
}

/** How many indexes there are, or what is wrong with the text. */
export function indexCount(text: string, completions: number): number | string {
  if (text === '') return 0
  let last: number | undefined
  let total = 0
  for (const part of text.split(',')) {
    const interval = parseInterval(part, completions)
    if (typeof interval === 'string') return interval
    if (last !== undefined && last >= interval.from) return `non-increasing order, previous: ${last}, current: ${interval.from}`
    total += interval.to - interval.from + 1
    last = interval.to
  }
  return total
}

/** The first index that both texts name. Parts that cannot be read are passed over: they are errors of their own. */
export function overlap(completed: string, failed: string, completions: number): number | undefined {
  const read = (text: string): Interval[] =>
    text === ''
      ? []
      : text
          .split(',')
          .map((part) => parseInterval(part, completions))
          .filter((i) => typeof i !== 'string')
  const [a, b] = [read(completed), read(failed)]
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i]!.from <= b[j]!.to && b[j]!.from <= a[i]!.to) return Math.max(a[i]!.from, b[j]!.from)
    if (a[i]!.from <= b[j]!.from) i++
    else j++
  }
  return undefined
}
