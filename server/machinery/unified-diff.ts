/**
 * Unified diffs by the "gestalt" (Ratcliff–Obershelp) matching of Python's difflib, whose Go port words some error texts: the same
 * input gives the same hunks, including its rule that a line found in more than 1 % of 200 or more lines is too popular to match on.
 */
interface Block {
  a: number
  b: number
  size: number
}

interface Edit {
  kind: 'equal' | 'replace' | 'delete' | 'insert'
  a1: number
  a2: number
  b1: number
  b2: number
}

/**
 * So many looks at a line are taken for one diff; what is not matched by then is told as replaced. The matching takes the cube of the
 * lines at worst, and a client chooses them. Two thousand lines with a few changes take a tenth.
 */
const MAX_LOOKS = 400_000

interface Budget {
  looks: number
}

function positions(lines: readonly string[]): Map<string, number[]> {
  const found = new Map<string, number[]>()
  lines.forEach((line, i) => {
    const list = found.get(line)
    if (list === undefined) found.set(line, [i])
    else list.push(i)
  })
  if (lines.length >= 200) {
    const limit = Math.floor(lines.length / 100) + 1
    for (const [line, list] of found) if (list.length > limit) found.delete(line)
  }
  return found
}

function longest(
  a: readonly string[],
  b: readonly string[],
  where: ReadonlyMap<string, number[]>,
  a1: number,
  a2: number,
  b1: number,
  b2: number,
  left: Budget,
): Block {
  let best: Block = { a: a1, b: b1, size: 0 }
  let lengths = new Map<number, number>()
  for (let i = a1; i < a2 && left.looks > 0; i++) {
    left.looks--
    const next = new Map<number, number>()
    for (const j of where.get(a[i]!) ?? []) {
      left.looks--
      if (j < b1) continue
      if (j >= b2) break
      const size = (lengths.get(j - 1) ?? 0) + 1
      next.set(j, size)
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size }
    }
    lengths = next
  }
  while (best.a > a1 && best.b > b1 && a[best.a - 1] === b[best.b - 1]) best = { a: best.a - 1, b: best.b - 1, size: best.size + 1 }
  while (best.a + best.size < a2 && best.b + best.size < b2 && a[best.a + best.size] === b[best.b + best.size]) best.size++
  return best
}

function matches(a: readonly string[], b: readonly string[]): Block[] {
  const where = positions(b)
  const blocks: Block[] = []
  const left: Budget = { looks: MAX_LOOKS }
  const search = (a1: number, a2: number, b1: number, b2: number): void => {
    const m = longest(a, b, where, a1, a2, b1, b2, left)
    if (m.size === 0) return
    if (a1 < m.a && b1 < m.b) search(a1, m.a, b1, m.b)
    const last = blocks.at(-1)
    if (last !== undefined && last.a + last.size === m.a && last.b + last.size === m.b) last.size += m.size
    else blocks.push(m)
    if (m.a + m.size < a2 && m.b + m.size < b2) search(m.a + m.size, a2, m.b + m.size, b2)
  }
  search(0, a.length, 0, b.length)
  return [...blocks, { a: a.length, b: b.length, size: 0 }]
}

function edits(a: readonly string[], b: readonly string[]): Edit[] {
  const list: Edit[] = []
  let i = 0
  let j = 0
  for (const m of matches(a, b)) {
    if (i < m.a || j < m.b) {
      const kind = i < m.a ? (j < m.b ? 'replace' : 'delete') : 'insert'
      list.push({ kind, a1: i, a2: m.a, b1: j, b2: m.b })
    }
    i = m.a + m.size
    j = m.b + m.size
    if (m.size > 0) list.push({ kind: 'equal', a1: m.a, a2: i, b1: m.b, b2: j })
  }
  return list
}

function hunks(list: Edit[], context: number): Edit[][] {
  const trimmed = list.map((e, i) => {
    if (e.kind !== 'equal') return e
    const cut = { ...e }
    if (i === 0) Object.assign(cut, { a1: Math.max(e.a1, e.a2 - context), b1: Math.max(e.b1, e.b2 - context) })
    if (i === list.length - 1) Object.assign(cut, { a2: Math.min(e.a2, e.a1 + context), b2: Math.min(e.b2, e.b1 + context) })
    return cut
  })
  const groups: Edit[][] = []
  let group: Edit[] = []
  for (const e of trimmed) {
    let { a1, b1 } = e
    if (e.kind === 'equal' && e.a2 - e.a1 > 2 * context) {
      group.push({ ...e, a2: Math.min(e.a2, a1 + context), b2: Math.min(e.b2, b1 + context) })
      groups.push(group)
      group = []
      a1 = Math.max(a1, e.a2 - context)
      b1 = Math.max(b1, e.b2 - context)
    }
    group.push({ ...e, a1, b1 })
  }
  if (group.some((e) => e.kind !== 'equal')) groups.push(group)
  return groups
}

function range(start: number, stop: number): string {
  const length = stop - start
  if (length === 1) return String(start + 1)
  return `${length === 0 ? start : start + 1},${length}`
}

/** A unified diff of two texts without file headers; '' when they are equal. */
export function unifiedDiff(a: string, b: string, context = 3): string {
  if (a === b) return ''
  const from = a.split('\n')
  const to = b.split('\n')
  const out: string[] = []
  for (const hunk of hunks(edits(from, to), context)) {
    const first = hunk[0]!
    const last = hunk.at(-1)!
    out.push(`@@ -${range(first.a1, last.a2)} +${range(first.b1, last.b2)} @@\n`)
    for (const e of hunk) {
      if (e.kind === 'equal') for (const line of from.slice(e.a1, e.a2)) out.push(` ${line}\n`)
      else {
        for (const line of from.slice(e.a1, e.a2)) out.push(`-${line}\n`)
        for (const line of to.slice(e.b1, e.b2)) out.push(`+${line}\n`)
      }
    }
  }
  return out.join('')
}
