import type { Usage } from './node-usage.ts'

/** What something has used, oldest first; a reading that failed is a gap. */
export type UsageHistory = readonly Usage[]

/** As many readings as a line shows. */
export const mostReadings = 40
/** As many as a cell of a list shows. */
export const mostInCell = 8

/** The history with one more reading, no longer than `most`. */
export const withReading = (history: UsageHistory, reading: Usage, most = mostReadings): UsageHistory => [
  ...history.slice(1 - most),
  reading,
]

const blocks = '▁▂▃▄▅▆▇█'

/**
 * Readings as one character each, from nothing to the largest of them; a gap is a space. A text, since a list draws hundreds of them and
 * a picture for each would cost it its frames. '' before there are two: one reading has no course.
 */
export function trendText(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined)
  if (known.length < 2) return ''
  const most = Math.max(...known)
  return values
    .map((value) => (value === undefined ? ' ' : most <= 0 ? blocks[0] : blocks[Math.min(7, Math.floor((value / most) * 8))]))
    .join('')
}

/**
 * The lines of a sparkline in a box of `width` × `height`, from 0 to the largest reading, the newest at the right; where a reading is
 * missing, the line is broken. Each is what an SVG polyline takes; none for a single reading.
 */
export function sparkLines(values: readonly (number | undefined)[], width: number, height: number, slots = mostReadings): string[] {
  const most = Math.max(0, ...values.filter((value) => value !== undefined))
  const step = width / (slots - 1)
  const lines: string[][] = [[]]
  values.forEach((value, at) => {
    if (value === undefined) return void lines.push([])
    const x = width - (values.length - 1 - at) * step
    const y = most > 0 ? height - (value / most) * height : height
    lines.at(-1)?.push(`${round(x)},${round(y)}`)
  })
  return lines.filter((line) => line.length > 1).map((line) => line.join(' '))
}

const round = (n: number): number => Math.round(n * 10) / 10
