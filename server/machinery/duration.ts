/** Ages and lapses as people read them in tables (apimachinery `util/duration`), with two or three significant figures. */
const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 365 * DAY

const pair = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit}${small}${smallUnit}`

/** `5m10s`, `3d4h`, `2y10d`, …; a second into the future counts as now, more is `<invalid>`. */
export function humanDuration(ms: number): string {
  const s = Math.trunc(ms / 1000)
  if (s < -1) return '<invalid>'
  if (s < 0) return '0s'
  if (s < 2 * MINUTE) return `${s}s`
  if (s < 10 * MINUTE) return pair(Math.floor(s / MINUTE), 'm', s % MINUTE, 's')
  if (s < 3 * HOUR) return `${Math.floor(s / MINUTE)}m`
  if (s < 8 * HOUR) return pair(Math.floor(s / HOUR), 'h', Math.floor((s % HOUR) / MINUTE), 'm')
  if (s < 2 * DAY) return `${Math.floor(s / HOUR)}h`
  if (s < 8 * DAY) return pair(Math.floor(s / DAY), 'd', Math.floor((s % DAY) / HOUR), 'h')
  if (s < 2 * YEAR) return `${Math.floor(s / DAY)}d`
  if (s < 8 * YEAR) return pair(Math.floor(s / YEAR), 'y', Math.floor(s / DAY) % 365, 'd')
  return `${Math.floor(s / YEAR)}y`
}

/** One unit only: `59m`, `23h`, `364d`, `1y`. */
export function shortHumanDuration(ms: number): string {
  const s = Math.trunc(ms / 1000)
  if (s < -1) return '<invalid>'
  if (s < 0) return '0s'
  if (s < MINUTE) return `${s}s`
  if (s < HOUR) return `${Math.floor(s / MINUTE)}m`
  if (s < DAY) return `${Math.floor(s / HOUR)}h`
  if (s < YEAR) return `${Math.floor(s / DAY)}d`
  return `${Math.floor(s / YEAR)}y`
}

/** Time since a timestamp of the API, `<unknown>` when there is none. `now` in ms. */
export function since(timestamp: string | null | undefined, now: number): string {
  return timestamp ? humanDuration(now - Date.parse(timestamp)) : '<unknown>'
}
