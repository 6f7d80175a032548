import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeClock } from './clock.ts'
import { WorkQueue } from './work-queue.ts'

const make = (): { clock: FakeClock; queue: WorkQueue } => {
  const clock = new FakeClock()
  return { clock, queue: new WorkQueue({ clock }) }
}

describe('WorkQueue', () => {
  test('hands out a key once however often it was added, in first-added order', async () => {
    const { queue } = make()
    for (const k of ['a', 'b', 'a', 'c', 'b']) queue.add(k)
    expect([await queue.get(), await queue.get(), await queue.get()]).toEqual(['a', 'b', 'c'])
    expect(queue.length).toBe(0)
  })

  test('a key added while it is worked on comes back after done, once', async () => {
    const { queue } = make()
    queue.add('a')
    expect(await queue.get()).toBe('a')
    queue.add('a')
    queue.add('a')
    expect(queue.length).toBe(0)
    queue.done('a')
    expect(queue.length).toBe(1)
    expect(await queue.get()).toBe('a')
    queue.done('a')
    expect(queue.length).toBe(0)
  })

  test('wakes a waiting worker', async () => {
    const { queue } = make()
    const got = queue.get()
    queue.add('a')
    expect(await got).toBe('a')
  })

  test('of several delays for a key the shortest counts', () => {
    const { clock, queue } = make()
    queue.addAfter('a', 100)
    queue.addAfter('a', 50)
    queue.addAfter('a', 200)
    clock.advance(49)
    expect(queue.length).toBe(0)
    clock.advance(1)
    expect(queue.length).toBe(1)
    clock.advance(1000)
    expect(queue.length).toBe(1)
  })

  test('rate-limited adds wait 5 ms, doubling, until forget', async () => {
    const { clock, queue } = make()
    for (const ms of [5, 10, 20, 40]) {
      queue.addRateLimited('a')
      clock.advance(ms - 1)
      expect(queue.length).toBe(0)
      clock.advance(1)
      expect(await queue.get()).toBe('a')
      queue.done('a')
    }
    queue.forget('a')
    queue.addRateLimited('a')
    clock.advance(5)
    expect(queue.length).toBe(1)
  })

  test('the wait never passes the maximum', () => {
    const clock = new FakeClock()
    const queue = new WorkQueue({ clock, baseDelayMs: 1, maxDelayMs: 8 })
    for (let i = 0; i < 2000; i++) queue.addRateLimited('a')
    clock.advance(8)
    expect(queue.length).toBe(1)
  })

  test('after shutDown what is queued still comes out, then undefined', async () => {
    const { queue } = make()
    queue.add('a')
    queue.shutDown()
    queue.add('b')
    expect(await queue.get()).toBe('a')
    expect(await queue.get()).toBeUndefined()
  })

  test('shutDown wakes idle workers', async () => {
    const { queue } = make()
    const idle = queue.get()
    queue.shutDown()
    expect(await idle).toBeUndefined()
  })

  test('no key is ever with two workers, and none is lost', async () => {
    const step = fc.oneof(
      fc.record({ op: fc.constant('add' as const), key: fc.integer({ min: 0, max: 4 }) }),
      fc.record({ op: fc.constant('take' as const) }),
      fc.record({ op: fc.constant('done' as const), nth: fc.nat(4) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const queue = new WorkQueue<number>({ clock: new FakeClock() })
        const busy: number[] = []
        const owed = new Set<number>()
        for (const s of steps) {
          if (s.op === 'add') {
            queue.add(s.key)
            owed.add(s.key)
          } else if (s.op === 'take' && queue.length > 0) {
            const key = (await queue.get())!
            expect(busy).not.toContain(key)
            owed.delete(key)
            busy.push(key)
          } else if (s.op === 'done' && busy.length > 0) {
            queue.done(busy.splice(s.nth % busy.length, 1)[0]!)
          }
        }
        for (const key of busy) queue.done(key)
        const left = new Set<number>()
        while (queue.length > 0) left.add((await queue.get())!)
        expect(left).toEqual(owed)
      }),
    )
  })
})
