import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scheduleError } from './cron.ts'

const check = (text: string): string | undefined => scheduleError(text, (d) => /^\d+[smh]$/.test(d))

test.each(['* * * * *', '*/5 1-3,5 1/2 jan-mar MON', '0 0 ? * *', '@daily', '@every 5m', 'TZ=UTC 0 * * * *', '  1 2 3 4 5  '])(
  '%j is a schedule',
  (text) => expect(check(text)).toBeUndefined(),
)

test.each([
  ['x', 'expected exactly 5 fields, found 1: [x]'],
  ['* * * * * *', 'expected exactly 5 fields, found 6: [* * * * * *]'],
  ['61 * * * *', 'end of range (61) above maximum (59): 61'],
  ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
  ['5-3 * * * *', 'beginning of range (5) beyond end of range (3): 5-3'],
  ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
  ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
  ['*/0 * * * *', 'step of range should be a positive number: */0'],
  ['* x * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ['@fortnightly', 'unrecognized descriptor: @fortnightly'],
  ['@every x', 'failed to parse duration @every x: time: invalid duration "x"'],
])('%j is none', (text, why) => expect(check(text)).toBe(why))

test('any text has an answer, and any numbers within their bounds are a schedule', () => {
  fc.assert(fc.property(fc.string(), (text) => void expect(['string', 'undefined']).toContain(typeof check(text))))
  const numbers = fc.tuple(fc.nat(59), fc.nat(23), fc.integer({ min: 1, max: 31 }), fc.integer({ min: 1, max: 12 }), fc.nat(6))
  fc.assert(fc.property(numbers, (fields) => void expect(check(fields.join(' '))).toBeUndefined()))
})
