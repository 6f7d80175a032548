import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DurationError, parseDuration } from './duration.ts'

describe('parseDuration', () => {
  test.each([
    ['0', 0],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['-2ms', -2],
    ['+.5s', 500],
    ['10us', 0.01],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBeCloseTo(ms))

  test.each([
    ['', 'time: invalid duration ""'],
    ['5', 'time: missing unit in duration "5"'],
    ['5x', 'time: unknown unit "x" in duration "5x"'],
    ['.s', 'time: invalid duration ".s"'],
    ['s', 'time: invalid duration "s"'],
    ['99999999h', 'time: invalid duration "99999999h"'],
  ])('%o: %s', (text, message) => expect(() => parseDuration(text)).toThrow(message))

  test('ends for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('1', '.', 's', 'm', 'h', '-', 'µ', ' '), maxLength: 10 }), (text) => {
        try {
          expect(Number.isFinite(parseDuration(text))).toBe(true)
        } catch (e) {
          expect(e).toBeInstanceOf(DurationError)
        }
      }),
    )
  })
})
