import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { firstFree, formatIndexes, has, merge, overlap, parseIndexes, total, withIndexes, type Intervals } from './intervals.ts'

const indexes = fc.uniqueArray(fc.nat(60))
const of = (list: number[]): Intervals => withIndexes([], list)

describe('completion indexes', () => {
  test.each([
    ['', 10, ''],
    ['1,3-5,7', 10, '1,3-5,7'],
    ['0,1,2', 10, '0-2'],
    ['0,1', 10, '0,1'],
    ['1,3-9', 6, '1,3-5'],
    ['7', 6, ''],
    ['x,2,3-y,4', 9, '2,4'],
  ])('%j below %i is %j', (text, completions, expected) => {
    expect(formatIndexes(parseIndexes(text, completions))).toBe(expected)
  })

  test('are what a set of numbers is', () => {
    fc.assert(
      fc.property(indexes, indexes, (a, b) => {
        const [x, y] = [of(a), of(b)]
        const both = new Set([...a, ...b])
        expect(parseIndexes(formatIndexes(x), 100)).toEqual(x)
        expect(total(x)).toBe(a.length)
        expect(total(merge(x, y))).toBe(both.size)
        expect(merge(x, y)).toEqual(of([...both]))
        expect(overlap(x, y)).toBe(a.filter((i) => b.includes(i)).length)
        for (let i = 0; i <= 61; i++) expect(has(x, i)).toBe(a.includes(i))
      }),
    )
  })

  test('the lowest free ones come first', () => {
    fc.assert(
      fc.property(indexes, fc.nat(20), fc.nat(70), (taken, count, completions) => {
        const free = Array.from({ length: completions }, (_, i) => i).filter((i) => !taken.includes(i))
        expect(firstFree(of(taken), count, completions)).toEqual(free.slice(0, count))
      }),
    )
  })
})
