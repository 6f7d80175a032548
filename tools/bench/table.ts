/** Ratio of ours to the reference's that is wanted: at least, or at most. */
export interface Target {
  at: 'least' | 'most'
  ratio: number
}

export interface Row<F> {
  label: string
  /** undefined: it was not measured. */
  of(f: F): number | undefined
  digits: number
  /** Of ours on the embedded store, and on etcd. */
  embedded?: Target
  etcd?: Target
  /** Of ours whatever the reference has: no more than this. */
  limit?: number
}

export const least = (ratio: number): Target => ({ at: 'least', ratio })
export const most = (ratio: number): Target => ({ at: 'most', ratio })

export const REFERENCE = 'reference'

function median(values: number[]): number {
  const s = [...values].sort((a, b) => a - b)
  return s.length % 2 === 1 ? s[(s.length - 1) / 2]! : (s[s.length / 2 - 1]! + s[s.length / 2]!) / 2
}

function verdict<F>(row: Row<F>, name: string, value: number, base: number): string {
  const ratio = value / base
  const target = name === 'ours, SQLite' ? row.embedded : row.etcd
  const text = `${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(2)}×`
  if (target === undefined) return text
  const met = target.at === 'least' ? ratio >= target.ratio : ratio <= target.ratio
  return `${text} ${met ? 'met' : `missed (${target.at === 'least' ? '≥' : '≤'} ${target.ratio.toFixed(2)})`}`
}

/** One line a row, one column a contestant: the median of its runs, and beside ours what that is of the reference's. */
export function print<F>(rows: readonly Row<F>[], results: ReadonlyMap<string, readonly F[]>): void {
  const names = [...results.keys()]
  const of = (row: Row<F>, name: string): number | undefined => {
    const values = (results.get(name) ?? []).map(row.of).filter((v) => v !== undefined)
    return values.length === 0 ? undefined : median(values)
  }
  const cell = (row: Row<F>, name: string): string => {
    const [value, base] = [of(row, name), of(row, REFERENCE)]
    if (value === undefined) return '-'
    const text = value.toFixed(row.digits)
    if (name === REFERENCE) return text
    const limit = row.limit === undefined ? '' : `  ${value <= row.limit ? 'met' : 'missed'} (≤ ${row.limit})`
    return `${text}${base === undefined ? '' : `  ${verdict(row, name, value, base)}`}${limit}`
  }
  const table = [['', ...names], ...rows.map((row) => [row.label, ...names.map((name) => cell(row, name))])]
  const widths = table[0]!.map((_, i) => Math.max(...table.map((r) => r[i]!.length)))
  for (const r of table)
    process.stdout.write(`${r.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join('  ')}\n`)
}
