import { describe, expect, test } from 'vitest'
import { plain, WatchRecorder } from './recorder.ts'
import { bytes, type Suite } from './suite.ts'

/** Guarantees of watches. */
export function watchTests(suite: Suite): void {
  const { store, fresh } = suite
  describe('watches', () => {
    test('replays history from the given revision, then follows', async () => {
      const key = `${fresh()}a`
      const one = await store().create(key, bytes('1'))
      const two = await store().update(key, bytes('2'), one)
      const watch = new WatchRecorder(store(), suite.prefix, two)
      expect(watch.events).toEqual([])
      await watch.count(1)
      const three = await store().delete(key, two)
      const four = await store().create(key, bytes('4'))
      expect((await watch.count(3)).map(plain)).toEqual([
        `${two} put ${key} created ${one} ${bytes('2').toString('hex')}`,
        `${three} delete ${key}`,
        `${four} put ${key} created ${four} ${bytes('4').toString('hex')}`,
      ])
      watch.watch.close()
      expect(await watch.ended()).toBeUndefined()
    })

    test('events of other prefixes are not delivered', async () => {
      fresh()
      const start = (await store().currentRevision()) + 1
      const watch = new WatchRecorder(store(), `${suite.prefix}a/`, start)
      await store().create(`${suite.prefix}b/1`, bytes('b'))
      await store().create(`${suite.prefix}a`, bytes('a'))
      await store().create(`${suite.prefix}a/1`, bytes('a1'))
      const last = await store().create(`${suite.prefix}b/2`, bytes('b'))
      expect((await watch.drain(last)).map((event) => event.key)).toEqual([`${suite.prefix}a/1`])
    })

    test('a watch from a revision to come starts there', async () => {
      fresh()
      const newest = await store().currentRevision()
      const watch = new WatchRecorder(store(), suite.prefix, newest + 3)
      for (let i = 1; i <= 4; i++) await store().create(`${suite.prefix}${i}`, bytes('x'))
      expect((await watch.count(2)).map((event) => event.revision)).toEqual([newest + 3, newest + 4])
      watch.watch.close()
    })

    test('a watch started amid writes misses none and repeats none', async () => {
      fresh()
      const start = (await store().currentRevision()) + 1
      const watches: WatchRecorder[] = []
      const write = async (i: number) => {
        const revision = await store().create(`${suite.prefix}${i}`, bytes(`${i}`))
        await store().update(`${suite.prefix}${i}`, bytes(`${i}b`), revision)
        if (i % 20 === 0) watches.push(new WatchRecorder(store(), suite.prefix, start))
      }
      await Promise.all(Array.from({ length: 100 }, (_, i) => write(i)))
      expect(watches).toHaveLength(5)
      for (const watch of watches) {
        const events = await watch.count(200)
        expect(events.map((event) => event.revision)).toEqual(Array.from({ length: 200 }, (_, i) => start + i))
        watch.watch.close()
      }
    })

    test('progress names a revision up to which all was delivered', async () => {
      fresh()
      const start = (await store().currentRevision()) + 1
      const watch = new WatchRecorder(store(), suite.prefix, start)
      const last = await store().create(`${suite.prefix}a`, bytes('1'))
      const beside = await store().create(`/registry/beside${suite.prefix}`, bytes('1'))
      watch.watch.requestProgress()
      await watch.until(() => (watch.progress.at(-1) ?? 0) >= beside)
      expect(watch.events.map((event) => event.revision)).toEqual([last])
      expect(watch.progress.at(-1)).toBeLessThanOrEqual(await store().currentRevision())
      watch.watch.close()
    })

    test('after close() nothing more is delivered, and closed is called once without an error', async () => {
      fresh()
      const watch = new WatchRecorder(store(), suite.prefix, (await store().currentRevision()) + 1)
      await store().create(`${suite.prefix}a`, bytes('1'))
      await watch.count(1)
      watch.watch.close()
      watch.watch.close()
      const last = await store().create(`${suite.prefix}b`, bytes('1'))
      const other = new WatchRecorder(store(), suite.prefix, last)
      await other.count(1)
      other.watch.close()
      await watch.ended()
      expect(watch.events).toHaveLength(1)
      expect(watch.closed).toEqual({ error: undefined })
      expect(watch.closings).toBe(1)
    })
  })
}
