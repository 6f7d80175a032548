import { expect, test } from 'vitest'
import { nextRun } from './cron-next.ts'

const next = (schedule: string, zone: string, after: string): string | undefined => {
  const at = nextRun(schedule, zone, Date.parse(after))
  return at === undefined ? undefined : new Date(at).toISOString().replace(':00.000Z', 'Z')
}

test.each([
  ['0 3 * * *', 'UTC', '2026-11-30T02:59:59Z', '2026-11-30T03:00Z'],
  ['0 3 * * *', 'UTC', '2026-11-30T03:00:00Z', '2026-12-01T03:00Z'],
  ['*/15 * * * *', 'UTC', '2026-11-30T10:16:20Z', '2026-11-30T10:30Z'],
  ['5/20 8-9 * * *', 'UTC', '2026-11-30T09:46:00Z', '2026-12-01T08:05Z'],
  ['@weekly', 'UTC', '2026-11-30T00:00:00Z', '2026-12-06T00:00Z'],
  ['0 0 29 2 *', 'UTC', '2026-11-30T00:00:00Z', '2028-02-29T00:00Z'],
  ['0 0 30 2 *', 'UTC', '2026-11-30T00:00:00Z', undefined],
  ['0 9 * Jan-Mar Mon', 'UTC', '2026-11-30T00:00:00Z', '2027-01-04T09:00Z'],
  // Either of the two days, unless one is a star; a stepped star is none.
  ['0 0 15 * FRI', 'UTC', '2026-11-30T00:00:00Z', '2026-12-04T00:00Z'],
  ['0 0 */10 * FRI', 'UTC', '2026-12-05T00:00:00Z', '2026-12-11T00:00Z'],
  ['0 0 ? * FRI', 'UTC', '2026-11-30T00:00:00Z', '2026-12-04T00:00Z'],
  // Zones, in the schedule before the field.
  ['30 8 * * *', 'Asia/Shanghai', '2026-11-30T00:00:00Z', '2026-11-30T00:30Z'],
  ['TZ=Asia/Kolkata 30 5 * * *', 'Europe/Berlin', '2026-11-29T23:00:00Z', '2026-11-30T00:00Z'],
  // An hour that is left out does not count, one that comes twice counts twice.
  ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-30T00:30Z'],
  ['30 2 * * *', 'Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-25T01:30Z'],
  // The last hour before and the first one after a jump.
  ['0 0 * * *', 'Europe/Berlin', '2026-03-28T23:30:00Z', '2026-03-29T22:00Z'],
  ['@every 5m', 'UTC', '2026-11-30T00:00:00Z', undefined],
  ['not a schedule', 'UTC', '2026-11-30T00:00:00Z', undefined],
  ['0 25 * * *', 'UTC', '2026-11-30T00:00:00Z', undefined],
  ['0 0 * * *', 'Nowhere/Land', '2026-11-30T00:00:00Z', undefined],
])('%s in %s after %s: %s', (schedule, zone, after, expected) => expect(next(schedule, zone, after)).toBe(expected))

test('several values and steps of a field', () => {
  expect(next('0,30 1,13 * * *', 'UTC', '2026-11-30T01:00:00Z')).toBe('2026-11-30T01:30Z')
  expect(next('10-50/20 * * * *', 'UTC', '2026-11-30T01:31:00Z')).toBe('2026-11-30T01:50Z')
  expect(next('0 0 * * 0-6/0', 'UTC', '2026-11-30T01:31:00Z')).toBeUndefined()
})
