import { describe, expect, test } from 'vitest'
import { humanDuration, shortHumanDuration, since } from './duration.ts'

const s = 1000
const m = 60 * s
const h = 60 * m
const d = 24 * h

describe('durations', () => {
  test.each([
    [-2 * s, '<invalid>'],
    [-1 * s, '0s'],
    [0, '0s'],
    [119 * s, '119s'],
    [2 * m, '2m'],
    [9 * m + 59 * s, '9m59s'],
    [10 * m + 1 * s, '10m'],
    [179 * m, '179m'],
    [3 * h, '3h'],
    [7 * h + 59 * m, '7h59m'],
    [8 * h + 30 * m, '8h'],
    [47 * h, '47h'],
    [48 * h, '2d'],
    [7 * d + 3 * h, '7d3h'],
    [8 * d + 3 * h, '8d'],
    [729 * d, '729d'],
    [730 * d, '2y'],
    [2 * 365 * d + 10 * d, '2y10d'],
    [9 * 365 * d, '9y'],
  ])('%d ms is %s', (ms, text) => expect(humanDuration(ms)).toBe(text))

  test('short ones have one unit', () => {
    expect([59 * s, 59 * m, 23 * h, 364 * d, 400 * d].map(shortHumanDuration)).toEqual(['59s', '59m', '23h', '364d', '1y'])
  })

  test('since a timestamp', () => {
    expect(since(undefined, 0)).toBe('<unknown>')
    expect(since('2026-01-01T00:00:00Z', Date.UTC(2026, 0, 1, 0, 5))).toBe('5m')
  })
})
