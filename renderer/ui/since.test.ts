import { expect, test } from 'vitest'
import { exactMoment, moment } from './since.ts'

test('the time alone on the same day, the date as well on another', () => {
  const noon = new Date(2026, 10, 28, 15, 4).getTime()
  expect(moment(noon, 'en', noon + 60_000)).toBe('15:04')
  expect(moment(noon, 'zh-CN', noon + 60_000)).toBe('15:04')
  expect(moment(noon, 'en', noon + 86_400_000)).toBe('Nov 28, 15:04')
  expect(moment(new Date(2026, 10, 28, 0, 5).getTime(), 'en', noon)).toBe('00:05')
})

test('to the second', () => {
  const then = new Date(2026, 10, 28, 15, 4, 9).getTime()
  expect(exactMoment(then, 'en', then + 60_000)).toBe('15:04:09')
  expect(exactMoment(then, 'en', then + 86_400_000)).toBe('Nov 28, 15:04:09')
})
