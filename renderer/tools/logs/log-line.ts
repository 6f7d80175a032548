import { type StampChoice, stampText } from '../../ui/time.ts'
import { type ParsedLine, parseLine, type Span } from './ansi.ts'

/** How lines are to be shown; what is searched is what is shown. */
export interface LogForm {
  /** The kubelet put a timestamp before each line. */
  stamped: boolean
  /** How it is shown. */
  time: StampChoice
  /** JSON objects are shown as their message and fields. */
  fields: boolean
}

export type Level = 'bad' | 'warn'

export interface ShownLine extends ParsedLine {
  /** The kubelet's timestamp as it is to be shown; '' when it is not. */
  at: string
  /** The same as the kubelet wrote it. */
  stamp: string
  level: Level | undefined
  /** How many characters of the line are behind `text`. */
  more: number
}

/** Of a longer line only so much is looked at; the rest can be saved. */
export const mostRead = 256 * 1024
/** Of a longer line so much is shown until somebody asks for the rest: a browser draws nothing of a text of millions. */
export const mostShown = 4_000

const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d) ?/

/** The kubelet's timestamp and the line itself. */
export function splitStamp(line: string): { at: string; text: string } {
  const match = stamp.exec(line)
  return match ? { at: match[0].trimEnd(), text: line.slice(match[0].length) } : { at: '', text: line }
}

/** How long the timestamp is, by its shape alone: for counting, where a wrong answer about an odd line costs nothing. */
export function stampLength(line: string): number {
  return line.charCodeAt(4) === 45 && line.charCodeAt(10) === 84 ? line.indexOf(' ') + 1 : 0
}

/** A line without its timestamp as it is drawn, all that is read of it. */
function contentOf(raw: string, form: LogForm): ParsedLine & { level: Level | undefined } {
  const from = form.stamped ? stampLength(raw) : 0
  const text = raw.slice(from, from + mostRead)
  const record = text.charCodeAt(0) === 0x7b ? readRecord(text) : undefined
  if (record && form.fields) return recordLine(record, form.stamped)
  const parsed = parseLine(text)
  return { ...parsed, level: record ? recordLevel(record) : levelOf(parsed.text) }
}

/** What a reader sees of a line as one text, for searching. */
export function searchedText(raw: string, form: LogForm): string {
  const { text } = contentOf(raw, form)
  const at = momentOf(raw, form)
  return at ? `${at} ${text}` : text
}

function momentOf(raw: string, { stamped, time }: LogForm): string {
  const length = stamped && time !== 'off' ? stampLength(raw) : 0
  return length > 0 && time !== 'off' ? stampText(raw.slice(0, length - 1), time) : ''
}

export const levelOfLine = (raw: string, form: LogForm): Level | undefined => contentOf(raw, form).level

/** `whole`: as much as is read, instead of as much as is shown at first. */
export function shownLine(raw: string, form: LogForm, whole: boolean): ShownLine {
  const content = contentOf(raw, form)
  const at = momentOf(raw, form)
  const stamp = at && raw.slice(0, stampLength(raw) - 1)
  const unread = Math.max(0, raw.length - mostRead - (form.stamped ? stampLength(raw) : 0))
  const limit = whole ? content.text.length : mostShown
  if (content.text.length <= limit) return { ...content, at, stamp, more: unread }
  return {
    at,
    stamp,
    level: content.level,
    text: content.text.slice(0, limit),
    spans: content.spans.filter(({ from }) => from < limit).map((span) => ({ ...span, to: Math.min(span.to, limit) })),
    more: unread + content.text.length - limit,
  }
}

type Fields = Record<string, unknown>

/** Beyond this an object is shown as it is. */
const longestRecord = 64 * 1024
const messageKeys = ['msg', 'message', 'log', 'event']
const levelKeys = ['level', 'severity', 'lvl', 'levelname', 'log.level']
const timeKeys = new Set(['ts', 'time', 'timestamp', '@timestamp', 't', 'asctime'])

/** A structured log's line: an object with a message or a level. */
function readRecord(text: string): Fields | undefined {
  if (text.length > longestRecord || !text.trimEnd().endsWith('}')) return undefined
  try {
    const value = JSON.parse(text) as Fields
    return [...messageKeys, ...levelKeys].some((key) => Object.hasOwn(value, key)) ? value : undefined
  } catch {
    return undefined
  }
}

/** pino's and bunyan's numbers. */
const numbered = (level: number): string =>
  level >= 60 ? 'FATAL' : level >= 50 ? 'ERROR' : level >= 40 ? 'WARN' : level >= 30 ? 'INFO' : level >= 20 ? 'DEBUG' : 'TRACE'

function levelWord(record: Fields): string {
  const level = levelKeys.map((key) => record[key]).find((value) => value !== undefined)
  if (typeof level === 'number') return level >= 10 ? numbered(level) : ''
  return typeof level === 'string' ? level.toUpperCase() : ''
}

const recordLevel = (record: Fields): Level | undefined => wordLevel(levelWord(record))
const badWords = new Set(['ERROR', 'ERR', 'FATAL', 'PANIC', 'DPANIC', 'CRITICAL', 'CRIT', 'ALERT', 'EMERG', 'EMERGENCY', 'SEVERE'])
const wordLevel = (word: string): Level | undefined => (badWords.has(word) ? 'bad' : /^WARN(?:ING)?$/.test(word) ? 'warn' : undefined)

/** Level, message, and the other fields as logfmt has them; the time is left out where the kubelet's stands for it. */
function recordLine(record: Fields, stamped: boolean): ParsedLine & { level: Level | undefined } {
  const word = levelWord(record)
  const messageKey = messageKeys.find((key) => typeof record[key] === 'string')
  const message = parseLine(messageKey === undefined ? '' : oneLine(String(record[messageKey])))
  const head = word === '' ? '' : `${word.padEnd(5)} `
  const rest = Object.entries(record).flatMap(([key, value]) =>
    key === messageKey || (word !== '' && levelKeys.includes(key)) || (stamped && timeKeys.has(key))
      ? []
      : [parseLine(` ${key}=${fieldText(value)}`).text],
  )
  const begin = head.length + message.text.length
  const text = head + message.text + rest.join('')
  const spans: Span[] = message.spans.map((span) => ({ ...span, from: span.from + head.length, to: span.to + head.length }))
  if (head !== '') spans.unshift({ from: 0, to: word.length, style: { bold: true } })
  if (text.length > begin) spans.push({ from: begin, to: text.length, style: { dim: true } })
  return { text, spans, level: wordLevel(word) }
}

const oneLine = (text: string): string => text.trimEnd().replaceAll(/\r?\n/g, ' ⏎ ')

function fieldText(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"=]+$/.test(value)) return value
  return JSON.stringify(value) ?? ''
}

/** Upper-case words, logfmt, brackets and quotes, klog's letters; a word in the middle of a sentence is no level. */
const levels: [RegExp, Level][] = [
  [
    /\b(?:ERROR|ERR|FATAL|PANIC|CRITICAL|SEVERE)\b|^[EF]\d{4} |(?:^|[[<"'=\s])(?:[Ee]rror|[Ff]atal|[Pp]anic|critical)[\]>"':]|level=(?:error|fatal|panic)\b/,
    'bad',
  ],
  [/\b(?:WARN|WARNING)\b|^W\d{4} |(?:^|[[<"'=\s])[Ww]arn(?:ing)?[\]>"':]|level=warn(?:ing)?\b/, 'warn'],
]

/** The level that a line's first 200 characters name. */
export function levelOf(text: string): Level | undefined {
  const head = text.slice(0, 200)
  return levels.find(([pattern]) => pattern.test(head))?.[1]
}
