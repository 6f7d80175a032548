import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DurationParseError, formatDuration, parseDuration } from './go-duration.ts'
import { TimeParseError, canonicalTime } from './time.ts'

// Go 1.26's time.Parse, in UTC in the same layout: as time and as microTime. What begins with `! ` is the end of its error.
const times: [text: string, time: string | undefined, microTime: string | undefined][] = [
  ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '! cannot parse "Z" as ".000000"'],
  ['2026-01-01T00:00:00+01:30', '2025-12-31T22:30:00Z', '! cannot parse "+01:30" as ".000000"'],
  ['2026-01-01T00:00:00.123456789Z', '2026-01-01T00:00:00Z', '! cannot parse "789Z" as "Z07:00"'],
  ['2026-01-01T00:00:00,5Z', '2026-01-01T00:00:00Z', '! cannot parse ",5Z" as ".000000"'],
  ['x', '! cannot parse "x" as "2006"', '! cannot parse "x" as "2006"'],
  ['', '! cannot parse "" as "2006"', '! cannot parse "" as "2006"'],
  ['2026', '! cannot parse "" as "-"', '! cannot parse "" as "-"'],
  ['2026-1-01T00:00:00Z', '! cannot parse "1-01T00:00:00Z" as "01"', '! cannot parse "1-01T00:00:00Z" as "01"'],
  ['2026-13-01T00:00:00Z', '! month out of range', '! month out of range'],
  ['2026-02-29T00:00:00Z', '! day out of range', '! cannot parse "Z" as ".000000"'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z', '! cannot parse "Z" as ".000000"'],
  ['2026-01-00T00:00:00Z', '! day out of range', '! cannot parse "Z" as ".000000"'],
  ['2026-01-01 00:00:00Z', '! cannot parse " 00:00:00Z" as "T"', '! cannot parse " 00:00:00Z" as "T"'],
  ['2026-01-01T0:00:00Z', '2026-01-01T00:00:00Z', '! cannot parse "Z" as ".000000"'],
  ['2026-01-01T24:00:00Z', '! hour out of range', '! hour out of range'],
  ['2026-01-01T00:60:00Z', '! minute out of range', '! minute out of range'],
  ['2026-01-01T00:00:60Z', '! second out of range', '! second out of range'],
  ['2026-01-01T00:00:00', '! cannot parse "" as "Z07:00"', '! cannot parse "" as ".000000"'],
  ['2026-01-01T00:00:00z', '! cannot parse "z" as "Z07:00"', '! cannot parse "z" as ".000000"'],
  ['2026-01-01T00:00:00+0130', '! cannot parse "+0130" as "Z07:00"', '! cannot parse "+0130" as ".000000"'],
  ['2026-01-01T00:00:00+25:00', '! time zone offset hour out of range', '! cannot parse "+25:00" as ".000000"'],
  ['2026-01-01T00:00:00+01:61', '! time zone offset minute out of range', '! cannot parse "+01:61" as ".000000"'],
  ['2026-01-01T00:00:00Zx', '! extra text: "x"', '! cannot parse "Zx" as ".000000"'],
  ['2026-01-01T00:00:00.Z', '! cannot parse ".Z" as "Z07:00"', '! cannot parse ".Z" as ".000000"'],
  ['2026-04-31T00:00:00Z', '! day out of range', '! cannot parse "Z" as ".000000"'],
  ['2026-01-01T00:00:00.123456Z', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00.123456Z'],
  ['2026-01-01T00:00:00.1234567Z', '2026-01-01T00:00:00Z', '! cannot parse "7Z" as "Z07:00"'],
  ['2026-01-01T00:00:00.12345Z', '2026-01-01T00:00:00Z', '! cannot parse ".12345Z" as ".000000"'],
  ['2026-01-01T00:00:00.123456-07:00', '2026-01-01T07:00:00Z', '2026-01-01T07:00:00.123456Z'],
  ['20260101', '! cannot parse "0101" as "-"', '! cannot parse "0101" as "-"'],
  ['2026-01-01T00:00:0Z', '! cannot parse "0Z" as "05"', '! cannot parse "0Z" as "05"'],
  ['-026-01-01T00:00:00Z', '! cannot parse "-026-01-01T00:00:00Z" as "2006"', '! cannot parse "-026-01-01T00:00:00Z" as "2006"'],
  ['0001-01-01T00:00:00Z', undefined, '! cannot parse "Z" as ".000000"'],
]
const layouts = { time: '2006-01-02T15:04:05Z07:00', microTime: '2006-01-02T15:04:05.000000Z07:00' }
const readings = times.flatMap(([text, time, microTime]) =>
  Object.entries({ time, microTime }).flatMap(([kind, result]) =>
    result === undefined ? [] : [[kind as keyof typeof layouts, text, result] as const],
  ),
)

// Go 1.26's time.ParseDuration and Duration.String.
const durations: [text: string, result: string][] = [
  ['1h', '1h0m0s'],
  ['1.5h', '1h30m0s'],
  ['90m', '1h30m0s'],
  ['1h2m3.5s', '1h2m3.5s'],
  ['0', '0s'],
  ['0s', '0s'],
  ['-1m', '-1m0s'],
  ['+5s', '5s'],
  ['1ms', '1ms'],
  ['1us', '1µs'],
  ['1µs', '1µs'],
  ['1ns', '1ns'],
  ['1.0000000001s', '1s'],
  ['', '! time: invalid duration ""'],
  ['1', '! time: missing unit in duration "1"'],
  ['x', '! time: invalid duration "x"'],
  ['1x', '! time: unknown unit "x" in duration "1x"'],
  ['-', '! time: invalid duration "-"'],
  ['1.s', '1s'],
  ['.5s', '500ms'],
  ['.s', '! time: invalid duration ".s"'],
  ['1h-1m', '! time: unknown unit "h-" in duration "1h-1m"'],
  ['9223372036854775807ns', '2562047h47m16.854775807s'],
  ['9223372036854775808ns', '! time: invalid duration "9223372036854775808ns"'],
  ['-9223372036854775808ns', '-2562047h47m16.854775808s'],
  ['3000000h', '! time: invalid duration "3000000h"'],
  ['100000h', '100000h0m0s'],
  ['1d', '! time: unknown unit "d" in duration "1d"'],
  ['1 s', '! time: unknown unit " s" in duration "1 s"'],
  ['0.000001ms', '1ns'],
  ['1500us', '1.5ms'],
]

describe('times', () => {
  test.each(readings)('%s %j', (kind, text, result) => {
    if (!result.startsWith('! ')) return expect(canonicalTime(text, kind)).toBe(result)
    const as = result.startsWith('! cannot parse') ? ` as "${layouts[kind]}"` : ''
    expect(() => canonicalTime(text, kind)).toThrow(new TimeParseError(`parsing time "${text}"${as}: ${result.slice(2)}`))
  })

  test('the zero time is null', () => {
    expect(canonicalTime('0001-01-01T00:00:00Z', 'time')).toBeNull()
    expect(canonicalTime('0001-01-01T00:00:00.000000Z', 'microTime')).toBeNull()
  })

  test('any date comes back as it was', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }),
        (date) => {
          const text = `${date.toISOString().slice(0, 19)}Z`
          expect(canonicalTime(text, 'time')).toBe(text)
          expect(canonicalTime(text.replace('Z', '+00:00'), 'time')).toBe(text)
        },
      ),
    )
  })
})

describe('durations', () => {
  test.each(durations)('%j', (text, result) => {
    if (result.startsWith('! ')) expect(() => parseDuration(text)).toThrow(new DurationParseError(result.slice(2)))
    else expect(formatDuration(parseDuration(text))).toBe(result)
  })

  test('any number of nanoseconds comes back as it was', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), (ns) => {
        expect(parseDuration(formatDuration(ns))).toBe(ns)
      }),
    )
  })
})

test.each([2023, 2024])('the days that the months of %i have, and no others', (year) => {
  const two = (n: number): string => String(n).padStart(2, '0')
  for (let month = 1; month <= 12; month++) {
    const last = new Date(Date.UTC(year, month, 0)).getUTCDate()
    for (let day = 1; day <= 32; day++) {
      for (const [kind, rest] of [
        ['time', 'T12:34:56Z'],
        ['microTime', 'T12:34:56.000001Z'],
      ] as const) {
        const text = `${year}-${two(month)}-${two(day)}${rest}`
        if (day <= last) expect(canonicalTime(text, kind), text).toBe(text)
        else expect(() => canonicalTime(text, kind), text).toThrow('day out of range')
      }
    }
  }
})
