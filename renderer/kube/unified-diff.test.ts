import { expect, test } from 'vitest'
import { unified } from './unified-diff.ts'

const lines = (count: number, change: Record<number, string> = {}): string =>
  Array.from({ length: count }, (_, n) => change[n] ?? `line ${n}`).join('\n')

const written = (before: string, after: string): string[] => unified(before, after).lines.map(({ sign, text }) => `${sign}${text}`)

test('three lines stay around a change, and what is between two of them is left out, unless it is one line', () => {
  expect(written(lines(20), lines(20, { 2: 'X', 15: 'Y' }))).toEqual([
    ' line 0',
    ' line 1',
    '-line 2',
    '+X',
    ' line 3',
    ' line 4',
    ' line 5',
    '…',
    ' line 12',
    ' line 13',
    ' line 14',
    '-line 15',
    '+Y',
    ' line 16',
    ' line 17',
    ' line 18',
    ' line 19',
  ])
})

test('equal texts have no difference; a text that is new is all addition', () => {
  expect(written('a\nb\n', 'a\nb\n')).toEqual([])
  expect(written('', 'a\nb\n')).toEqual(['+a', '+b'])
  expect(written('a\n', '')).toEqual(['-a'])
})

test('of a line that is too long the part is kept in which it begins to differ, and how much is around it is told', () => {
  const line = 'x'.repeat(1_000_000)
  const changed = `${line.slice(0, 500_000)}y${line.slice(500_001)}`
  const { lines: shown } = unified(`head\n${line}`, `head\n${changed}`)
  expect(shown.map(({ sign, text, cut }) => [sign, text.length, cut])).toEqual([
    [' ', 4, undefined],
    ['-', 4_000, [499_800, 496_200]],
    ['+', 4_000, [499_800, 496_200]],
  ])
  expect(shown[2]?.text.indexOf('y')).toBe(200)
  // One that is longer than the other at its end shows its end; one that is new, its beginning.
  expect(unified(line, `${line}z`).lines[1]?.text.endsWith('z')).toBe(true)
  expect(unified('', line).lines[0]?.cut).toEqual([0, 996_000])
})

test('more than two thousand lines are counted', () => {
  const { lines: shown, more } = unified('', lines(2_010))
  expect([shown.length, more]).toEqual([2_000, 10])
})
