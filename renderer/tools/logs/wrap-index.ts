const block = 512

/**
 * Where each line begins when long ones are wrapped: rows summed in blocks, so that a million lines are found in microseconds. Lines that
 * have not been counted yet are taken for one row each.
 */
export class WrapIndex {
  #rows: number[] = []
  #blocks: number[] = []
  total = 0

  get count(): number {
    return this.#rows.length
  }

  add(rows: number): void {
    const at = this.#rows.length
    this.#rows.push(rows)
    if (at % block === 0) this.#blocks.push(this.total)
    this.total += rows
  }

  clear(): void {
    this.#rows = []
    this.#blocks = []
    this.total = 0
  }

  /** The rows of so many lines. */
  totalOf(lines: number): number {
    return this.total + Math.max(0, lines - this.count)
  }

  rows(line: number): number {
    return this.#rows[line] ?? 1
  }

  /** The line that row belongs to, and the row that line begins with. */
  find(row: number): { line: number; first: number } {
    if (row >= this.total) return { line: this.count + row - this.total, first: row }
    let low = 0
    let high = this.#blocks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#blocks[middle] ?? 0) <= row) low = middle
      else high = middle - 1
    }
    let line = low * block
    let first = this.#blocks[low] ?? 0
    while (line < this.#rows.length - 1 && first + this.rows(line) <= row) first += this.rows(line++)
    return { line: Math.max(0, line), first }
  }
}

/** Character cells a text takes in a monospaced font: East Asian wide characters take two. */
export function cellsOf(text: string): number {
  let cells = text.length
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x1100 && isWide(code)) cells++
    else if (code === 9) cells += 7
  }
  return cells
}

const isWide = (code: number): boolean =>
  code <= 0x115f ||
  (code >= 0x2e80 && code <= 0xa4cf) ||
  (code >= 0xac00 && code <= 0xd7a3) ||
  (code >= 0xf900 && code <= 0xfaff) ||
  (code >= 0xff00 && code <= 0xff60)
