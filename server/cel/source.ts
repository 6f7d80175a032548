/** Where in an expression something is, and how the reference points at it. Positions count code points. */
export interface CelIssue {
  /** Undefined for what concerns the whole expression. */
  readonly offset: number | undefined
  readonly message: string
}

/** So many are shown of one expression. */
const MAX_SHOWN = 100
/** A line that is longer is not repeated under an error. */
const MAX_SNIPPET = 16_384

interface Place {
  readonly line: number
  readonly column: number
}

export function issuesText(source: readonly string[], issues: readonly CelIssue[]): string {
  const lines = linesOf(source)
  const placed = issues.slice(0, MAX_SHOWN).map((issue) => ({ issue, place: placeOf(lines, issue.offset) }))
  placed.sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
  const shown = placed.map(({ issue, place }) => issueText(source, lines, issue.message, place))
  if (issues.length > MAX_SHOWN) shown.push(`${issues.length - MAX_SHOWN} more errors were truncated`)
  return shown.join('\n')
}

/** Where each line begins, and one past the end. */
function linesOf(source: readonly string[]): readonly number[] {
  const starts = [0]
  source.forEach((c, i) => {
    if (c === '\n') starts.push(i + 1)
  })
  return starts
}

function placeOf(lines: readonly number[], offset: number | undefined): Place {
  if (offset === undefined) return { line: -1, column: -1 }
  let line = 0
  while (line + 1 < lines.length && lines[line + 1]! <= offset) line++
  return { line: line + 1, column: offset - lines[line]! }
}

const encoder = new TextEncoder()

function issueText(source: readonly string[], lines: readonly number[], message: string, { line, column }: Place): string {
  // There is no first character that an error could be at.
  if (line === 1 && source.length === 0) return `ERROR: <input>:1:0: ${message}`
  const head = `ERROR: <input>:${line}:${column + 1}: ${message}`
  if (line < 1) return head
  const start = lines[line - 1]!
  const end = line < lines.length ? lines[line]! - 1 : source.length
  const snippet = source.slice(start, end).map((c) => (c === '\t' ? ' ' : c))
  if (encoder.encode(snippet.join('')).length > MAX_SNIPPET) return head
  const wide = (c: string): boolean => c > '\x7f'
  let under = ''
  for (let i = 0; i < column && i < snippet.length; i++) under += wide(snippet[i]!) ? '．' : '.'
  const at = snippet[column]
  return `${head}\n | ${snippet.join('')}\n | ${under}${at !== undefined && wide(at) ? '＾' : '^'}`
}
