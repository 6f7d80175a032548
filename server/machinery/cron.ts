import { goQuote, goTimeQuote } from './go-quote.ts'
/** Schedules of cron jobs as robfig/cron reads them: five fields, or a descriptor. */
type Names = Readonly<Record<string, number>>

interface Field {
  readonly min: number
  readonly max: number
  readonly names: Names
}

const numbered = (words: string, first: number): Names => Object.fromEntries(words.split(' ').map((w, i) => [w, i + first]))

const FIELDS: readonly Field[] = [
  { min: 0, max: 59, names: {} },
  { min: 0, max: 23, names: {} },
  { min: 1, max: 31, names: {} },
  { min: 1, max: 12, names: numbered('jan feb mar apr may jun jul aug sep oct nov dec', 1) },
  { min: 0, max: 6, names: numbered('sun mon tue wed thu fri sat', 0) },
]
const DESCRIPTORS = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'])
const EVERY = '@every '
const ZONE = /^(?:CRON_)?TZ=\S* +/

class ScheduleError extends Error {}

/**
 * Why a text is no schedule, in the reference's words; undefined for one that is.
 * @param isDuration tells whether what follows `@every` is one
 */
export function scheduleError(text: string, isDuration: (text: string) => boolean): string | undefined {
  const spec = text.replace(ZONE, '').trim()
  if (spec.startsWith('@')) {
    if (DESCRIPTORS.has(spec)) return undefined
    if (!spec.startsWith(EVERY)) return `unrecognized descriptor: ${spec}`
    const duration = spec.slice(EVERY.length)
    return isDuration(duration) ? undefined : `failed to parse duration ${spec}: time: invalid duration ${goTimeQuote(duration)}`
  }
  const fields = spec.split(/\s+/).filter((f) => f !== '')
  if (fields.length !== FIELDS.length) return `expected exactly ${FIELDS.length} fields, found ${fields.length}: [${fields.join(' ')}]`
  try {
    for (const [i, field] of fields.entries()) for (const part of field.split(',')) if (part !== '') checkRange(part, FIELDS[i]!)
    return undefined
  } catch (e) {
    if (e instanceof ScheduleError) return e.message
    throw e
  }
}

function checkRange(text: string, { min, max, names }: Field): void {
  const [range = '', step, ...moreSteps] = text.split('/')
  const [low = '', high, ...moreHighs] = range.split('-')
  let [start, end] = [min, max]
  if (low !== '*' && low !== '?') {
    start = numberOrName(low, names)
    if (moreHighs.length > 0) throw new ScheduleError(`too many hyphens: ${text}`)
    end = high === undefined ? start : numberOrName(high, names)
  }
  if (moreSteps.length > 0) throw new ScheduleError(`too many slashes: ${text}`)
  const by = step === undefined ? 1 : number(step)
  // A single value with a step goes on to the end.
  if (step !== undefined && high === undefined) end = max
  if (start < min) throw new ScheduleError(`beginning of range (${start}) below minimum (${min}): ${text}`)
  if (end > max) throw new ScheduleError(`end of range (${end}) above maximum (${max}): ${text}`)
  if (start > end) throw new ScheduleError(`beginning of range (${start}) beyond end of range (${end}): ${text}`)
  if (by === 0) throw new ScheduleError(`step of range should be a positive number: ${text}`)
}

const numberOrName = (text: string, names: Names): number => {
  const name = text.toLowerCase()
  return Object.hasOwn(names, name) ? names[name]! : number(text)
}

function number(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) {
    throw new ScheduleError(`failed to parse int from ${text}: strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`)
  }
  const value = Number(text)
  if (value < 0) throw new ScheduleError(`negative number (${value}) not allowed: ${text}`)
  return value
}
