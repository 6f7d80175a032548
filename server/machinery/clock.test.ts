import { afterEach, expect, test, vi } from 'vitest'
import { systemClock } from './clock.ts'

afterEach(() => void vi.useRealTimers())

const DAY = 86_400_000

test('a timer of more than 2^31 ms fires when it is due, not at once', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const fire = vi.fn()
  systemClock.setTimeout(fire, 60 * DAY)
  vi.advanceTimersByTime(60 * DAY - 1)
  expect(fire).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(fire).toHaveBeenCalledOnce()
})

test('it can be cancelled after its first part', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const fire = vi.fn()
  const timer = systemClock.setTimeout(fire, 60 * DAY)
  vi.advanceTimersByTime(40 * DAY)
  timer.cancel()
  vi.advanceTimersByTime(60 * DAY)
  expect(fire).not.toHaveBeenCalled()
})
