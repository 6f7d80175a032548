let language = 'en'
let local: Intl.DateTimeFormat | undefined

/** From now on times are written as this language does. */
export function tellTimesIn(next: string): void {
  language = next
  local = undefined
}

/** A moment in this machine's time zone, which is named: `Nov 29, 2026, 08:54:57 GMT+5:45`. `ms` since the epoch; '' when it is none. */
export function localTime(ms: number): string {
  if (Number.isNaN(ms)) return ''
  local ??= new Intl.DateTimeFormat(language, {
    ...({ year: 'numeric', month: 'short', day: 'numeric' } as const),
    ...({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZoneName: 'short' } as const),
  })
  return local.format(ms)
}

/** As the API writes it: `2026-11-29T03:09:57Z`, with a fraction where there is one. */
export const utcTime = (ms: number): string => (Number.isNaN(ms) ? '' : new Date(ms).toISOString().replace('.000Z', 'Z'))

/** What the pointer is told over an age: the moment here, and the one to look for in a log or an object. */
export const bothTimes = (ms: number): string => (Number.isNaN(ms) ? '' : `${localTime(ms)}\n${utcTime(ms)}`)

/** How the times of log lines are told. */
export const stampChoices = ['off', 'local', 'utc'] as const
export type StampChoice = (typeof stampChoices)[number]

const two = (n: number): string => String(n).padStart(2, '0')

/**
 * The moment before a log's line, to the millisecond: as this machine's clock shows it (`2026-11-29 08:54:57.123`), or in UTC as the API
 * writes it. What is no moment stays as it is. No Intl: a filter may read a million of them.
 */
export function stampText(stamp: string, choice: 'local' | 'utc'): string {
  const ms = Date.parse(stamp)
  if (Number.isNaN(ms)) return stamp
  const date = new Date(ms)
  if (choice === 'utc') return date.toISOString()
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  return `${day} ${time}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** The time zone of this machine now, by its short name: `GMT+5:45`. */
export const zoneName = (now: number): string =>
  new Intl.DateTimeFormat(language, { timeZoneName: 'short' }).formatToParts(now).find(({ type }) => type === 'timeZoneName')?.value ?? ''
