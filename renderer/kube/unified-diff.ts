import { diffLines } from './line-diff.ts'

/** Lines that stay, shown around those that change. */
const around = 3
/** More lines than anybody reads; the count tells the rest. */
const mostLines = 2_000
/** Characters (UTF-16 code units) of a line that are shown, and of those how many before its first difference. */
const mostOfLine = 4_000
const beforeDifference = 200

export interface DiffLine {
  sign: '+' | '-' | ' ' | '…'
  text: string
  /** How many characters of the line are not in `text`, before and behind it; only of one that is too long to be drawn. */
  cut?: readonly [before: number, behind: number]
}

export interface UnifiedDiff {
  lines: DiffLine[]
  /** How many lines there are besides. */
  more: number
}

/**
 * As `diff -u` has it, without its heads: what is left out between two places is one line with dots. No lines for equal texts. It has a
 * bound, so that it can be sent and drawn whatever the texts are: of a long line the part is kept where it begins to differ.
 */
export function unified(before: string, after: string): UnifiedDiff {
  const [a, b] = [before, after].map((text) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))) as [string[], string[]]
  const parts = diffLines(a, b)
  if (parts.every((part) => part.same)) return { lines: [], more: 0 }
  const lines = parts.flatMap((part, index): DiffLine[] => {
    const [old, next] = [a.slice(part.aFrom, part.aTo), b.slice(part.bFrom, part.bTo)]
    if (!part.same) {
      return [...old.map((text, at) => lineOf('-', text, next[at])), ...next.map((text, at) => lineOf('+', text, old[at]))]
    }
    const head = index === 0 ? 0 : around
    const tail = index === parts.length - 1 ? 0 : around
    const kept = (texts: string[]): DiffLine[] => texts.map((text) => lineOf(' ', text, undefined))
    if (old.length <= head + tail + 1) return kept(old)
    return [...kept(old.slice(0, head)), { sign: '…', text: '' }, ...kept(old.slice(old.length - tail))]
  })
  return { lines: lines.slice(0, mostLines), more: Math.max(0, lines.length - mostLines) }
}

/** `other`: the line that it stands in the place of, or that stands in its place. */
function lineOf(sign: DiffLine['sign'], text: string, other: string | undefined): DiffLine {
  if (text.length <= mostOfLine) return { sign, text }
  let same = 0
  if (other !== undefined) while (same < text.length && text[same] === other[same]) same++
  const from = Math.max(0, Math.min(same - beforeDifference, text.length - mostOfLine))
  const shown = text.slice(from, from + mostOfLine)
  return { sign, text: shown, cut: [from, text.length - from - shown.length] }
}
