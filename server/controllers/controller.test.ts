import { describe, expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { WorkQueue } from '../machinery/work-queue.ts'
import { inParallel, startWorkers } from './controller.ts'
import { Expectations } from './expectations.ts'

describe('startWorkers', () => {
  test('a failed key comes back later, a good one does not; the signal ends it', async () => {
    const clock = new FakeClock()
    const queue = new WorkQueue({ clock })
    const abort = new AbortController()
    const log: string[] = []
    const step = Promise.withResolvers<void>()
    const again = Promise.withResolvers<void>()
    startWorkers({
      queue,
      workers: 2,
      signal: abort.signal,
      onError: (e, key) => {
        log.push(`${key}: ${String(e)}`)
        step.resolve()
      },
      sync: async (key) => {
        log.push(key)
        if (key === 'bad' && log.filter((l) => l === 'bad').length === 1) throw new Error('no')
        if (key === 'bad') again.resolve()
      },
    })
    queue.add('bad')
    await step.promise
    queue.add('good')
    clock.advance(5)
    await again.promise
    abort.abort()
    expect(queue.shuttingDown).toBe(true)
    expect(log.filter((l) => l.startsWith('bad'))).toEqual(['bad', 'bad: Error: no', 'bad'])
    expect(log.filter((l) => l === 'good')).toHaveLength(1)
  })
})

test('inParallel keeps to its limit and collects errors', async () => {
  let running = 0
  let most = 0
  const errors = await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (n) => {
    most = Math.max(most, ++running)
    await Promise.resolve()
    running--
    if (n % 2 === 0) throw new Error(String(n))
  })
  expect(most).toBe(3)
  expect(errors.map(String)).toEqual(['Error: 2', 'Error: 4', 'Error: 6'])
})

describe('Expectations', () => {
  test('are met when everything was seen, or after five minutes', () => {
    const clock = new FakeClock()
    const e = new Expectations(clock)
    expect(e.satisfied('a')).toBe(true)
    e.expectCreations('a', 2)
    e.creationObserved('a')
    expect(e.satisfied('a')).toBe(false)
    e.creationObserved('a')
    expect(e.satisfied('a')).toBe(true)
    e.expectDeletions('a', ['x', 'y'])
    e.deletionObserved('a', 'x')
    e.deletionObserved('a', 'x')
    expect(e.satisfied('a')).toBe(false)
    clock.advance(5 * 60_000 + 1)
    expect(e.satisfied('a')).toBe(true)
  })

  test('add up within a round', () => {
    const e = new Expectations(new FakeClock())
    e.more('a', 1, ['x'])
    e.more('a', 1, ['y'])
    e.creationObserved('a')
    e.deletionObserved('a', 'x')
    e.deletionObserved('a', 'y')
    expect(e.satisfied('a')).toBe(false)
    e.creationObserved('a')
    expect(e.satisfied('a')).toBe(true)
  })
})
