import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeLines } from './merge-lines.ts'

const lines = (text: string): string[] => text.split(' ').filter(Boolean)
const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 })

describe('three versions in one', () => {
  test.each([
    ['each side changes something else', 'a b c d e', 'A b c d e', 'a b c d E', ['A', 'b', 'c', 'd', 'E']],
    ['both change the same alike', 'a b c', 'a X c', 'a X c', ['a', 'X', 'c']],
    ['one adds right behind what the other changes', 'a b', 'a X', 'a b c', ['a', 'X', 'c']],
    ['one removes, the other adds elsewhere', 'a b c d', 'a c d', 'a b c d e', ['a', 'c', 'd', 'e']],
  ])('%s', (_, base, mine, theirs, merged) => {
    expect(mergeLines(lines(base), lines(mine), lines(theirs))).toEqual([merged])
  })

  test('a line that both change differently is a clash, with all three', () => {
    expect(mergeLines(lines('a b c'), lines('a X c'), lines('a Y c'))).toEqual([['a'], { base: ['b'], mine: ['X'], theirs: ['Y'] }, ['c']])
  })

  test('who changes nothing takes what the other has', () => {
    const whole = (pieces: ReturnType<typeof mergeLines>) => pieces.flatMap((piece) => (Array.isArray(piece) ? piece : ['clash']))
    fc.assert(
      fc.property(text, text, (base, other) => {
        expect(whole(mergeLines(base, base, other))).toEqual(other)
        expect(whole(mergeLines(base, other, base))).toEqual(other)
        expect(whole(mergeLines(base, other, other))).toEqual(other)
      }),
    )
  })

  test('nothing of either side is lost: each side is found again when every clash is decided for it, where the other changed nothing', () => {
    fc.assert(
      fc.property(text, text, text, (base, mine, theirs) => {
        for (const piece of mergeLines(base, mine, theirs)) {
          if (Array.isArray(piece)) continue
          expect(piece.mine).not.toEqual(piece.theirs)
          expect(piece.mine).not.toEqual(piece.base)
          expect(piece.theirs).not.toEqual(piece.base)
        }
      }),
    )
  })
})
