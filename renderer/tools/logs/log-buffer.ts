/** No more lines than this are kept; beyond it the oldest tenth goes. */
export const mostLines = 1_000_000
const dropAtOnce = mostLines / 10

/** A container has begun anew: what comes before and what comes after are two runs. */
export interface RunRule {
  source: number
  /** How many times it has been restarted by then. */
  run: number
  /** How the run before ended, where that is known. */
  end?: { reason?: string; exitCode: number }
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
  /** Lines that came cut, and how many bytes all of each had. */
  readonly cuts = new Map<number, number>()
  #rest = ''

  /** The number of the line after the last one. */
  get end(): number {
    return this.dropped + this.lines.length
  }

  at(line: number): string {
    return this.lines[line - this.dropped] ?? ''
  }

  sourceOf(line: number): number | undefined {
    return this.sources[line - this.dropped]
  }

  push(text: string): void {
    const parts = (this.#rest + text).split('\n')
    this.#rest = parts.pop() ?? ''
    for (const part of parts) this.lines.push(part.endsWith('\r') ? part.slice(0, -1) : part)
    this.#trim()
  }

  /** One whole line of one of several sources; `bytes` when it is only the beginning of a longer one. */
  add(line: string, source: number, bytes?: number): void {
    if (bytes !== undefined) this.cuts.set(this.end, bytes)
    this.lines.push(line.endsWith('\r') ? line.slice(0, -1) : line)
    this.sources.push(source)
    this.#trim()
  }

  addRule(rule: RunRule): void {
    this.rules.set(this.end, rule)
    this.add('', rule.source)
  }

  #trim(): void {
    if (this.lines.length <= mostLines) return
    const drop = Math.max(dropAtOnce, this.lines.length - mostLines)
    this.lines = this.lines.slice(drop)
    this.sources = this.sources.slice(drop)
    this.dropped += drop
    for (const marks of [this.rules, this.cuts]) for (const line of marks.keys()) if (line < this.dropped) marks.delete(line)
  }

  /** The stream has ended: what has no line end is a line too. */
  finish(): void {
    if (this.#rest) this.push('\n')
  }

  clear(): void {
    this.lines = []
    this.sources = []
    this.rules.clear()
    this.cuts.clear()
    this.dropped = 0
    this.#rest = ''
  }
}
