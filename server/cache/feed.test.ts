// Long because every way into the feed is tried against the same failures of its store.
import fc from 'fast-check'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { StorageUnavailableError, type Storage } from '../storage/contract.ts'
import { openSqliteStorage } from '../storage/sqlite/open.ts'
import { Feed, TooNewError } from './feed.ts'
import { ResourceCache } from './resource-cache.ts'
import { FaultyStorage } from './testing/faulty-storage.ts'
import { podSchema, selection, textFrames, TestOutput } from './testing/fixtures.ts'

let dir: string
let real: Storage
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'feed-'))
  real = await openSqliteStorage({ path: join(dir, 'store.db') })
})
afterAll(async () => {
  await real.close()
  await rm(dir, { recursive: true, force: true })
})

const silent = { info: () => undefined, warn: () => undefined }
const value = (name: string, n: number): Buffer =>
  Buffer.from(JSON.stringify({ kind: 'Pod', apiVersion: 'v1', metadata: { name, uid: 'u', labels: { n: String(n) } } }))
let runs = 0

class World {
  readonly clock = new FakeClock()
  readonly storage = new FaultyStorage(real)
  readonly prefix = `/world${++runs}/`
  readonly cache = new ResourceCache({ ...podSchema, prefix: `${this.prefix}pods/` })
  readonly feed: Feed
  /** What was written, by name: its revision. */
  readonly written = new Map<string, number>()
  #n = 0

  constructor(replay = 0) {
    this.feed = new Feed({ storage: this.storage, prefix: this.prefix, clock: this.clock, log: silent, replay })
  }

  async start(): Promise<this> {
    this.feed.add(this.cache)
    return this.startEmpty()
  }

  /** The feed runs, and the cache joins it later. */
  async startEmpty(): Promise<this> {
    await this.feed.start()
    return this
  }

  keyOf(name: string): string {
    return `${this.prefix}pods/a/${name}`
  }

  /** Writes past the faults, as another server would. */
  async put(name: string): Promise<number> {
    const at = this.written.get(name)
    const bytes = value(name, this.#n++)
    const revision = at === undefined ? await real.create(this.keyOf(name), bytes) : await real.update(this.keyOf(name), bytes, at)
    this.written.set(name, revision)
    return revision
  }

  async remove(name: string): Promise<void> {
    const at = this.written.get(name)
    if (at === undefined) return
    await real.delete(this.keyOf(name), at)
    this.written.delete(name)
  }

  watch(): TestOutput {
    const output = new TestOutput()
    const start = { revision: this.feed.revision, bookmarks: false, initialEventsEnd: false }
    this.cache.watch(selection(), textFrames, output, start, this.feed.revision)
    return output
  }

  /** Lets timers fire and callbacks run until the feed has all that was written. */
  async settle(): Promise<void> {
    const wanted = await real.currentRevision()
    for (let i = 0; i < 2000 && (this.feed.revision < wanted || !this.feed.healthy); i++) {
      this.clock.advance(5000)
      await turn()
      if (this.feed.healthy) await Promise.race([this.feed.fresh().catch(() => undefined), turn()])
    }
    expect(this.feed.revision).toBeGreaterThanOrEqual(wanted)
  }

  state(): [string, number][] {
    return [...this.cache.list.entries({ namespace: '' })].map((e) => [e.name, e.revision])
  }

  wanted(): [string, number][] {
    return [...this.written].sort(([a], [b]) => (a < b ? -1 : 1))
  }
}

/** What a client would have after these frames, when it began with nothing. */
function replay(frames: readonly string[]): Map<string, number> {
  const seen = new Map<string, number>()
  let last = 0
  for (const frame of frames) {
    const [, type = '', name = '', revision = ''] = /^(\w+) a\/(\S+)@(\d+)$/.exec(frame)!
    expect(Number(revision)).toBeGreaterThan(last)
    last = Number(revision)
    if (type === 'DELETED') seen.delete(name)
    else seen.set(name, last)
  }
  return seen
}

describe('the feed', () => {
  test('resumes a lost watch without a gap and without closing anybody', async () => {
    const w = await new World().start()
    const output = w.watch()
    await w.put('before')
    await w.settle()
    w.storage.breakWatches()
    expect(w.feed.healthy).toBe(false)
    await w.put('meanwhile')
    await w.put('meanwhile')
    await w.remove('before')
    await w.settle()
    expect(w.state()).toEqual(w.wanted())
    expect(output.ended).toBe(false)
    expect([...replay(output.got)]).toEqual(w.wanted())
    expect(w.storage.watchesOpened).toBe(2)
    await w.feed.close()
  })

  test('lists anew after a compaction that took what it missed, and ends the watches that missed it', async () => {
    const w = await new World().start()
    await w.put('a')
    await w.settle()
    const output = w.watch()
    w.storage.down = true
    await w.put('b')
    await w.remove('a')
    await real.compact(await w.put('c'))
    w.storage.down = false
    await w.settle()
    expect(w.state()).toEqual(w.wanted())
    expect(output.ended).toBe(true)
    expect(() =>
      w.cache.watch(selection(), textFrames, new TestOutput(), { revision: 1, bookmarks: false, initialEventsEnd: false }, w.feed.revision),
    ).toThrow('too old resource version')
    await w.feed.close()
  })

  test('while the store is away, fresh reads fail and nothing is lost; the time between tries grows to five seconds', async () => {
    const w = await new World().start()
    await w.put('a')
    await w.settle()
    w.storage.down = true
    await expect(w.feed.fresh()).rejects.toThrow(StorageUnavailableError)
    const opened = w.storage.watchesOpened
    for (let i = 0; i < 60; i++) {
      w.clock.advance(1000)
      await turn()
    }
    const tries = w.storage.watchesOpened - opened
    expect(tries).toBeGreaterThan(8)
    expect(tries).toBeLessThan(25)
    w.storage.down = false
    await w.put('b')
    await w.settle()
    expect(w.state()).toEqual(w.wanted())
    await w.feed.close()
  })

  test('a revision that does not come is an error after three seconds', async () => {
    const w = await new World().start()
    const wait = w.feed.waitFor(w.feed.revision + 1000)
    w.clock.advance(3000)
    await expect(wait).rejects.toThrow(TooNewError)
    await w.feed.close()
  })

  test('ends those who wait when it is closed', async () => {
    const w = await new World().start()
    const output = w.watch()
    const wait = w.feed.waitFor(w.feed.revision + 1000)
    await w.feed.close()
    await expect(wait).rejects.toThrow('shutting down')
    expect(output.ended).toBe(true)
  })

  test('a cache that joins the running feed holds everything, whatever is written while it is loaded', async () => {
    const w = await new World().startEmpty()
    for (const name of ['a', 'b', 'c']) await w.put(name)
    const list = w.storage.list.bind(w.storage)
    w.storage.list = async (prefix, options) => {
      const page = await list(prefix, options)
      // Between the list and what is done with it.
      await w.put('a')
      await w.remove('b')
      await w.put('d')
      await w.settle()
      return page
    }
    await w.feed.install(w.cache)
    const output = w.watch()
    await w.put('e')
    await w.settle()
    expect(w.state()).toEqual(w.wanted())
    expect([...replay(output.got)]).toEqual([['e', w.written.get('e')]])
    await w.feed.close()
  })

  test('a cache that is removed ends its watches and hears no more; it may be installed again', async () => {
    const w = await new World().start()
    await w.put('a')
    await w.settle()
    const output = w.watch()
    w.feed.remove(w.cache.schema.prefix)
    expect(output.ended).toBe(true)
    await w.put('b')
    await w.settle()
    expect(w.state().map(([name]) => name)).toEqual(['a'])
    await w.feed.install(w.cache)
    expect(w.state()).toEqual(w.wanted())
    await expect(w.feed.install(w.cache)).rejects.toThrow('there is a cache of')
    await w.feed.close()
  })

  test('a cache in the place of another ends its watches; the one before hears on until a tick, for those who still read it', async () => {
    const w = await new World().start()
    await w.put('a')
    await w.settle()
    const output = w.watch()
    const next = new ResourceCache(w.cache.schema)
    await w.feed.install(next)
    expect(output.ended).toBe(true)
    await w.put('b')
    await w.settle()
    const names = (c: ResourceCache): string[] => [...c.list.entries({ namespace: '' })].map((e) => e.name)
    expect([names(w.cache), names(next)]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
    w.feed.tick(false)
    await w.put('c')
    await w.settle()
    expect([names(w.cache), names(next)]).toEqual([
      ['a', 'b'],
      ['a', 'b', 'c'],
    ])
    await w.feed.close()
  })

  /** As World, with a cache that is filled when it is needed; `first` is stored before. */
  async function deferred(first: readonly string[], replay = 0): Promise<World> {
    const w = new World(replay)
    for (const name of first) await w.put(name)
    w.feed.defer(w.cache)
    return w.startEmpty()
  }

  test('a deferred cache is read when somebody asks, once for all who ask', async () => {
    const w = await deferred(['a', 'b'])
    const { prefix } = w.cache.schema
    expect([w.feed.isFilled(prefix), w.state(), w.storage.lists]).toEqual([false, [], []])
    await Promise.all([w.feed.filled(prefix), w.feed.filled(prefix)])
    expect([w.state(), w.storage.lists]).toEqual([w.wanted(), [prefix]])
    expect([w.feed.isFilled(prefix), w.feed.filled(prefix)]).toEqual([true, undefined])
    const output = w.watch()
    await w.put('c')
    await w.settle()
    expect([...replay(output.got)]).toEqual([['c', w.written.get('c')]])
    await w.feed.close()
  })

  test('a deferred cache is filled by a change, but not by one that the start replays', async () => {
    const w = await deferred(['a', 'b'], 1000)
    await w.settle()
    expect(w.storage.lists).toEqual([])
    await w.put('c')
    while (!w.feed.isFilled(w.cache.schema.prefix)) await w.settle()
    expect(w.state()).toEqual(w.wanted())
    await w.feed.close()
  })

  test('who asks while the store is away is told; the next one tries again', async () => {
    const w = await deferred(['a'])
    w.storage.down = true
    await expect(w.feed.filled(w.cache.schema.prefix)).rejects.toThrow(StorageUnavailableError)
    w.storage.down = false
    await w.feed.filled(w.cache.schema.prefix)
    expect(w.state()).toEqual(w.wanted())
    await w.feed.close()
  })

  test('a deferred cache that is removed or replaced while it is filled does not join', async () => {
    const w = await deferred(['a'])
    const { prefix } = w.cache.schema
    const filling = w.feed.filled(prefix)
    w.feed.remove(prefix)
    await filling
    await w.put('b')
    await w.settle()
    expect(w.state()).toEqual([])
    const v = await deferred(['a'])
    const next = new ResourceCache(v.cache.schema)
    await Promise.all([v.feed.filled(v.cache.schema.prefix), v.feed.install(next)])
    expect([v.state(), [...next.list.entries({ namespace: '' })].map((e) => e.name)]).toEqual([[], ['a']])
    await Promise.all([w, v].map(({ feed }) => feed.close()))
  })

  test('a start is over when what it replays has been seen', async () => {
    const w = new World(1000)
    for (const name of ['a', 'b', 'a']) await w.put(name)
    await w.remove('b')
    await w.start()
    expect(w.state()).toEqual(w.wanted())
    await w.feed.close()
  })

  test.each([
    ['joins', (w: World) => w.feed.install(w.cache)],
    ['is filled late', async (w: World) => w.feed.filled(w.cache.schema.prefix)],
  ])('whatever happens while a cache %s, it ends as the store is, and its watches have no gap or have ended', async (how, fill) => {
    const name = fc.constantFrom('a', 'b', 'c')
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('put' as const, 'remove' as const), name }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('break' as const, 'lose' as const, 'down' as const, 'up' as const) }) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 10 }), fc.array(step, { maxLength: 10 }), async (before, during) => {
        const w = how === 'joins' ? await new World().startEmpty() : await deferred([])
        const play = async (steps: typeof before): Promise<void> => {
          for (const s of steps) {
            if (s.do === 'put') await w.put(s.name)
            else if (s.do === 'remove') await w.remove(s.name)
            else if (s.do === 'break') w.storage.breakWatches()
            else if (s.do === 'lose') {
              // What happens while the watch is down is compacted: the feed must list anew.
              w.storage.breakWatches()
              await w.put('a')
              await real.compact(await real.currentRevision())
            } else w.storage.down = s.do === 'down'
            w.clock.advance(150)
            await turn()
          }
        }
        await play(before)
        let output: TestOutput | undefined
        const atStart = new Map<string, number>()
        const install = async (): Promise<void> => {
          while (output === undefined) {
            await fill(w).then(
              () => {
                for (const [n, revision] of w.state()) atStart.set(n, revision)
                output = w.watch()
              },
              () => turn(),
            )
          }
        }
        const installed = install()
        await play(during)
        w.storage.down = false
        while (output === undefined) {
          await turn()
          await Promise.race([w.settle(), installed])
        }
        await w.settle()
        expect(w.state()).toEqual(w.wanted())
        const seen = replay(output.got)
        if (!output.ended) for (const [n, revision] of w.written) expect(seen.get(n) ?? atStart.get(n)).toBe(revision)
        await w.feed.close()
      }),
      { numRuns: 60 },
    )
  })

  test('whatever happens to the store, the cache ends as the store is, and a watch has no gap or has ended', async () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd')
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant('put' as const), name }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), name }) },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constantFrom('break' as const, 'down' as const, 'up' as const, 'compact' as const, 'settle' as const),
        }),
      },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const w = await new World().start()
        const output = w.watch()
        let down = false
        for (const s of steps) {
          if (s.do === 'put') await w.put(s.name)
          else if (s.do === 'remove') await w.remove(s.name)
          else if (s.do === 'break') w.storage.breakWatches()
          else if (s.do === 'compact') await real.compact(await real.currentRevision())
          else if (s.do === 'settle' && !down) await w.settle()
          else if (s.do === 'down' || s.do === 'up') w.storage.down = down = s.do === 'down'
          w.clock.advance(150)
          await turn()
        }
        w.storage.down = false
        await w.settle()
        expect(w.state()).toEqual(w.wanted())
        const seen = replay(output.got)
        if (!output.ended) expect([...seen].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual(w.wanted())
        await w.feed.close()
      }),
      { numRuns: 60 },
    )
  })
})
