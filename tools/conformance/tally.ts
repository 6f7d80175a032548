import type { Difference } from './compare.ts'
import { knownRow } from './known.ts'

interface Row {
  scenarios: number
  answers: number
  /** Answers that differ, all in ways that are on the list. */
  listed: number
  different: number
}

const HEADS = ['scenarios', 'answers', 'equal', 'on the list', 'different'] as const
const WIDTH = 12

/** What came of each part, in answers. */
export class Tally {
  readonly #rows = new Map<string, Row>()
  readonly #reasons = new Map<string, number>()

  add(part: string, answers: number, found: readonly Difference[]): void {
    const row = this.#rows.get(part) ?? { scenarios: 0, answers: 0, listed: 0, different: 0 }
    this.#rows.set(part, row)
    row.scenarios++
    row.answers += answers
    for (const differences of Map.groupBy(found, (d) => d.where).values()) {
      const rows = differences.map(knownRow)
      if (rows.includes(undefined)) row.different++
      else row.listed++
      for (const reason of new Set(rows.map((known) => known?.reason)))
        if (reason !== undefined) this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1)
    }
  }

  table(): string {
    const total: Row = { scenarios: 0, answers: 0, listed: 0, different: 0 }
    for (const row of this.#rows.values()) for (const k of Object.keys(total) as (keyof Row)[]) total[k] += row[k]
    const line = (name: string, cells: readonly (string | number)[]): string =>
      name.padEnd(18) + cells.map((c) => String(c).padStart(WIDTH)).join('')
    const shown = ([name, r]: readonly [string, Row]): string =>
      line(name, [r.scenarios, r.answers, r.answers - r.listed - r.different, r.listed, r.different])
    const reasons = [...this.#reasons].sort(([, a], [, b]) => b - a).map(([reason, n]) => `${String(n).padStart(6)} × ${reason}`)
    return [
      line('', HEADS),
      ...[...this.#rows, ['all', total] as const].map(shown),
      '',
      'Answers on the list, by reason:',
      ...reasons,
    ].join('\n')
  }
}
