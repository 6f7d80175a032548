import { describe, expect, test } from 'vitest'
import { mostRecent, untilNext } from './missed.ts'
import { parseSchedule } from './schedule.ts'
import { formatIn, isTimeZone } from './zone.ts'

const at = (text: string): number => Date.parse(text)
const nexts = (spec: string, zone: string, from: string, count: number): string[] => {
  const schedule = parseSchedule(spec, zone)
  const out: string[] = []
  for (let t: number | undefined = at(from); out.length < count; ) {
    t = schedule.next(t)
    if (t === undefined) break
    out.push(formatIn(zone, t))
  }
  return out
}

describe('schedules', () => {
  test.each([
    ['*/20 * * * *', ['2026-01-01T00:20:00Z', '2026-01-01T00:40:00Z', '2026-01-01T01:00:00Z']],
    ['30 6-16/4 * * 1-5', ['2026-01-01T06:30:00Z', '2026-01-01T10:30:00Z', '2026-01-01T14:30:00Z', '2026-01-02T06:30:00Z']],
    [
      '0 0 1 * MON',
      ['2026-01-05T00:00:00Z', '2026-01-12T00:00:00Z', '2026-01-19T00:00:00Z', '2026-01-26T00:00:00Z', '2026-02-01T00:00:00Z'],
    ],
    ['0 0 */10 * 1', ['2026-01-05T00:00:00Z', '2026-01-11T00:00:00Z', '2026-01-12T00:00:00Z']],
    ['0 0 ? jan,JUL ?', ['2026-01-02T00:00:00Z']],
    ['@hourly', ['2026-01-01T01:00:00Z', '2026-01-01T02:00:00Z']],
    ['@weekly', ['2026-01-04T00:00:00Z']],
    ['@every 1h30m', ['2026-01-01T01:30:00Z', '2026-01-01T03:00:00Z']],
    ['0 0 29 2 *', ['2028-02-29T00:00:00Z']],
    ['59 23 31 2 *', []],
  ])('%s', (spec, expected) => {
    expect(nexts(spec, 'UTC', '2026-01-01T00:00:00Z', Math.max(expected.length, 1))).toEqual(expected)
  })

  test('an hour that the clock leaves out is left out, one that comes twice comes twice', () => {
    const zone = 'America/New_York'
    expect(nexts('30 2 * * *', zone, '2026-03-07T12:00:00Z', 1)).toEqual(['2026-03-09T02:30:00-04:00'])
    expect(nexts('0 3 * * *', zone, '2026-03-07T12:00:00Z', 1)).toEqual(['2026-03-08T03:00:00-04:00'])
    expect(nexts('30 1 * * *', zone, '2026-11-01T04:00:00Z', 3)).toEqual([
      '2026-11-01T01:30:00-04:00',
      '2026-11-01T01:30:00-05:00',
      '2026-11-02T01:30:00-05:00',
    ])
  })

  test('a zone in the text goes first; what is no schedule is refused', () => {
    expect(parseSchedule('TZ=Asia/Kolkata 0 0 * * *').next(at('2026-01-01T00:00:00Z'))).toBe(at('2026-01-01T18:30:00Z'))
    expect(() => parseSchedule('61 * * * *')).toThrow('above maximum')
    expect(() => parseSchedule('@every soon')).toThrow('failed to parse duration')
    expect(isTimeZone('Europe/Berlin')).toBe(true)
    expect(isTimeZone('Mars/Olympus')).toBe(false)
  })
})

describe('missed starts', () => {
  const cronJob = (lastScheduleTime: string, startingDeadlineSeconds?: number) => ({
    metadata: { name: 'c', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { schedule: '', ...(startingDeadlineSeconds === undefined ? {} : { startingDeadlineSeconds }) },
    status: { lastScheduleTime },
  })
  const hourly = parseSchedule('0 * * * *')
  test.each([
    ['2026-01-01T10:00:00Z', '2026-01-01T10:30:00Z', undefined, undefined, 0],
    ['2026-01-01T10:00:00Z', '2026-01-01T11:00:30Z', undefined, '2026-01-01T11:00:00.000Z', 0],
    ['2026-01-01T10:00:00Z', '2026-01-01T14:10:00Z', undefined, '2026-01-01T14:00:00.000Z', 4],
    ['2026-01-01T10:00:00Z', '2026-01-08T14:10:00Z', undefined, '2026-01-08T14:00:00.000Z', 172],
    ['2026-01-01T10:00:00Z', '2026-01-08T14:10:00Z', 7200, '2026-01-08T14:00:00.000Z', 2],
  ])('after %s at %s with deadline %s', (last, now, deadline, expected, missed) => {
    const due = mostRecent(cronJob(last, deadline), at(now), hourly, true)
    expect(due.at === undefined ? undefined : new Date(due.at).toISOString()).toBe(expected)
    expect(due.missed).toBe(missed)
  })

  test('the next look is a little after the next start', () => {
    expect(untilNext(cronJob('2026-01-01T10:00:00Z'), at('2026-01-01T10:59:00Z'), hourly)).toBe(60_100)
    expect(untilNext(cronJob('2026-01-01T10:00:00Z'), at('2026-01-01T13:59:00Z'), hourly)).toBe(60_100)
  })

  test('a schedule that never comes is an error', () => {
    const never = parseSchedule('59 23 31 2 *')
    expect(() => mostRecent(cronJob('2026-01-01T10:00:00Z'), at('2026-01-01T11:00:00Z'), never, true)).toThrow('less than 1 second')
    expect(untilNext(cronJob('2026-01-01T10:00:00Z'), at('2026-01-01T11:00:00Z'), never)).toBeUndefined()
  })
})
