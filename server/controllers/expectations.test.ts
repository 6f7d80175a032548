import { expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { StatusError } from '../machinery/status.ts'
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

test.each([
  ['a refusal', new StatusError(403, 'Forbidden', 'no'), false],
  ['a server that failed', new StatusError(500, 'InternalError', 'etcd is away'), true],
  ['a server that was too slow', new StatusError(504, 'Timeout', 'late'), true],
  ['a connection that ended', new Error('socket hang up'), true],
])('whether %s leaves open that a pod was made', (_, error, isInDoubt) => {
  const expectations = new Expectations(new FakeClock())
  expectations.expectCreations('a', 2)
  expectations.creationsFailed('a', 2, [error])
  expect(expectations.satisfied('a')).toBe(true)
  expect(expectations.isInDoubt('a')).toBe(isInDoubt)
  expectations.settle('a', 1)
  expect([expectations.isInDoubt('a'), expectations.satisfied('a')]).toEqual([false, false])
})
