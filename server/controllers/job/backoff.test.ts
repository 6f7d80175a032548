import { expect, test } from 'vitest'
import type { Pod } from '../../client/objects.ts'
import { nextFailures, waitAfter, type Failures } from './backoff.ts'
import { JOB_DEFAULTS } from './limits.ts'

const wait = (failures: Failures, now: number): number => waitAfter(failures, now, JOB_DEFAULTS)

const pod = (seconds: number): Pod => ({
  metadata: { name: 'p' },
  status: { containerStatuses: [{ name: 'c', state: { terminated: { finishedAt: new Date(seconds * 1000).toISOString() } } }] },
})

test('the wait doubles from ten seconds to ten minutes, and time passed counts', () => {
  const waits = [0, 1, 2, 3, 7, 8, 60].map((count) => wait({ count, lastAt: 5000 }, 5000) / 1000)
  expect(waits).toEqual([0, 10, 20, 40, 600, 600, 600])
  expect(wait({ count: 2, lastAt: 0 }, 15_000)).toBe(5000)
  expect(wait({ count: 2, lastAt: 0 }, 20_001)).toBe(0)
})

test('the first and the longest wait may be others', () => {
  const limits = { firstBackoffMs: 100, longestBackoffMs: 300 }
  expect([1, 2, 3].map((count) => waitAfter({ count, lastAt: 0 }, 0, limits))).toEqual([100, 200, 300])
})

test('a success starts the count anew, but for failures after it', () => {
  const before = { count: 3, lastAt: 1000 }
  expect(nextFailures(before, [], [])).toEqual(before)
  expect(nextFailures(before, [], [pod(9), pod(4)])).toEqual({ count: 5, lastAt: 9000 })
  expect(nextFailures(before, [pod(5)], [])).toEqual({ count: 0, lastAt: 0 })
  expect(nextFailures(before, [pod(5)], [pod(4), pod(6), pod(5)])).toEqual({ count: 1, lastAt: 6000 })
})
