const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone)
  if (format === undefined) {
    const two = '2-digit'
    const fields = { year: 'numeric', month: two, day: two, hour: two, minute: two, second: two, hourCycle: 'h23' } as const
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, era: 'short', calendar: 'gregory', numberingSystem: 'latn', ...fields })
    formats.set(zone, format)
  }
  return format
}

/** Whether the zone is one of the IANA database. */
export function isTimeZone(zone: string): boolean {
  try {
    formatOf(zone)
    return true
  } catch {
    return false
  }
}

/** What the zone's clock is ahead of UTC at that instant, in ms. */
export function offsetAt(zone: string, at: number): number {
  if (zone === 'UTC') return 0
  const seconds = Math.floor(at / 1000) * 1000
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(seconds)
      .map((p) => [p.type, Number(p.value)]),
  )
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) - seconds
}

// Shorter than the time between any two changes that are close to each other (Ramadan in Morocco: about a month).
const STRIDE = 7 * 86_400_000

/** The first instant in (from, to] at which the offset is another than before, to the second. */
export function transitionIn(zone: string, from: number, to: number): number | undefined {
  if (zone === 'UTC') return undefined
  const offset = offsetAt(zone, from)
  let low = from
  let high = from
  while (high < to) {
    low = high
    high = Math.min(high + STRIDE, to)
    if (offsetAt(zone, high) !== offset) break
  }
  if (offsetAt(zone, high) === offset) return undefined
  let [a, b] = [Math.floor(low / 1000), Math.ceil(high / 1000)]
  while (b - a > 1) {
    const middle = Math.floor((a + b) / 2)
    if (offsetAt(zone, middle * 1000) === offset) a = middle
    else b = middle
  }
  return b * 1000
}

/** RFC 3339 with the zone's offset, `Z` where that is none, as Go writes it. */
export function formatIn(zone: string, at: number): string {
  const offset = offsetAt(zone, at)
  const text = new Date(at + offset).toISOString().slice(0, 19)
  if (offset === 0) return `${text}Z`
  const minutes = Math.abs(Math.trunc(offset / 60_000))
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${text}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
