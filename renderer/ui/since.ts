const day = (ms: number): string => new Date(ms).toDateString()

/** A moment as one says it on the same day, `15:04`; with the date on another. In this machine's time zone. */
export function moment(ms: number, language: string, now = Date.now()): string {
  return write(ms, language, now, {})
}

/** The same to the second, for what is told apart by it: `15:04:59`. */
export const exactMoment = (ms: number, language: string, now = Date.now()): string => write(ms, language, now, { second: '2-digit' })

function write(ms: number, language: string, now: number, more: { second?: '2-digit' }): string {
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...more } as const
  const other = day(ms) === day(now) ? {} : ({ month: 'short', day: 'numeric' } as const)
  return new Intl.DateTimeFormat(language, { ...other, ...time }).format(ms)
}
