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
