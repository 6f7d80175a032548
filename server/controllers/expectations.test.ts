import { expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { Expectations } from './expectations.ts'

const DAYS = 3 * 86_400_000

test('what is expected is seen, or five minutes pass', () => {
  const clock = new FakeClock()
  const expectations = new Expectations(clock)
  expectations.expect('a', 1, ['x'])
  expectations.creationObserved('a')
  expect(expectations.satisfied('a')).toBe(false)
  expectations.deletionObserved('a', 'x')
  expect(expectations.satisfied('a')).toBe(true)
  expectations.expectCreations('b', 1)
  clock.advance(300_000)
  expect(expectations.satisfied('b')).toBe(false)
  clock.advance(1)
  expect(expectations.satisfied('b')).toBe(true)
})

test.each([
  ['forward', -DAYS],
  ['back', DAYS],
])('a clock that is set %s neither makes a stale cache a fresh one nor keeps anybody waiting', (_, by) => {
  const clock = new FakeClock()
  const expectations = new Expectations(clock)
  expectations.expectCreations('a', 1)
  clock.setBack(by)
  expect(expectations.satisfied('a')).toBe(false)
  clock.advance(300_001)
  expect(expectations.satisfied('a')).toBe(true)
})
