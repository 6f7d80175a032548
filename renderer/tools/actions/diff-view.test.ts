import { expect, test } from 'vitest'
import { unified } from './diff-view.tsx'

const lines = (count: number, change: Record<number, string> = {}): string =>
  Array.from({ length: count }, (_, n) => change[n] ?? `line ${n}`).join('\n')

const written = (before: string, after: string): string[] => unified(before, after).map(({ sign, text }) => `${sign}${text}`)

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
