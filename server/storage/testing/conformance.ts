import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  CompactedError,
  FutureRevisionError,
  KeyExistsError,
  RevisionMismatchError,
  type Storage,
  StorageUnavailableError,
} from '../contract.ts'
import { compareKeys, entry } from './order.ts'
import { propertyTests } from './properties.ts'
import { plain, WatchRecorder } from './recorder.ts'

/** One store under test. All tests share it, each under keys of its own. */
export interface Subject {
  storage: Storage
  /** Closes the store and opens it again on the same data; `storage` is then the new one. */
  restart(): Promise<void>
  /** Lets `seconds` pass for keys with a lifetime: moves a fake clock, or does nothing where time is real. */
  pass(seconds: number): void
  dispose(): Promise<void>
}

export interface ConformanceOptions {
  /** Says why the suite cannot run here; it is then reported as skipped under this reason. */
  skip?: string
  /** Runs per property; a store behind a network needs fewer. */
  propertyRuns?: number
  /** Keys in the test of many keys. */
  manyKeys?: number
  /** Quirks of one implementation: the reason why a test does not hold for it. */
  quirks?: { watchFromCompactedTombstone?: string }
}

const bytes = (text: string) => Buffer.from(text)

/** Every guarantee of the storage contract. */
export function storageConformance(name: string, factory: () => Promise<Subject>, options: ConformanceOptions = {}): void {
  if (options.skip !== undefined) {
    describe.skip(`${name}: skipped, ${options.skip}`, () => {
      test('storage contract', () => {})
    })
    return
  }
  describe(name, { timeout: 60_000 }, () => {
    let subject: Subject
    let prefix = ''
    let tests = 0
    const store = () => subject.storage
    const fresh = () => {
      prefix = `/registry/t${tests++}/`
      return prefix
    }
    beforeAll(async () => {
      subject = await factory()
    }, 60_000)
    afterAll(() => subject?.dispose())

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
        const writes = [() => store().update(key, bytes('3'), revision), () => store().delete(key, revision), () => store().update(key, bytes('3'), 0)]
        for (const write of writes) {
          const error = await write().then(() => undefined, (reason: unknown) => reason)
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
          const error = await write().then(() => undefined, (reason: unknown) => reason)
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
        const watch = new WatchRecorder(store(), prefix, (await store().currentRevision()) + 1)
        const revision = await store().create(key, value)
        expect(value.equals((await store().get(key)).kv?.value ?? bytes('?'))).toBe(true)
        expect(value.equals((await store().list(prefix)).items[0]?.value ?? bytes('?'))).toBe(true)
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
        const watch = new WatchRecorder(store(), prefix, start)
        const revisions = await Promise.all(Array.from({ length: 200 }, (_, i) => store().create(`${prefix}${i}`, bytes(`${i}`))))
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
        const watch = store().watch(prefix, start, {
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
        const keys = Array.from({ length: 40 }, (_, i) => `${prefix}${i}`)
        await Promise.all([delivered, ...keys.map(write)])
        expect(order).toHaveLength(80)
        for (const key of keys) expect(order.indexOf(`ack ${key}`)).toBeLessThan(order.indexOf(`event ${key}`))
        watch.close()
      })
    })

    describe('reads', () => {
      test('a list has the keys of the prefix in byte order, and only those', async () => {
        fresh()
        const names = ['a', 'a/', 'a0', 'ab', 'b', 'Z', 'é', '\u{ffff}', '\u{1f600}', 'a\u0001']
        for (const name of names) await store().create(prefix + name, bytes(name))
        await store().create(`${prefix.slice(0, -1)}0`, bytes('beside'))
        const { items, more, remaining } = await store().list(prefix)
        expect(items.map((item) => item.key)).toEqual(names.map((name) => prefix + name).sort(compareKeys))
        expect({ more, remaining }).toEqual({ more: false, remaining: 0 })
        expect((await store().list(`${prefix}a`)).items.map((item) => item.key.slice(prefix.length))).toEqual(['a', 'a\u0001', 'a/', 'a0', 'ab'])
        expect((await store().list(`${prefix}none`)).items).toEqual([])
      })

      test('pages join to the whole list, with the exact number that remains', async () => {
        fresh()
        for (let i = 0; i < 25; i++) await store().create(`${prefix}${String(i).padStart(2, '0')}`, bytes(`${i}`))
        const whole = await store().list(prefix)
        const paged: string[] = []
        let after: string | undefined
        for (;;) {
          const page = await store().list(prefix, { limit: 7, revision: whole.revision, after })
          paged.push(...page.items.map((item) => item.key))
          expect(page.remaining).toBe(25 - paged.length)
          expect(page.more).toBe(page.remaining > 0)
          expect(page.revision).toBe(whole.revision)
          if (!page.more) break
          after = page.items.at(-1)?.key
          await store().create(`${prefix}99-${paged.length}`, bytes('later'))
        }
        expect(paged).toEqual(whole.items.map((item) => item.key))
        expect((await store().list(prefix, { limit: 25, revision: whole.revision })).more).toBe(false)
      })

      test('a read at a revision sees what was there then', async () => {
        const key = `${fresh()}a`
        const one = await store().create(key, bytes('1'))
        const two = await store().update(key, bytes('2'), one)
        const three = await store().delete(key, two)
        expect((await store().get(key, { revision: one - 1 })).kv).toBeUndefined()
        expect((await store().get(key, { revision: one })).kv?.value.toString()).toBe('1')
        expect((await store().get(key, { revision: two })).kv?.value.toString()).toBe('2')
        expect((await store().get(key, { revision: three })).kv).toBeUndefined()
        expect((await store().list(prefix, { revision: two })).items.map((item) => item.value.toString())).toEqual(['2'])
        expect((await store().list(prefix, { revision: three })).items).toEqual([])
        expect((await store().get(key, { revision: one })).revision).toBe(one)
      })

      test('a read above the newest revision is FutureRevisionError', async () => {
        const newest = await store().currentRevision()
        await expect(store().get(`${fresh()}a`, { revision: newest + 1 })).rejects.toThrow(FutureRevisionError)
        await expect(store().list(prefix, { revision: newest + 1000 })).rejects.toThrow(FutureRevisionError)
        await expect(store().list(prefix, { revision: newest + 1000 })).rejects.toMatchObject({ currentRevision: newest })
      })

      test('many keys list and page', async () => {
        fresh()
        const count = options.manyKeys ?? 5000
        const key = (i: number) => `${prefix}ns-${i % 10}/name-${String(i).padStart(6, '0')}`
        for (let i = 0; i < count; i += 250) await Promise.all(Array.from({ length: 250 }, (_, j) => store().create(key(i + j), Buffer.alloc(300, 'v'))))
        const all = await store().list(prefix)
        expect(all.items).toHaveLength(count)
        const first = await store().list(`${prefix}ns-3/`, { limit: 10 })
        expect(first.remaining).toBe(count / 10 - 10)
        const rest = await store().list(`${prefix}ns-3/`, { after: first.items.at(-1)?.key })
        expect(rest.items).toHaveLength(count / 10 - 10)
      })
    })

    describe('watches', () => {
      test('replays history from the given revision, then follows', async () => {
        const key = `${fresh()}a`
        const one = await store().create(key, bytes('1'))
        const two = await store().update(key, bytes('2'), one)
        const watch = new WatchRecorder(store(), prefix, two)
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
        const watch = new WatchRecorder(store(), `${prefix}a/`, start)
        await store().create(`${prefix}b/1`, bytes('b'))
        await store().create(`${prefix}a`, bytes('a'))
        await store().create(`${prefix}a/1`, bytes('a1'))
        const last = await store().create(`${prefix}b/2`, bytes('b'))
        expect((await watch.drain(last)).map((event) => event.key)).toEqual([`${prefix}a/1`])
      })

      test('a watch from a revision to come starts there', async () => {
        fresh()
        const newest = await store().currentRevision()
        const watch = new WatchRecorder(store(), prefix, newest + 3)
        for (let i = 1; i <= 4; i++) await store().create(`${prefix}${i}`, bytes('x'))
        expect((await watch.count(2)).map((event) => event.revision)).toEqual([newest + 3, newest + 4])
        watch.watch.close()
      })

      test('a watch started amid writes misses none and repeats none', async () => {
        fresh()
        const start = (await store().currentRevision()) + 1
        const watches: WatchRecorder[] = []
        const write = async (i: number) => {
          const revision = await store().create(`${prefix}${i}`, bytes(`${i}`))
          await store().update(`${prefix}${i}`, bytes(`${i}b`), revision)
          if (i % 20 === 0) watches.push(new WatchRecorder(store(), prefix, start))
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
        const watch = new WatchRecorder(store(), prefix, start)
        const last = await store().create(`${prefix}a`, bytes('1'))
        const beside = await store().create(`/registry/beside${prefix}`, bytes('1'))
        watch.watch.requestProgress()
        await watch.until(() => (watch.progress.at(-1) ?? 0) >= beside)
        expect(watch.events.map((event) => event.revision)).toEqual([last])
        expect(watch.progress.at(-1)).toBeLessThanOrEqual(await store().currentRevision())
        watch.watch.close()
      })

      test('after close() nothing more is delivered, and closed is called once without an error', async () => {
        fresh()
        const watch = new WatchRecorder(store(), prefix, (await store().currentRevision()) + 1)
        await store().create(`${prefix}a`, bytes('1'))
        await watch.count(1)
        watch.watch.close()
        watch.watch.close()
        const last = await store().create(`${prefix}b`, bytes('1'))
        const other = new WatchRecorder(store(), prefix, last)
        await other.count(1)
        other.watch.close()
        await watch.ended()
        expect(watch.events).toHaveLength(1)
        expect(watch.closed).toEqual({ error: undefined })
        expect(watch.closings).toBe(1)
      })
    })

    describe('compaction', () => {
      test('reads and watches below are refused; at and above they still work', async () => {
        const key = `${fresh()}a`
        const one = await store().create(key, bytes('1'))
        const two = await store().update(key, bytes('2'), one)
        const three = await store().update(key, bytes('3'), two)
        const other = await store().create(`${prefix}b`, bytes('b'))
        await store().compact(three)
        await expect(store().get(key, { revision: two })).rejects.toThrow(CompactedError)
        await expect(store().list(prefix, { revision: one })).rejects.toThrow(CompactedError)
        expect(await store().compactedRevision()).toBe(three)
        expect((await store().get(key, { revision: three })).kv?.value.toString()).toBe('3')
        expect((await store().list(prefix, { revision: other })).items).toHaveLength(2)
        const late = new WatchRecorder(store(), prefix, two)
        expect(await late.ended()).toBeInstanceOf(CompactedError)
        expect(late.events).toEqual([])
        const watch = new WatchRecorder(store(), prefix, three)
        expect((await watch.count(2)).map((event) => event.revision)).toEqual([three, other])
        watch.watch.close()
        await store().compact(two)
        await expect(store().compact(other + 1000)).rejects.toThrow(FutureRevisionError)
      })

      test.skipIf(options.quirks?.watchFromCompactedTombstone)(
        ['a watch from the compacted revision has a delete that happened there', options.quirks?.watchFromCompactedTombstone].filter(Boolean).join('; skipped: '),
        async () => {
          const key = `${fresh()}a`
          const one = await store().create(key, bytes('1'))
          const two = await store().delete(key, one)
          await store().compact(two)
          const watch = new WatchRecorder(store(), prefix, two)
          expect((await watch.count(1)).map(plain)).toEqual([`${two} delete ${key}`])
          watch.watch.close()
        },
      )

      test('a running watch goes on over a compaction', async () => {
        fresh()
        const start = (await store().currentRevision()) + 1
        const watch = new WatchRecorder(store(), prefix, start)
        const one = await store().create(`${prefix}a`, bytes('1'))
        await store().compact(one)
        await store().create(`${prefix}b`, bytes('2'))
        expect((await watch.count(2)).map((event) => event.revision)).toEqual([start, start + 1])
        watch.watch.close()
      })
    })

    describe('lifetimes', () => {
      test('a key with a TTL disappears with a delete event and a revision of its own', async () => {
        fresh()
        const start = (await store().currentRevision()) + 1
        const watch = new WatchRecorder(store(), prefix, start)
        await store().create(`${prefix}short`, bytes('1'), { ttlSeconds: 2 })
        await store().create(`${prefix}stays`, bytes('1'))
        const replaced = await store().create(`${prefix}replaced`, bytes('1'), { ttlSeconds: 2 })
        await store().update(`${prefix}replaced`, bytes('2'), replaced, { ttlSeconds: 3600 })
        const kept = await store().create(`${prefix}kept`, bytes('1'), { ttlSeconds: 2 })
        await store().update(`${prefix}kept`, bytes('2'), kept)
        subject.pass(4)
        const events = await watch.count(7)
        expect(events.map((event) => event.revision)).toEqual(Array.from({ length: 7 }, (_, i) => start + i))
        expect(events.slice(6).map(plain)).toEqual([`${start + 6} delete ${prefix}short`])
        expect((await store().list(prefix)).items.map((item) => item.key.slice(prefix.length))).toEqual(['kept', 'replaced', 'stays'])
        expect(await store().currentRevision()).toBe(start + 6)
        watch.watch.close()
      }, 30_000)
    })

    propertyTests(store, options.propertyRuns ?? 60, fresh)

    describe('life of the store', () => {
      test('stats name the backend and a size', async () => {
        const stats = await store().stats()
        expect(stats.sizeBytes).toBeGreaterThan(0)
        expect(stats.backend).toMatch(/^[a-z0-9]+$/)
        expect(stats.version).toMatch(/^\d+\.\d+/)
      })

      test('everything is there after a restart, and revisions go on', async () => {
        fresh()
        const one = await store().create(`${prefix}a`, bytes('1'))
        const two = await store().update(`${prefix}a`, bytes('2'), one)
        const gone = await store().create(`${prefix}gone`, bytes('1'))
        const last = await store().delete(`${prefix}gone`, gone)
        const compacted = await store().compactedRevision()
        await subject.restart()
        expect(await store().currentRevision()).toBe(last)
        expect((await store().list(prefix)).items.map(entry)).toEqual([
          { key: `${prefix}a`, value: '2', createRevision: one, modRevision: two },
        ])
        expect((await store().get(`${prefix}a`, { revision: one })).kv?.value.toString()).toBe('1')
        expect(await store().compactedRevision()).toBeLessThanOrEqual(compacted)
        const watch = new WatchRecorder(store(), prefix, one)
        expect((await watch.count(4)).map((event) => event.revision)).toEqual([one, two, gone, last])
        watch.watch.close()
        expect(await store().create(`${prefix}b`, bytes('1'))).toBe(last + 1)
      })

      test('revisions are not reused when the newest write was a compacted delete', async () => {
        fresh()
        const one = await store().create(`${prefix}a`, bytes('1'))
        const last = await store().delete(`${prefix}a`, one)
        await store().compact(last)
        await subject.restart()
        expect(await store().currentRevision()).toBe(last)
        expect(await store().create(`${prefix}a`, bytes('2'))).toBe(last + 1)
      })

      test('after close() every call is StorageUnavailableError and watches have ended with it', async () => {
        fresh()
        const closing = store()
        const accepted = closing.create(`${prefix}last`, bytes('1'))
        const watch = new WatchRecorder(closing, prefix, 1 + (await closing.currentRevision()))
        await accepted
        await closing.close()
        await closing.close()
        expect(await watch.ended()).toBeInstanceOf(StorageUnavailableError)
        const late = new WatchRecorder(closing, prefix, 1)
        expect(late.closed).toBeUndefined()
        expect(await late.ended()).toBeInstanceOf(StorageUnavailableError)
        const calls = [
          () => closing.get('/a'), () => closing.list('/'), () => closing.create('/a', bytes('')), () => closing.update('/a', bytes(''), 1),
          () => closing.delete('/a', 1), () => closing.currentRevision(), () => closing.compact(1), () => closing.compactedRevision(), () => closing.stats(),
        ]
        for (const call of calls) await expect(call()).rejects.toThrow(StorageUnavailableError)
        await subject.restart()
        expect((await store().get(`${prefix}last`)).kv?.value.toString()).toBe('1')
      })
    })
  })
}
