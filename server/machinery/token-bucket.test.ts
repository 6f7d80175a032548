import { expect, test } from 'vitest'
import { FakeClock } from './clock.ts'
import { TokenBucket } from './token-bucket.ts'

test('so many at once, and so many a second after that, whatever the time of day is set to', () => {
  const clock = new FakeClock()
  const bucket = new TokenBucket(clock, 2, 3)
  const take = (): number => [1, 2, 3, 4].filter(() => bucket.take()).length
  expect(take()).toBe(3)
  clock.setBack(3 * 86_400_000)
  expect(take()).toBe(0)
  clock.advance(1000)
  expect(take()).toBe(2)
  clock.setBack(-3 * 86_400_000)
  expect(take()).toBe(0)
  clock.advance(60_000)
  expect(take()).toBe(3)
})
