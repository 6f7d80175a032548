/** No more lines than this are kept, and no more characters; beyond it the oldest tenth goes. */
export const mostLines = 1_000_000
export const mostCharacters = 256 * 2 ** 20
const tenth = 0.1
/** Of a longer line only so much is kept: the gateway sends no more of one either. */
export const mostOfLine = 2 ** 20

/** A container has begun anew: what comes before and what comes after are two runs. */
export interface RunRule {
  source: number
  /** How many times it has been restarted by then. */
  run: number
  /** How the run before ended, where that is known. */
  end?: { reason?: string; exitCode: number }
}

/** A line that has not ended yet, as far as it has come. */
export interface OpenLine {
  text: string
  source: number
  /** How long it is already, when only its beginning is kept. */
  bytes?: number
}

/** Lines of a log as they came, without their line ends. Text may arrive cut anywhere. Numbers of lines count from the first line ever. */
export class LogBuffer {
  lines: string[] = []
  /** The number of each line's source, where there are several. */
  sources: number[] = []
  /** Lines dropped from the front so far. */
  dropped = 0
  /** Lines that stand for something else: where one run ends and the next begins. */
  readonly rules = new Map<number, RunRule>()
  /** Lines of which only the beginning is kept, and how long all of each was: bytes, or characters of text that was cut here. */
  readonly cuts = new Map<number, number>()
  /** The last line of each of several sources, where it has not ended: they are numbered behind the others, and each is replaced by the line it becomes. */
  open: readonly OpenLine[] = []
  #characters = 0
  /** The line that has not ended yet, in pieces: put together once, however often text comes. */
  #rest: string[] = []
  #kept = 0
  #seen = 0

  /** The number of the line after the last one. */
  get end(): number {
    return this.dropped + this.lines.length
  }

  /** A line, or one of the open ones behind them. */
  at(line: number): string {
    return this.lines[line - this.dropped] ?? this.open[line - this.end]?.text ?? ''
  }

  sourceOf(line: number): number | undefined {
    return this.sources[line - this.dropped] ?? this.open[line - this.end]?.source
  }

  /** How long all of a line is, when only its beginning is kept. */
  cutOf(line: number): number | undefined {
    return line < this.end ? this.cuts.get(line) : this.open[line - this.end]?.bytes
  }

  push(text: string): void {
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.#gather(text, from, end)
      this.#endLine()
      from = end + 1
    }
    this.#gather(text, from, text.length)
    this.#trim()
    this.open = this.#openRest()
  }

  #openRest(): readonly OpenLine[] {
    if (this.#kept === 0) return []
    // Not joined, which would copy all of it for each piece that comes.
    const text = this.#rest.reduce((all, piece) => all + piece)
    this.#rest = [text]
    return [{ text, source: 0, ...(this.#seen > this.#kept ? { bytes: this.#seen } : {}) }]
  }

  #gather(text: string, from: number, to: number): void {
    const end = Math.min(to, from + mostOfLine - this.#kept)
    if (end > from) this.#rest.push(text.slice(from, end))
    this.#kept += Math.max(0, end - from)
    this.#seen += to - from
  }

  #endLine(): void {
    const line = this.#rest.length === 1 ? (this.#rest[0] ?? '') : this.#rest.join('')
    if (this.#seen > this.#kept) this.cuts.set(this.end, this.#seen)
    this.#append(line)
    this.#rest = []
    this.#kept = 0
    this.#seen = 0
  }

  #append(line: string): void {
    const kept = line.endsWith('\r') ? line.slice(0, -1) : line
    this.#characters += kept.length
    this.lines.push(kept)
  }

  /** One whole line of one of several sources; `bytes` when it is only the beginning of a longer one. */
  add(line: string, source: number, bytes?: number): void {
    if (bytes !== undefined) this.cuts.set(this.end, bytes)
    this.#append(line)
    this.sources.push(source)
    this.#trim()
  }

  addRule(rule: RunRule): void {
    this.rules.set(this.end, rule)
    this.add('', rule.source)
  }

  #trim(): void {
    if (this.lines.length <= mostLines && this.#characters <= mostCharacters) return
    let drop = 0
    const [lines, characters] = [mostLines * (1 - tenth), mostCharacters * (1 - tenth)]
    const last = this.lines.length - 1
    for (; drop < last && (this.lines.length - drop > lines || this.#characters > characters); drop++) {
      this.#characters -= this.lines[drop]?.length ?? 0
    }
    this.lines = this.lines.slice(drop)
    this.sources = this.sources.slice(drop)
    this.dropped += drop
    for (const marks of [this.rules, this.cuts]) for (const line of marks.keys()) if (line < this.dropped) marks.delete(line)
  }

  /** The stream has ended: what has no line end is a line too. */
  finish(): void {
    if (this.#seen > 0) this.push('\n')
  }

  clear(): void {
    this.lines = []
    this.sources = []
    this.rules.clear()
    this.cuts.clear()
    this.open = []
    this.dropped = 0
    this.#characters = 0
    this.#rest = []
    this.#kept = 0
    this.#seen = 0
  }
}
