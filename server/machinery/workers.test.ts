import { describe, expect, test } from 'vitest'
import { FakeClock } from './clock.ts'
import { StatusError } from './status.ts'
import { WorkQueue } from './work-queue.ts'
import { startWorkers, untilOvertaken } from './workers.ts'

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

test('once the queue is shut down nothing is begun, and what fails then is nobody’s fault', async () => {
  const queue = new WorkQueue({ clock: new FakeClock() })
  const done: string[] = []
  const stuck = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  startWorkers({
    queue,
    workers: 1,
    onError: (_, key) => done.push(`error of ${key}`),
    sync: async (key) => {
      done.push(key)
      begun.resolve()
      await stuck.promise
    },
  })
  queue.add('a')
  queue.add('b')
  await begun.promise
  queue.shutDown()
  stuck.reject(new Error('the store is closed'))
  await stuck.promise.catch(() => undefined)
  await new Promise((resolve) => setImmediate(resolve))
  expect(done).toEqual(['a'])
})

test.each(['Conflict', 'NotFound', 'Invalid'] as const)('untilOvertaken and %s', async (reason) => {
  const failing = untilOvertaken(() => Promise.reject(new StatusError(409, reason, 'no')))
  if (reason === 'Invalid') await expect(failing).rejects.toThrow('no')
  else await expect(failing).resolves.toBeUndefined()
})
