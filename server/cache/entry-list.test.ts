import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Run } from './chunk.ts'
import { Entry } from './entry.ts'
import { EntryList } from './entry-list.ts'
import { keyOf, podSchema, stored } from './testing/fixtures.ts'
import { withResourceVersion } from './stored-json.ts'

let revision = 0
const entryOf = (path: string): Entry => {
  const rv = ++revision
  return new Entry(podSchema, keyOf(path), rv, rv, withResourceVersion(stored(path), rv))
}

/** The objects that a list of these runs shows. */
const itemsOf = (runs: readonly Run[]): unknown[] =>
  JSON.parse(`[${runs.map((run) => run.piece().bytes.toString()).join(',')}]`) as unknown[]

const path = fc.tuple(fc.constantFrom('a', 'a-b', 'b', 'c'), fc.integer({ min: 0, max: 400 })).map(([ns, n]) => `${ns}/p${n}`)
const step = fc.tuple(fc.constantFrom('set', 'set', 'set', 'delete', 'join', 'begin', 'go on'), path)

test('behaves as a sorted map, whatever is joined in between', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 1500, size: 'max' }), (steps) => {
      const list = new EntryList()
      const model = new Map<string, Entry>()
      // What a list has in hand that joins its chunks in turns with others.
      let begun: Run[] = []
      for (const [what, p] of steps) {
        const key = keyOf(p)
        if (what === 'set') {
          const e = entryOf(p)
          expect(list.set(e)).toBe(model.get(key))
          model.set(key, e)
        } else if (what === 'delete') {
          expect(list.delete(key)).toBe(model.get(key))
          model.delete(key)
        } else if (what === 'begin') begun = list.runs({ namespace: '' })
        else if (what === 'go on') for (const { chunk } of begun) chunk.joined()
        else for (const run of list.runs({ namespace: '' })) run.piece()
        if (what === 'go on') expect(itemsOf(list.runs({ namespace: '' }))).toHaveLength(model.size)
      }
      const sorted = [...model.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
      expect([...list.entries({ namespace: '' })]).toEqual(sorted)
      for (const ns of ['a', 'a-b', 'b', 'zz']) {
        const wanted = sorted.filter((e) => e.namespace === ns)
        expect([...list.entries({ namespace: ns })]).toEqual(wanted)
        expect(itemsOf(list.runs({ namespace: ns }))).toEqual(wanted.map((e) => e.object()))
      }
      const after = sorted[Math.floor(sorted.length / 2)]?.key
      if (after === undefined) return
      const later = sorted.filter((e) => e.key > after)
      expect([...list.entries({ namespace: '', after })]).toEqual(later)
      const runs = list.runs({ namespace: '', after })
      expect(runs.flatMap((run) => run.entries())).toEqual(later)
      expect(itemsOf(runs)).toEqual(later.map((e) => e.object()))
      const firstOfEach = runs.map((run) => run.take(1))
      expect(itemsOf(firstOfEach)).toEqual(firstOfEach.map((run) => run.entries()[0]!.object()))
    }),
    { numRuns: 40 },
  )
})

test('an entry that was replaced keeps its own bytes, not its old chunk', () => {
  const list = new EntryList()
  for (let i = 0; i < 100; i++) list.set(entryOf(`a/p${i}`))
  const joined = list.runs({ namespace: 'a' })[0]!.piece().bytes
  const old = list.set(entryOf('a/p7'))!
  expect(old.body.buffer).not.toBe(joined.buffer)
  expect(old.object().metadata.name).toBe('p7')
})

test('a chunk that a list still has in hand when it was emptied or cut in two has nothing to join', () => {
  const list = new EntryList()
  for (let i = 100; i < 228; i++) list.set(entryOf(`a/p${i}`))
  list.set(entryOf('b/alone'))
  const [cut, emptied] = list.runs({ namespace: '' }).map((run) => run.chunk)
  list.set(entryOf('a/p5'))
  list.delete(keyOf('b/alone'))
  const names = itemsOf(list.runs({ namespace: 'a' })).length
  expect([cut!.joined().length, emptied!.joined().length]).toEqual([0, 0])
  expect(itemsOf(list.runs({ namespace: 'a' }))).toHaveLength(names)
})

test('loads what is in order already', () => {
  const list = new EntryList()
  const entries = Array.from({ length: 300 }, (_, i) => entryOf(`a/p${String(i).padStart(3, '0')}`))
  list.load([...entries, entryOf('b/x')])
  expect(list.size).toBe(301)
  expect([...list.entries({ namespace: 'a' })]).toEqual(entries)
  expect(list.get(keyOf('b/x'))?.name).toBe('x')
})
