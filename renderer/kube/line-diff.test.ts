import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diffLines } from './line-diff.ts'

const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 })

/** The length of the longest common subsequence, by the book. */
function common(a: string[], b: string[]): number {
  const rows = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++)
      rows[i]![j] = a[i - 1] === b[j - 1] ? rows[i - 1]![j - 1]! + 1 : Math.max(rows[i - 1]![j]!, rows[i]![j - 1]!)
  return rows[a.length]![b.length]!
}

test('the parts cover both texts, say truly what is equal, take turns, and are as few lines as can be', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      const parts = diffLines(a, b)
      expect(parts.flatMap((p) => a.slice(p.aFrom, p.aTo))).toEqual(a)
      expect(parts.flatMap((p) => b.slice(p.bFrom, p.bTo))).toEqual(b)
      for (const [index, p] of parts.entries()) {
        if (p.same) expect(a.slice(p.aFrom, p.aTo)).toEqual(b.slice(p.bFrom, p.bTo))
        expect(parts[index + 1]?.same).not.toBe(p.same)
      }
      const kept = parts.filter((p) => p.same).reduce((sum, p) => sum + p.aTo - p.aFrom, 0)
      expect(kept).toBe(common(a, b))
    }),
  )
})

test('texts that have nothing in common are replaced, however long', () => {
  const a = Array.from({ length: 20_000 }, (_, n) => `a${n}`)
  const b = Array.from({ length: 20_000 }, (_, n) => `b${n}`)
  expect(diffLines(['x', ...a, 'y'], ['x', ...b, 'y'])).toEqual([
    { same: true, aFrom: 0, aTo: 1, bFrom: 0, bTo: 1 },
    { same: false, aFrom: 1, aTo: 20_001, bFrom: 1, bTo: 20_001 },
    { same: true, aFrom: 20_001, aTo: 20_002, bFrom: 20_001, bTo: 20_002 },
  ])
})
