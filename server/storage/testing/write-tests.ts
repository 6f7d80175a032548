import { describe, expect, test } from 'vitest'
import { KeyExistsError, RevisionMismatchError } from '../contract.ts'
import { entry } from './order.ts'
import { WatchRecorder } from './recorder.ts'
import { bytes, type Suite } from './suite.ts'

/** Guarantees of single and of concurrent writes. */
export function writeTests(suite: Suite): void {
  const { store, fresh } = suite
  describe('writes', () => {
    test('create, update and delete each take the next revision', async () => {
      const key = `${fresh()}a`
      const first = await store().create(key, bytes('1'))
      expect(await store().update(key, bytes('2'), first)).toBe(first + 1)
      expect(await store().currentRevision()).toBe(first + 1)
      const { kv } = await store().get(key)
      expect(kv && entry(kv)).toEqual({ key, value: '2', createRevision: first, modRevision: first + 1 })
      expect(await store().delete(key, first + 1)).toBe(first + 2)
      expect(await store().get(key)).toEqual({ kv: undefined, revision: first + 2 })
      expect(await store().create(key, bytes('3'))).toBe(first + 3)
      expect((await store().get(key)).kv?.createRevision).toBe(first + 3)
    })

    test('create refuses a key that is there', async () => {
      const key = `${fresh()}a`
      const revision = await store().create(key, bytes('1'))
      await expect(store().create(key, bytes('2'))).rejects.toThrow(KeyExistsError)
      expect(await store().currentRevision()).toBe(revision)
      expect((await store().get(key)).kv?.value.toString()).toBe('1')
    })

    test('update and delete refuse another revision, and say what is there', async () => {
      const key = `${fresh()}a`
      const revision = await store().create(key, bytes('1'))
      const second = await store().update(key, bytes('2'), revision)
      const writes = [
        () => store().update(key, bytes('3'), revision),
        () => store().delete(key, revision),
        () => store().update(key, bytes('3'), 0),
      ]
      for (const write of writes) {
        const error = await write().then(
          () => undefined,
          (reason: unknown) => reason,
        )
        expect(error).toBeInstanceOf(RevisionMismatchError)
        const { current } = error as RevisionMismatchError
        expect(current && entry(current)).toEqual({ key, value: '2', createRevision: revision, modRevision: second })
      }
      expect(await store().currentRevision()).toBe(second)
    })

    test('update and delete of an absent key are a mismatch with nothing there', async () => {
      const key = `${fresh()}a`
      const before = await store().currentRevision()
      for (const write of [() => store().update(key, bytes('3'), 1), () => store().delete(key, 1), () => store().delete(key, 0)]) {
        const error = await write().then(
          () => undefined,
          (reason: unknown) => reason,
        )
        expect(error).toBeInstanceOf(RevisionMismatchError)
        expect((error as RevisionMismatchError).current).toBeUndefined()
      }
      const revision = await store().create(key, bytes('1'))
      const gone = await store().delete(key, revision)
      await expect(store().update(key, bytes('2'), gone)).rejects.toThrow(RevisionMismatchError)
      await expect(store().delete(key, gone)).rejects.toThrow(RevisionMismatchError)
      expect(await store().currentRevision()).toBe(before + 2)
    })

    test.each([0, 1, 1_500_000])('a value of %i bytes comes back as it was', async (length) => {
      const key = `${fresh()}a`
      const value = Buffer.alloc(length, 'x\u0000\u00ff', 'latin1')
      const watch = new WatchRecorder(store(), suite.prefix, (await store().currentRevision()) + 1)
      const revision = await store().create(key, value)
      expect(value.equals((await store().get(key)).kv?.value ?? bytes('?'))).toBe(true)
      expect(value.equals((await store().list(suite.prefix)).items[0]?.value ?? bytes('?'))).toBe(true)
      const [event] = await watch.count(1)
      expect(event?.type === 'put' && value.equals(event.value)).toBe(true)
      watch.watch.close()
      await store().delete(key, revision)
    })
  })

  describe('concurrency', () => {
    test('40 callers create one key: one wins', async () => {
      const key = `${fresh()}a`
      const before = await store().currentRevision()
      const outcomes = await Promise.allSettled(Array.from({ length: 40 }, (_, i) => store().create(key, bytes(`${i}`))))
      const winners = outcomes.flatMap((outcome, i) => (outcome.status === 'fulfilled' ? [{ i, revision: outcome.value }] : []))
      expect(winners).toHaveLength(1)
      for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(KeyExistsError)
      const { kv } = await store().get(key)
      expect(kv && entry(kv)).toEqual({ key, value: `${winners[0]?.i}`, createRevision: before + 1, modRevision: before + 1 })
      expect(await store().currentRevision()).toBe(before + 1)
    })

    test('40 callers count up one key: no step is lost', async () => {
      const key = `${fresh()}a`
      await store().create(key, bytes('0'))
      const add = async () => {
        for (let { kv } = await store().get(key); ; ) {
          if (kv === undefined) throw new Error('the key is gone')
          try {
            return await store().update(key, bytes(`${Number(kv.value.toString()) + 1}`), kv.modRevision)
          } catch (error) {
            if (!(error instanceof RevisionMismatchError)) throw error
            kv = error.current
          }
        }
      }
      const revisions = await Promise.all(Array.from({ length: 40 }, add))
      expect(new Set(revisions).size).toBe(40)
      expect((await store().get(key)).kv?.value.toString()).toBe('40')
    })

    test('concurrent writes of different keys take revisions of their own, and a watch has each once, in order', async () => {
      const start = (await store().currentRevision()) + 1
      fresh()
      const watch = new WatchRecorder(store(), suite.prefix, start)
      const revisions = await Promise.all(Array.from({ length: 200 }, (_, i) => store().create(`${suite.prefix}${i}`, bytes(`${i}`))))
      const sorted = revisions.toSorted((a, b) => a - b)
      expect(sorted).toEqual(Array.from({ length: 200 }, (_, i) => start + i))
      const events = await watch.count(200)
      expect(events.map((event) => event.revision)).toEqual(sorted)
      watch.watch.close()
    })

    test('a write is acknowledged before its event is delivered', async () => {
      fresh()
      const order: string[] = []
      const start = (await store().currentRevision()) + 1
      const { promise: delivered, resolve } = Promise.withResolvers<void>()
      const watch = store().watch(suite.prefix, start, {
        events: (batch) => {
          for (const event of batch) order.push(`event ${event.key}`)
          if (order.filter((line) => line.startsWith('event')).length === 40) setImmediate(resolve)
        },
        progress() {},
        closed() {},
      })
      const write = async (key: string) => {
        await store().create(key, bytes('x'))
        order.push(`ack ${key}`)
      }
      const keys = Array.from({ length: 40 }, (_, i) => `${suite.prefix}${i}`)
      await Promise.all([delivered, ...keys.map(write)])
      expect(order).toHaveLength(80)
      for (const key of keys) expect(order.indexOf(`ack ${key}`)).toBeLessThan(order.indexOf(`event ${key}`))
      watch.close()
    })
  })
}
