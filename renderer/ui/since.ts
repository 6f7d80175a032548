const day = (ms: number): string => new Date(ms).toDateString()

/** A moment as one says it on the same day, `15:04`; with the date on another. In this machine's time zone. */
export function moment(ms: number, language: string, now = Date.now()): string {
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  const other = day(ms) === day(now) ? {} : ({ month: 'short', day: 'numeric' } as const)
  return new Intl.DateTimeFormat(language, { ...other, ...time }).format(ms)
}
