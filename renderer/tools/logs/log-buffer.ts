/** No more lines than this are kept; beyond it the oldest tenth goes. */
export const mostLines = 1_000_000
const dropAtOnce = mostLines / 10

/** Lines of a log as they came, without their line ends. Text may arrive cut anywhere. */
export class LogBuffer {
  lines: string[] = []
  /** The number of each line's source, where there are several. */
  sources: number[] = []
  /** Lines dropped from the front so far. */
  dropped = 0
  #rest = ''

  push(text: string): void {
    const parts = (this.#rest + text).split('\n')
    this.#rest = parts.pop() ?? ''
    for (const part of parts) this.lines.push(part.endsWith('\r') ? part.slice(0, -1) : part)
    this.#trim()
  }

  /** One whole line of one of several sources. */
  add(line: string, source: number): void {
    this.lines.push(line.endsWith('\r') ? line.slice(0, -1) : line)
    this.sources.push(source)
    this.#trim()
  }

  #trim(): void {
    if (this.lines.length <= mostLines) return
    const drop = Math.max(dropAtOnce, this.lines.length - mostLines)
    this.lines = this.lines.slice(drop)
    this.sources = this.sources.slice(drop)
    this.dropped += drop
  }

  /** The stream has ended: what has no line end is a line too. */
  end(): void {
    if (this.#rest) this.push('\n')
  }

  clear(): void {
    this.lines = []
    this.sources = []
    this.dropped = 0
    this.#rest = ''
  }
}

/** Which lines match a pattern, found in slices so that a million lines never hold up a frame. Numbers count from the first line ever. */
export class LogFilter {
  readonly #buffer: LogBuffer
  #pattern: RegExp | undefined
  #shown: (line: string) => string = (line) => line
  #next = 0
  matches: number[] = []

  constructor(buffer: LogBuffer) {
    this.#buffer = buffer
  }

  get active(): boolean {
    return this.#pattern !== undefined
  }

  /** `shown` is what a reader sees of a line: what is not seen is not searched. */
  set(pattern: RegExp | undefined, shown: (line: string) => string = (line) => line): void {
    this.#pattern = pattern
    this.#shown = shown
    this.#next = this.#buffer.dropped
    this.matches = []
  }

  /** Looks on until all lines are seen or `budget` ms are over. True when it has seen all. */
  scan(budget: number, now: () => number): boolean {
    const { lines, dropped } = this.#buffer
    if (!this.#pattern) return true
    const stale = this.matches.findIndex((line) => line >= dropped)
    if (stale !== 0) this.matches = stale < 0 ? [] : this.matches.slice(stale)
    this.#next = Math.max(this.#next, dropped)
    const until = now() + budget
    const end = dropped + lines.length
    while (this.#next < end) {
      const stop = Math.min(end, this.#next + 2_000)
      for (; this.#next < stop; this.#next++) {
        if (this.#pattern.test(this.#shown(lines[this.#next - dropped] ?? ''))) this.matches.push(this.#next)
      }
      if (now() >= until) return this.#next >= end
    }
    return true
  }
}

/** A regular expression where the text is one, else the text itself; case counts only when the text has capitals. */
export function filterPattern(text: string): RegExp | undefined {
  if (text === '') return undefined
  const flags = text === text.toLowerCase() ? 'i' : ''
  try {
    return new RegExp(text, flags)
  } catch {
    return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), flags)
  }
}

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

const ansi = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[ -/]*[@-~]`, 'g')
export const stripAnsi = (text: string): string => (text.includes('\u001b') ? text.replace(ansi, '') : text)

const levels: [RegExp, 'bad' | 'warn'][] = [
  [/\b(?:error|fatal|panic|critical)\b|^[EF]\d{4} /i, 'bad'],
  [/\bwarn(?:ing)?\b|^W\d{4} /i, 'warn'],
]

/** The level that a line's first 200 characters name, in words, klog letters or JSON. */
export function levelOf(text: string): 'bad' | 'warn' | undefined {
  const head = text.slice(0, 200)
  return levels.find(([pattern]) => pattern.test(head))?.[1]
}
