import type { LogBuffer } from './log-buffer.ts'

/** Which lines pass a test, found in slices so that a million lines never hold up a frame. Numbers count from the first line ever. */
export class LogFilter {
  readonly #buffer: LogBuffer
  #passes: ((line: string) => boolean) | undefined
  #next = 0
  matches: number[] = []

  constructor(buffer: LogBuffer) {
    this.#buffer = buffer
  }

  get active(): boolean {
    return this.#passes !== undefined
  }

  /** The numbers of the open lines that are shown. */
  get open(): number[] {
    const { open, end } = this.#buffer
    return open.flatMap(({ text }, at) => (this.#passes?.(text) === false ? [] : [end + at]))
  }

  set(passes: ((line: string) => boolean) | undefined): void {
    this.#passes = passes
    this.#next = this.#buffer.dropped
    this.matches = []
  }

  /** Looks on until all lines are seen or `budget` ms are over. True when it has seen all. */
  scan(budget: number, now: () => number): boolean {
    const { lines, dropped, rules } = this.#buffer
    if (!this.#passes) return true
    const stale = this.matches.findIndex((line) => line >= dropped)
    if (stale !== 0) this.matches = stale < 0 ? [] : this.matches.slice(stale)
    this.#next = Math.max(this.#next, dropped)
    const until = now() + budget
    const end = dropped + lines.length
    while (this.#next < end) {
      // By length, since a few long lines take as long as many short ones.
      for (let seen = 0; this.#next < end && seen < charactersAtOnce; this.#next++) {
        const line = lines[this.#next - dropped] ?? ''
        seen += line.length + 20
        if (!rules.has(this.#next) && this.#passes(line)) this.matches.push(this.#next)
      }
      if (now() >= until) return this.#next >= end
    }
    return true
  }
}
const charactersAtOnce = 200_000

/** A regular expression where the text is one, else the text itself; case counts only when the text has capitals. */
export function filterPattern(text: string): { pattern: RegExp | undefined; literal: boolean } {
  if (text === '') return { pattern: undefined, literal: false }
  const flags = text === text.toLowerCase() ? 'i' : ''
  try {
    return { pattern: new RegExp(text, flags), literal: false }
  } catch {
    return { pattern: new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), flags), literal: true }
  }
}
