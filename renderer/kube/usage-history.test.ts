import { expect, test } from 'vitest'
import { sparkLines, trendText, withReading } from './usage-history.ts'

test('readings as characters, from nothing to the largest; a gap is a gap', () => {
  expect(trendText([0, 1, 2, 4, 8])).toBe('▁▂▃▅█')
  expect(trendText([8, undefined, 8])).toBe('█ █')
  expect(trendText([0, 0])).toBe('▁▁')
  expect([trendText([]), trendText([3]), trendText([undefined, 3])]).toEqual(['', '', ''])
})

test('a sparkline ends at the right with the newest reading, and is broken where one is missing', () => {
  expect(sparkLines([0, 5, 10], 100, 20, 5)).toEqual(['50,20 75,10 100,0'])
  expect(sparkLines([10, 10, undefined, 5, 5], 100, 20, 5)).toEqual(['0,0 25,0', '75,10 100,10'])
  expect(sparkLines([0, 0], 100, 20, 5)).toEqual(['75,20 100,20'])
  expect([sparkLines([], 9, 9), sparkLines([1], 9, 9), sparkLines([undefined], 9, 9)]).toEqual([[], [], []])
})

test('a history forgets its oldest readings', () => {
  let history = withReading([], { cpu: 1 }, 3)
  for (const cpu of [2, 3, 4]) history = withReading(history, { cpu }, 3)
  expect(history.map(({ cpu }) => cpu)).toEqual([2, 3, 4])
})
