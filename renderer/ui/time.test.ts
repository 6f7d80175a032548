import { afterEach, expect, test } from 'vitest'
import { bothTimes, localTime, stampText, tellTimesIn, utcTime, zoneName } from './time.ts'

const zone = process.env.TZ
afterEach(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
  tellTimesIn('en')
})

const moment = Date.parse('2026-11-29T03:09:57Z')

test.each([
  ['Asia/Kathmandu', 'en', 'Nov 29, 2026, 08:54:57 GMT+5:45'],
  ['UTC', 'en', 'Nov 29, 2026, 03:09:57 UTC'],
  ['America/New_York', 'en', 'Nov 28, 2026, 22:09:57 EST'],
])('in %s, in the language %s', (TZ, language, text) => {
  process.env.TZ = TZ
  tellTimesIn(language)
  expect(localTime(moment)).toBe(text)
  expect(bothTimes(moment)).toBe(`${text}\n2026-11-29T03:09:57Z`)
})

test('in Chinese, with the zone', () => {
  process.env.TZ = 'Asia/Shanghai'
  tellTimesIn('zh-CN')
  expect(localTime(moment)).toMatch(/2026年11月29日.*11:09:57/)
  expect(localTime(moment)).toContain('GMT+8')
})

test('UTC as the API writes it', () => {
  expect(utcTime(moment)).toBe('2026-11-29T03:09:57Z')
  expect(utcTime(moment + 250)).toBe('2026-11-29T03:09:57.250Z')
  expect([utcTime(Number.NaN), localTime(Number.NaN), bothTimes(Number.NaN)]).toEqual(['', '', ''])
})

test('the stamp of a log line, here and in UTC, whatever the zone in which it was written', () => {
  process.env.TZ = 'Asia/Kathmandu'
  for (const stamp of ['2026-11-29T03:09:57.123456789Z', '2026-11-29T04:09:57.123456789+01:00']) {
    expect(stampText(stamp, 'local')).toBe('2026-11-29 08:54:57.123')
    expect(stampText(stamp, 'utc')).toBe('2026-11-29T03:09:57.123Z')
  }
  expect(stampText('2026-01-02T03:04:05Z', 'local')).toBe('2026-01-02 08:49:05.000')
  expect(stampText('2026-13-40T00:00:00Z', 'local')).toBe('2026-13-40T00:00:00Z')
  tellTimesIn('en')
  expect(zoneName(moment)).toBe('GMT+5:45')
})
