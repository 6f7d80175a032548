import { describe, expect, test } from 'vitest'
import { CompactedError, FutureRevisionError, StorageUnavailableError } from '../contract.ts'
import { entry } from './order.ts'
import { plain, WatchRecorder } from './recorder.ts'
import { bytes, type Suite } from './suite.ts'

/** Compaction, lifetimes of keys, restarts and closing. */
export function lifeTests(suite: Suite): void {
  const { store, fresh } = suite
  describe('compaction', () => {
    test('reads and watches below are refused; at and above they still work', async () => {
      const key = `${fresh()}a`
      const one = await store().create(key, bytes('1'))
      const two = await store().update(key, bytes('2'), one)
      const three = await store().update(key, bytes('3'), two)
      const other = await store().create(`${suite.prefix}b`, bytes('b'))
      await store().compact(three)
      await expect(store().get(key, { revision: two })).rejects.toThrow(CompactedError)
      await expect(store().list(suite.prefix, { revision: one })).rejects.toThrow(CompactedError)
      expect(await store().compactedRevision()).toBe(three)
      expect((await store().get(key, { revision: three })).kv?.value.toString()).toBe('3')
      expect((await store().list(suite.prefix, { revision: other })).items).toHaveLength(2)
      const late = new WatchRecorder(store(), suite.prefix, two)
      expect(await late.ended()).toBeInstanceOf(CompactedError)
      expect(late.events).toEqual([])
      const watch = new WatchRecorder(store(), suite.prefix, three)
      expect((await watch.count(2)).map((event) => event.revision)).toEqual([three, other])
      watch.watch.close()
      await store().compact(two)
      await expect(store().compact(other + 1000)).rejects.toThrow(FutureRevisionError)
    })

    test.skipIf(suite.options.quirks?.watchFromCompactedTombstone)(
      ['a watch from the compacted revision has a delete that happened there', suite.options.quirks?.watchFromCompactedTombstone]
        .filter(Boolean)
        .join('; skipped: '),
      async () => {
        const key = `${fresh()}a`
        const one = await store().create(key, bytes('1'))
        const two = await store().delete(key, one)
        await store().compact(two)
        const watch = new WatchRecorder(store(), suite.prefix, two)
        expect((await watch.count(1)).map(plain)).toEqual([`${two} delete ${key}`])
        watch.watch.close()
      },
    )

    test('a running watch goes on over a compaction', async () => {
      fresh()
      const start = (await store().currentRevision()) + 1
      const watch = new WatchRecorder(store(), suite.prefix, start)
      const one = await store().create(`${suite.prefix}a`, bytes('1'))
      await store().compact(one)
      await store().create(`${suite.prefix}b`, bytes('2'))
      expect((await watch.count(2)).map((event) => event.revision)).toEqual([start, start + 1])
      watch.watch.close()
    })
  })

  describe('lifetimes', () => {
    test('a key with a TTL disappears with a delete event and a revision of its own', async () => {
      fresh()
      const start = (await store().currentRevision()) + 1
      const watch = new WatchRecorder(store(), suite.prefix, start)
      await store().create(`${suite.prefix}short`, bytes('1'), { ttlSeconds: 2 })
      await store().create(`${suite.prefix}stays`, bytes('1'))
      const replaced = await store().create(`${suite.prefix}replaced`, bytes('1'), { ttlSeconds: 2 })
      await store().update(`${suite.prefix}replaced`, bytes('2'), replaced, { ttlSeconds: 3600 })
      const kept = await store().create(`${suite.prefix}kept`, bytes('1'), { ttlSeconds: 2 })
      await store().update(`${suite.prefix}kept`, bytes('2'), kept)
      suite.subject().pass(4)
      const events = await watch.count(7)
      expect(events.map((event) => event.revision)).toEqual(Array.from({ length: 7 }, (_, i) => start + i))
      expect(events.slice(6).map(plain)).toEqual([`${start + 6} delete ${suite.prefix}short`])
      expect((await store().list(suite.prefix)).items.map((item) => item.key.slice(suite.prefix.length))).toEqual([
        'kept',
        'replaced',
        'stays',
      ])
      expect(await store().currentRevision()).toBe(start + 6)
      watch.watch.close()
    }, 30_000)
  })

  describe('life of the store', () => {
    test('stats name the backend and a size', async () => {
      const stats = await store().stats()
      expect(stats.sizeBytes).toBeGreaterThan(0)
      expect(stats.backend).toMatch(/^[a-z0-9]+$/)
      expect(stats.version).toMatch(/^\d+\.\d+/)
    })

    test('everything is there after a restart, and revisions go on', async () => {
      fresh()
      const one = await store().create(`${suite.prefix}a`, bytes('1'))
      const two = await store().update(`${suite.prefix}a`, bytes('2'), one)
      const gone = await store().create(`${suite.prefix}gone`, bytes('1'))
      const last = await store().delete(`${suite.prefix}gone`, gone)
      const compacted = await store().compactedRevision()
      await suite.subject().restart()
      expect(await store().currentRevision()).toBe(last)
      expect((await store().list(suite.prefix)).items.map(entry)).toEqual([
        { key: `${suite.prefix}a`, value: '2', createRevision: one, modRevision: two },
      ])
      expect((await store().get(`${suite.prefix}a`, { revision: one })).kv?.value.toString()).toBe('1')
      expect(await store().compactedRevision()).toBeLessThanOrEqual(compacted)
      const watch = new WatchRecorder(store(), suite.prefix, one)
      expect((await watch.count(4)).map((event) => event.revision)).toEqual([one, two, gone, last])
      watch.watch.close()
      expect(await store().create(`${suite.prefix}b`, bytes('1'))).toBe(last + 1)
    })

    test('revisions are not reused when the newest write was a compacted delete', async () => {
      fresh()
      const one = await store().create(`${suite.prefix}a`, bytes('1'))
      const last = await store().delete(`${suite.prefix}a`, one)
      await store().compact(last)
      await suite.subject().restart()
      expect(await store().currentRevision()).toBe(last)
      expect(await store().create(`${suite.prefix}a`, bytes('2'))).toBe(last + 1)
    })

    test('after close() every call is StorageUnavailableError and watches have ended with it', async () => {
      fresh()
      const closing = store()
      const accepted = closing.create(`${suite.prefix}last`, bytes('1'))
      const watch = new WatchRecorder(closing, suite.prefix, 1 + (await closing.currentRevision()))
      await accepted
      await closing.close()
      await closing.close()
      expect(await watch.ended()).toBeInstanceOf(StorageUnavailableError)
      const late = new WatchRecorder(closing, suite.prefix, 1)
      expect(late.closed).toBeUndefined()
      expect(await late.ended()).toBeInstanceOf(StorageUnavailableError)
      const calls = [
        () => closing.get('/a'),
        () => closing.list('/'),
        () => closing.create('/a', bytes('')),
        () => closing.update('/a', bytes(''), 1),
        () => closing.delete('/a', 1),
        () => closing.currentRevision(),
        () => closing.compact(1),
        () => closing.compactedRevision(),
        () => closing.stats(),
      ]
      for (const call of calls) await expect(call()).rejects.toThrow(StorageUnavailableError)
      await suite.subject().restart()
      expect((await store().get(`${suite.prefix}last`)).kv?.value.toString()).toBe('1')
    })
  })
}
