/**
 * When a schedule is due next, as robfig/cron reads it (pkg/controller/cronjob): an hour that comes twice counts twice, one that a clock
 * leaves out does not; of the day of the month and of the week either suffices unless one of them is a star.
 */
const descriptors: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}
const fields = [
  { min: 0, max: 59, names: '' },
  { min: 0, max: 23, names: '' },
  { min: 1, max: 31, names: '' },
  { min: 1, max: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec' },
  { min: 0, max: 6, names: 'sun mon tue wed thu fri sat' },
] as const
const minuteMs = 60_000
const dayMs = 86_400_000
const hourMs = 3_600_000
/** A 29th of February is found; what never comes is given up. */
const longestMs = 5 * 366 * dayMs

interface Field {
  values: ReadonlySet<number>
  star: boolean
}

/**
 * The first moment after `after`, in milliseconds since the epoch; undefined for a schedule that cannot be read here, that never comes, or
 * that counts from the start of its controller (`@every`).
 */
export function nextRun(schedule: string, timeZone: string, after: number): number | undefined {
  const zone = /^(?:CRON_)?TZ=(\S+)\s+/.exec(schedule)
  const text = schedule.slice(zone?.[0].length ?? 0).trim()
  const parts = (descriptors[text] ?? text).split(/\s+/)
  const read = parts.length === 5 ? fields.map((field, at) => readField(parts[at] ?? '', field)) : []
  const [minutes, hours, days, months, weekdays] = read
  if (!minutes || !hours || !days || !months || !weekdays) return undefined
  const wallOf = clockIn(zone?.[1] ?? timeZone)
  if (!wallOf) return undefined
  const isDay = (wall: Date): boolean => {
    const [day, weekday] = [days.values.has(wall.getUTCDate()), weekdays.values.has(wall.getUTCDay())]
    return months.values.has(wall.getUTCMonth() + 1) && (days.star || weekdays.star ? day && weekday : day || weekday)
  }
  let at = Math.floor(after / minuteMs) * minuteMs + minuteMs
  while (at - after < longestMs) {
    const wall = new Date(wallOf(at))
    const nextHour = (60 - wall.getUTCMinutes()) * minuteMs
    if (!isDay(wall)) {
      // A day may have 23 hours: close to its end it is gone through by the hour.
      const left = dayMs - (wall.getTime() % dayMs)
      at += left > 3 * hourMs ? left - 2 * hourMs : nextHour
    } else if (!hours.values.has(wall.getUTCHours())) at += nextHour
    else if (minutes.values.has(wall.getUTCMinutes())) return at
    else at += minuteMs
  }
  return undefined
}

/** The wall clock at a moment, as if it were UTC; undefined for a zone that is not known. */
function clockIn(timeZone: string): ((at: number) => number) | undefined {
  try {
    const units = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const
    const format = new Intl.DateTimeFormat('en-US', { ...units, timeZone, hourCycle: 'h23', calendar: 'gregory' })
    return (at) => {
      const part: Record<string, number> = {}
      for (const { type, value } of format.formatToParts(at)) part[type] = Number(value)
      return Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute)
    }
  } catch {
    return undefined
  }
}

function readField(text: string, { min, max, names }: (typeof fields)[number]): Field | undefined {
  const values = new Set<number>()
  let star = false
  const read = (word: string): number | undefined => {
    if (/^\d+$/.test(word)) return Number(word)
    const at = names === '' ? -1 : names.split(' ').indexOf(word.toLowerCase())
    return at < 0 ? undefined : at + min
  }
  for (const part of text.split(',')) {
    const match = /^(\*|\?|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part)
    if (!match) return undefined
    const step = match[4] === undefined ? 1 : Number(match[4])
    const open = match[2] === undefined
    const from = open ? min : read(match[2] ?? '')
    // `5/15` goes on to the end.
    const to = open ? max : match[3] !== undefined ? read(match[3]) : match[4] !== undefined ? max : from
    if (from === undefined || to === undefined || from < min || to > max || from > to || step === 0) return undefined
    for (let value = from; value <= to; value += step) values.add(value)
    star ||= open && step === 1
  }
  return { values, star }
}
