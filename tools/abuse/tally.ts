/**
 * What came back, counted: HTTP codes, and ends of connections that had no answer (`GOAWAY 11`, `reset`, `closed`, `open` for one that is
 * still there at the end, `no answer` for a request whose time was over).
 */
export class Tally {
  readonly counts: Map<string, number>

  constructor(counts: Readonly<Record<string, number>> = {}) {
    this.counts = new Map(Object.entries(counts))
  }

  add(answer: string | number, n = 1): void {
    const key = String(answer)
    this.counts.set(key, (this.counts.get(key) ?? 0) + n)
  }

  toJSON(): Record<string, number> {
    return Object.fromEntries(this.counts)
  }
}

const MOST_SHOWN = 4

/** `403 ×12, GOAWAY 11`, the most frequent first. */
export function tallyText(counts: Readonly<Record<string, number>>): string {
  const rows = Object.entries(counts).sort(([, a], [, b]) => b - a)
  if (rows.length === 0) return 'nothing'
  const shown = rows.slice(0, MOST_SHOWN).map(([answer, n]) => (n === 1 ? answer : `${answer} ×${n}`))
  return shown.join(', ') + (rows.length > MOST_SHOWN ? ', …' : '')
}
