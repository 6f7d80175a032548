import { shortDuration } from '../kube/age.ts'
import { type Cell, cellText, type ColumnType } from '../kube/columns.ts'

/** The visible part of a list: the words of its header, what its columns hold, and a cell of each for every row. */
export interface TextTable {
  head: readonly string[]
  types: readonly ColumnType[]
  rows: readonly (readonly Cell[])[]
}

/** What a spreadsheet may take for a formula, a quantity apart; a message may be anybody's. */
const formula = (text: string): boolean => /^[=+\-@\t\r]/.test(text) && !/^[+-](\d[\d.]*\w{0,2})?$/.test(text)

const isTime = (cell: Cell, type: ColumnType | undefined): cell is number => type === 'age' && typeof cell === 'number'

/**
 * RFC 4180, with the mark by which spreadsheets know UTF-8. A time is an instant (RFC 3339) and a number a number: an age is true only
 * while one looks at it. A text that would be a formula begins with an apostrophe.
 */
export function toCsv({ head, types, rows }: TextTable): string {
  const written = (cell: Cell, at: number): string => {
    if (isTime(cell, types[at])) return new Date(cell).toISOString()
    const text = cellText(cell)
    return quoted(typeof cell !== 'number' && formula(text) ? `'${text}` : text)
  }
  const lines = [head.map(quoted), ...rows.map((row) => row.map(written))]
  return `\uFEFF${lines.map((line) => `${line.join(',')}\r\n`).join('')}`
}

const quoted = (text: string): string => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** As kubectl prints a table: columns are as wide as their longest text. `now`, ms: what ages are reckoned to. */
export function toAligned({ head, types, rows }: TextTable, now: number): string {
  const texts = [[...head], ...rows.map((row) => row.map((cell, at) => shownText(cell, types[at], now)))]
  const widths = head.map((_, at) => texts.reduce((most, line) => Math.max(most, columnsOf(line[at] ?? '')), 0))
  const lines = texts.map((line) => line.map((text, at) => text + ' '.repeat((widths[at] ?? 0) - columnsOf(text))).join('   '))
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}

const shownText = (cell: Cell, type: ColumnType | undefined, now: number): string =>
  isTime(cell, type) ? shortDuration(now - cell) : cellText(cell).replaceAll(/\s+/g, ' ')

/** How many columns of a terminal a text takes: Chinese, Japanese and Korean letters take two each. */
function columnsOf(text: string): number {
  let columns = 0
  for (const letter of text)
    columns += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(letter) ? 2 : 1
  return columns
}
