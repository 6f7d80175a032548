import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../machinery/clock.ts'
import type { Storage } from '../storage/contract.ts'
import { openEtcdStorage } from '../storage/etcd3/open.ts'
import { type EtcdCluster, findEtcds, startEtcd } from '../storage/testing/etcd.ts'
import { Feed } from './feed.ts'
import { eventsBetween } from './history.ts'
import { ResourceCache } from './resource-cache.ts'
import { del, keyOf, podSchema, put, selection, stored, TestOutput, textFrames } from './testing/fixtures.ts'

/**
 * Transactions of other programs, and a lease that takes several keys with it, give several events one revision. A client names
 * revisions only: from before it gets all of them, from it none, and no client gets some.
 */
function watch(cache: ResourceCache, revision: number, feedRevision: number, room = Number.POSITIVE_INFINITY): TestOutput {
  const out = new TestOutput()
  out.room = room
  cache.watch(selection(), textFrames, out, { revision, bookmarks: false, initialEventsEnd: false }, feedRevision)
  return out
}

describe('events of one revision', () => {
  const made = (limit = 8): ResourceCache => {
    const cache = new ResourceCache(podSchema, { events: limit, bytes: 1 << 20 })
    cache.load([], 1)
    for (const e of [put(2, 'a/x'), put(3, 'a/y'), put(4, 'a/z')]) cache.apply(e)
    return cache
  }
  const both = ['DELETED a/x@5', 'DELETED a/y@5']

  test('all come to a watch from before, and none to one from their revision', () => {
    const cache = made()
    const open = watch(cache, 4, 4)
    for (const e of [del(5, 'a/x'), del(5, 'a/y')]) cache.apply(e)
    expect([open.got, watch(cache, 4, 5).got, watch(cache, 5, 5).got]).toEqual([both, both, []])
  })

  test.each([1, 2])('go out together to a watcher whose stream fills up: room for %i', (room) => {
    const cache = made()
    const live = watch(cache, 3, 4, room + 1)
    for (const e of [del(5, 'a/x'), del(5, 'a/y'), put(6, 'a/w')]) cache.apply(e)
    const late = watch(cache, 3, 6, room)
    const whole = ['ADDED a/z@4', ...both, 'ADDED a/w@6']
    for (const out of [live, late]) {
      // Room for one at a time: wherever it stops, and the client with it, nothing of the last revision is missing.
      for (let i = 0; i < 4; i++) {
        expect(out.got).toEqual(whole.slice(0, out.got.length))
        expect(out.got).not.toHaveLength(2)
        out.drain(1)
      }
      out.drain()
      expect([out.got, out.ended]).toEqual([whole, false])
    }
  })

  test('go out together from what is older than the ring', () => {
    const [past, cache] = [made(), made()]
    for (const e of [del(5, 'a/x'), del(5, 'a/y'), put(6, 'a/w')]) {
      past.apply(e)
      cache.apply(e)
    }
    const out = new TestOutput()
    out.room = 1
    const start = { revision: 6, backlog: past.ring.after(4), bookmarks: false, initialEventsEnd: false }
    cache.watch(selection(), textFrames, out, start, 6)
    expect(out.got).toEqual(both)
    out.drain()
    expect(out.got).toEqual([...both, 'ADDED a/w@6'])
  })

  test('that the ring has let go in part are those of a version that is too old', () => {
    const cache = made(2)
    for (const e of [del(5, 'a/x'), del(5, 'a/y'), put(6, 'a/w')]) cache.apply(e)
    expect(() => watch(cache, 4, 6)).toThrow('too old resource version: 4 (5)')
    expect(watch(cache, 5, 6).got).toEqual(['ADDED a/w@6'])
  })
})

const [etcd] = findEtcds()

describe.skipIf(etcd === undefined)('keys whose lease ends on a real etcd', () => {
  let cluster: EtcdCluster
  let storage: Storage
  beforeAll(async () => {
    cluster = await startEtcd(etcd!)
    storage = await openEtcdStorage({ endpoints: cluster.endpoints })
  })
  afterAll(async () => {
    await storage.close()
    await cluster[Symbol.asyncDispose]()
  })

  test('are neither lost nor repeated, by the cache, from history, or after a start', async () => {
    const silent = { info: () => undefined, warn: () => undefined }
    const started = async (): Promise<{ feed: Feed; cache: ResourceCache } & AsyncDisposable> => {
      const feed = new Feed({ storage, prefix: '/registry/', clock: systemClock, log: silent, replay: 1000 })
      const cache = new ResourceCache(podSchema)
      feed.add(cache)
      await feed.start()
      return { feed, cache, [Symbol.asyncDispose]: () => feed.close() }
    }
    await using first = await started()
    const names = ['x', 'y', 'z']
    await Promise.all(names.map((n) => storage.create(keyOf(`a/${n}`), stored(`a/${n}`), { ttlSeconds: 1 })))
    const begin = await storage.currentRevision()
    await first.feed.waitFor(begin)
    const gone = new Set<number>()
    await new Promise<void>((done) => {
      let left = names.length
      const w = storage.watch(podSchema.prefix, begin + 1, {
        events(batch) {
          for (const e of batch) gone.add(e.revision)
          left -= batch.length
          if (left > 0) return
          w.close()
          done()
        },
        progress: () => undefined,
        closed: () => undefined,
      })
    })
    expect(gone.size).toBe(1)
    const [at = 0] = gone
    await using second = await started()
    await Promise.all([first, second].map(({ feed }) => feed.waitFor(at)))
    const expected = names.map((n) => `DELETED a/${n}@${at}`)
    for (const { cache } of [first, second]) {
      expect(watch(cache, at - 1, at).got.toSorted()).toEqual(expected)
      expect(watch(cache, at, at).got).toEqual([])
    }
    const past = async (from: number): Promise<number[]> => (await eventsBetween(storage, podSchema, from, at)).map((e) => e.revision)
    expect([await past(at - 1), await past(at)]).toEqual([[at, at, at], []])
  })
})
