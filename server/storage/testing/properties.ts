import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CompactedError, FutureRevisionError, KeyExistsError, RevisionMismatchError, type Storage } from '../contract.ts'
import { Model } from './model.ts'
import { type Entry, entry } from './order.ts'
import { plain, WatchRecorder } from './recorder.ts'

const NAMES = ['a', 'a/', 'a/b', 'a0', 'b', 'Z', 'é', '\u{ffff}', '\u{1f600}']
const PREFIXES = ['', 'a', 'a/', 'b', 'é', 'none', '\u{ffff}']

type Step =
  | { op: 'create'; name: string; value: string }
  | { op: 'update' | 'delete'; name: string; value: string; stale: boolean }
  | { op: 'compact'; back: number }
  | { op: 'watch'; prefix: string; back: number }

const name = fc.constantFrom(...NAMES)
const value = fc.string({ maxLength: 8 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('create' as const), name, value }) },
  { weight: 8, arbitrary: fc.record({ op: fc.constantFrom('update' as const, 'delete' as const), name, value, stale: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('compact' as const), back: fc.nat(8) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('watch' as const),
      prefix: fc.constantFrom(...PREFIXES),
      back: fc.integer({ min: -3, max: 12 }),
    }),
  },
)

/** Five were too few on a machine that had much else to do. */
const AGREED = 25

/**
 * The revision once nothing of an earlier run is under way: an old etcd's progress is a hidden write and delete (decision 0002), each
 * sent when the answer before it has come, so a revision that several calls in turn agree on is the last.
 */
async function settledRevision(storage: Storage): Promise<number> {
  let [last, agreed] = [-1, 0]
  while (agreed < AGREED) {
    const now = await storage.currentRevision()
    agreed = now === last ? agreed + 1 : 0
    last = now
  }
  return last
}

/** Random histories, compared with a model that keeps everything. */
export function propertyTests(store: () => Storage, numRuns: number, fresh: () => string): void {
  describe('against a model', () => {
    test('writes, reads at every revision, pages and watches agree with the model', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 4 }), async (steps, pageSize) => {
          const run = new Run(store(), fresh())
          await run.start()
          for (const each of steps) await run.take(each)
          await run.compareReads(pageSize)
          await run.compareWatches()
        }),
        { numRuns },
      )
    }, 60_000)

    test('concurrent random writes are equal to some order: the one their revisions name', async () => {
      const write = fc.record({ op: fc.constantFrom('create', 'update', 'delete'), name: fc.constantFrom('a', 'b', 'c') })
      await fc.assert(
        fc.asyncProperty(fc.array(write, { minLength: 2, maxLength: 30 }), async (writes) => {
          const prefix = fresh()
          const storage = store()
          const base = await storage.currentRevision()
          const seen = new Map<string, number>()
          const results = await Promise.all(
            writes.map(async ({ op, name: key }, i) => {
              const expected = seen.get(key) ?? base + 1 + (i % 3)
              const call = {
                create: () => storage.create(prefix + key, Buffer.from(`${i}`)),
                update: () => storage.update(prefix + key, Buffer.from(`${i}`), expected),
                delete: () => storage.delete(prefix + key, expected),
              }
              const revision = await call[op as keyof typeof call]().catch(refusal)
              if (revision !== undefined) seen.set(key, revision)
              return { op, key: prefix + key, i, expected, revision }
            }),
          )
          const done = results.flatMap((each) => (each.revision === undefined ? [] : [{ ...each, revision: each.revision }]))
          const ordered = done.toSorted((a, b) => a.revision - b.revision)
          const model = new Model(base)
          for (const { op, key, i, expected, revision } of ordered) {
            const call = {
              create: () => model.create(key, `${i}`),
              update: () => model.update(key, `${i}`, expected),
              delete: () => model.delete(key, expected),
            }
            expect(call[op as keyof typeof call]()).toBe(revision)
          }
          expect((await storage.list(prefix)).items.map(entry)).toEqual(model.list(prefix, model.revision))
        }),
        { numRuns },
      )
    }, 60_000)
  })
}

/** One random history, on the store and on the model side by side. */
class Run {
  readonly #storage: Storage
  readonly #prefix: string
  readonly #watches: { prefix: string; from: number; recorder: WatchRecorder; compactedThen: number }[] = []
  #model = new Model(0)
  #base = 0

  constructor(storage: Storage, prefix: string) {
    this.#storage = storage
    this.#prefix = prefix
  }

  async start(): Promise<void> {
    this.#base = await settledRevision(this.#storage)
    this.#model = new Model(this.#base)
    this.#model.compacted = await this.#storage.compactedRevision()
  }

  async take(step: Step): Promise<void> {
    const model = this.#model
    if (step.op === 'compact') {
      const revision = Math.max(model.revision - step.back, this.#base)
      if (revision === 0) return
      await this.#storage.compact(revision)
      model.compacted = Math.max(model.compacted, revision)
    } else if (step.op === 'watch') {
      const from = Math.max(model.revision - step.back, this.#base + 1)
      const prefix = this.#prefix + step.prefix
      this.#watches.push({ prefix, from, recorder: new WatchRecorder(this.#storage, prefix, from), compactedThen: model.compacted })
    } else {
      await this.#write(step)
    }
  }

  async #write(step: Extract<Step, { name: string }>): Promise<void> {
    const key = this.#prefix + step.name
    const latest = this.#model.latest(key)
    const value = Buffer.from(step.value)
    if (step.op === 'create') {
      const revision = this.#model.create(key, step.value)
      expect(await this.#storage.create(key, value).catch(refusal)).toBe(revision)
      return
    }
    const expected = (latest?.modRevision ?? this.#base + 1) - (step.stale ? 1 : 0)
    const revision = step.op === 'update' ? this.#model.update(key, step.value, expected) : this.#model.delete(key, expected)
    const write = step.op === 'update' ? this.#storage.update(key, value, expected) : this.#storage.delete(key, expected)
    const error = await write.then(
      (got) => void expect(got).toBe(revision),
      (reason: unknown) => reason,
    )
    if (revision !== undefined) return expect(error).toBeUndefined()
    expect(error).toBeInstanceOf(RevisionMismatchError)
    const { current } = error as RevisionMismatchError
    expect(current && entry(current)).toEqual(latest)
  }

  async compareReads(pageSize: number): Promise<void> {
    const model = this.#model
    expect(await this.#storage.currentRevision()).toBe(model.revision)
    await expect(this.#storage.get(this.#prefix, { revision: model.revision + 1 })).rejects.toThrow(FutureRevisionError)
    for (let revision = this.#base + 1; revision <= model.revision; revision++) {
      if (revision < model.compacted) {
        await expect(this.#storage.list(this.#prefix, { revision })).rejects.toThrow(CompactedError)
        continue
      }
      for (const prefix of PREFIXES.map((each) => this.#prefix + each)) {
        expect(await this.#pages(prefix, revision, pageSize)).toEqual(model.list(prefix, revision))
      }
    }
    for (const name of NAMES) {
      const { kv } = await this.#storage.get(this.#prefix + name)
      expect(kv && entry(kv)).toEqual(model.latest(this.#prefix + name))
    }
  }

  async #pages(prefix: string, revision: number, limit: number): Promise<Entry[]> {
    const items: Entry[] = []
    for (;;) {
      const page = await this.#storage.list(prefix, { revision, limit, after: items.at(-1)?.key })
      items.push(...page.items.map(entry))
      expect(page.remaining).toBe(this.#model.list(prefix, revision).length - items.length)
      expect(page.more).toBe(page.remaining > 0)
      if (!page.more) return items
    }
  }

  async compareWatches(): Promise<void> {
    // One write at the end that every watch must reach.
    const last = await this.#storage.create(`${this.#prefix}a/zz-last`, Buffer.from('last'))
    this.#model.create(`${this.#prefix}a/zz-last`, 'last')
    for (const { prefix, from, recorder, compactedThen } of this.#watches) {
      if (from < compactedThen) {
        expect(await recorder.ended()).toBeInstanceOf(CompactedError)
        continue
      }
      const events = await recorder.drain(last)
      const expected = this.#model.events(prefix, from)
      // A compaction may overtake a watch that has not caught up yet: then it ends with the error, after a gapless beginning.
      if (recorder.closed?.error !== undefined) expect(recorder.closed.error).toBeInstanceOf(CompactedError)
      expect(events.map(plain)).toEqual(recorder.closed?.error === undefined ? expected : expected.slice(0, events.length))
    }
  }
}

/** The refusals of the contract become undefined, like the model's; anything else is a failure. */
function refusal(error: unknown): undefined {
  if (error instanceof KeyExistsError || error instanceof RevisionMismatchError) return undefined
  throw error
}
