/** Where a cursor stands in a text that need not be YAML yet: read by indentation, upwards from its line. */
export interface CursorPlace {
  /** The document's own words, where they are written already. */
  apiVersion: string
  kind: string
  /** The object or list that the cursor is in; 0 for any place of a list. */
  path: (string | number)[]
  /** Where a value is being written, its field's name; undefined where a field is. */
  field: string | undefined
  /** What is typed so far, and where it begins. */
  word: string
  from: number
  /** The column in which fields of this object begin. */
  column: number
  /** Fields that it has already. */
  taken: Set<string>
}

interface Line {
  blank: boolean
  /** Columns of the dashes before anything else. */
  dashes: number[]
  /** The column of what follows them. */
  column: number
  /** The field's name, where what follows is `name:`. */
  key: string | undefined
  value: string
}

/** More lines above are not read: nobody writes objects of such a size by hand. */
const mostLines = 20_000

function readLine(text: string): Line {
  const dashes: number[] = []
  let column = 0
  for (;;) {
    while (text[column] === ' ') column++
    if (text[column] !== '-' || (text[column + 1] !== ' ' && column + 1 !== text.length)) break
    dashes.push(column)
    column++
  }
  const rest = text.slice(column)
  const found = /^(?:"([^"]*)"|'([^']*)'|([^\s#:"'][^:#]*?))\s*:(?:\s+(.*))?$/.exec(rest)
  return {
    blank: rest === '' && dashes.length === 0 ? true : rest.startsWith('#'),
    dashes,
    column,
    key: found ? (found[1] ?? found[2] ?? found[3]) : undefined,
    value: found?.[4] ?? '',
  }
}

const separator = /^---(\s|$)/

/** Whether a line plainly stands deeper than a column: most of a large text does, and is not taken apart to find that out. */
function isDeeper(text: string, column: number): boolean {
  let at = 0
  while (at <= column && text[at] === ' ') at++
  return at > column && /^ *[^ -]/.test(text)
}

/** `offset` is in the whole text. */
export function cursorPlace(text: string, offset: number): CursorPlace {
  const lines = text.split('\n')
  let at = 0
  let start = 0
  while (at < lines.length - 1 && start + lines[at]!.length < offset) start += lines[at++]!.length + 1
  const before = lines[at]!.slice(0, offset - start)
  const here = readLine(before)
  const [first, last] = documentOf(lines, at)
  const own = (name: string): string => {
    for (let i = first; i <= last; i++) {
      if (isDeeper(lines[i]!, 0)) continue
      const line = readLine(lines[i]!)
      if (line.column === 0 && line.dashes.length === 0 && line.key === name) return line.value.replace(/^["']|["']$|\s+#.*$/g, '').trim()
    }
    return ''
  }
  const field = here.key
  const word = field === undefined ? before.slice(here.column) : here.value
  const { path, taken } = above(lines, at, first, last, here)
  return { apiVersion: own('apiVersion'), kind: own('kind'), path, field, word, from: offset - word.length, column: here.column, taken }
}

/** The first and the last line of the document that a line is in. */
function documentOf(lines: readonly string[], at: number): [number, number] {
  let first = at
  while (first > 0 && at - first < mostLines && !separator.test(lines[first]!)) first--
  let last = at
  while (last + 1 < lines.length && last - at < mostLines && !separator.test(lines[last + 1]!)) last++
  return [first, last]
}

function above(lines: readonly string[], at: number, first: number, last: number, here: Line): Pick<CursorPlace, 'path' | 'taken'> {
  const path: (string | number)[] = []
  const taken = new Set<string>()
  let column = here.column
  // A list may begin in the column of its own field: `containers:` and below it `- name: web`.
  let inList = false
  const open = (dashes: readonly number[]): void => {
    for (const dash of dashes.toReversed()) {
      path.unshift(0)
      column = dash
      inList = true
    }
  }
  let siblings = true
  const leave = (dashes: readonly number[]): void => {
    if (dashes.length > 0) siblings = false
    open(dashes)
  }
  leave(here.dashes)
  for (let i = at - 1; i >= first && column >= 0; i--) {
    if (isDeeper(lines[i]!, column)) continue
    const line = readLine(lines[i]!)
    if (line.blank || separator.test(lines[i]!)) continue
    const [outermost = line.column] = line.dashes
    if (inList && outermost === column && line.dashes.length > 0) continue
    if (line.column === column && !inList) {
      if (siblings && line.key !== undefined) taken.add(line.key)
      leave(line.dashes.filter((dash) => dash < line.column))
    } else if (line.key !== undefined && (line.column < column || (inList && line.column === column))) {
      siblings = false
      path.unshift(line.key)
      column = line.column
      inList = false
      open(line.dashes)
      if (column === 0 && !inList) break
    } else if (line.dashes.length > 0 && outermost < column) {
      siblings = false
      open(line.dashes.filter((dash) => dash < column))
    }
  }
  for (let i = at + 1; i <= last; i++) {
    if (isDeeper(lines[i]!, here.column)) continue
    const line = readLine(lines[i]!)
    if (line.blank) continue
    if (line.column < here.column || (line.dashes[0] ?? Infinity) < here.column) break
    if (line.column === here.column && line.key !== undefined) taken.add(line.key)
  }
  return { path, taken }
}
