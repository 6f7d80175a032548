import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Cut } from './chunk.ts'
import { Entry } from './entry.ts'
import { EntryList } from './entry-list.ts'
import { JSON_ITEMS } from './item-form.ts'
import { keyOf, podSchema, stored } from './testing/fixtures.ts'
import { withResourceVersion } from './stored-json.ts'

let revision = 0
const entryOf = (path: string): Entry => {
  const rv = ++revision
  return new Entry(podSchema, keyOf(path), rv, rv, withResourceVersion(stored(path), rv))
}

const cutsOf = (list: EntryList, namespace = '', after?: string): Cut[] =>
  list.runs(after === undefined ? { namespace } : { namespace, after }).map((run) => run.cut())

const textOf = (cuts: readonly Cut[]): string => cuts.map((cut) => cut.piece(JSON_ITEMS).bytes.toString()).join()

/** The objects that a list of these cuts shows. */
const itemsOf = (cuts: readonly Cut[]): unknown[] => JSON.parse(`[${textOf(cuts)}]`) as unknown[]

const path = fc.tuple(fc.constantFrom('a', 'a-b', 'b', 'c'), fc.integer({ min: 0, max: 400 })).map(([ns, n]) => `${ns}/p${n}`)
const step = fc.tuple(fc.constantFrom('set', 'set', 'set', 'delete', 'join', 'begin', 'go on'), path)

test('behaves as a sorted map, whatever is joined in between', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 1500, size: 'max' }), (steps) => {
      const list = new EntryList()
      const model = new Map<string, Entry>()
      // What a list has in hand that makes its pieces in turns with others, and what it was to show.
      let begun: Cut[] = []
      let shown = ''
      for (const [what, p] of steps) {
        const key = keyOf(p)
        if (what === 'set') {
          const e = entryOf(p)
          expect(list.set(e)).toBe(model.get(key))
          model.set(key, e)
        } else if (what === 'delete') {
          expect(list.delete(key)).toBe(model.get(key))
          model.delete(key)
        } else if (what === 'begin') {
          begun = cutsOf(list)
          const entries = begun.flatMap((cut) => cut.entries)
          shown = entries.map((e) => e.item.toString()).join()
          expect(entries).toHaveLength(model.size)
        } else if (what === 'join') textOf(cutsOf(list))
        else expect(textOf(begun) === shown).toBe(true)
      }
      const sorted = [...model.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
      expect([...list.entries({ namespace: '' })]).toEqual(sorted)
      for (const ns of ['a', 'a-b', 'b', 'zz']) {
        const wanted = sorted.filter((e) => e.namespace === ns)
        expect([...list.entries({ namespace: ns })]).toEqual(wanted)
        expect(itemsOf(cutsOf(list, ns))).toEqual(wanted.map((e) => e.object()))
      }
      const after = sorted[Math.floor(sorted.length / 2)]?.key
      if (after === undefined) return
      const later = sorted.filter((e) => e.key > after)
      expect([...list.entries({ namespace: '', after })]).toEqual(later)
      const cuts = cutsOf(list, '', after)
      expect(cuts.flatMap((cut) => cut.entries)).toEqual(later)
      expect(itemsOf(cuts)).toEqual(later.map((e) => e.object()))
      const firstOfEach = list.runs({ namespace: '', after }).map((run) => run.take(1).cut())
      expect(itemsOf(firstOfEach)).toEqual(firstOfEach.map((cut) => cut.entries[0]!.object()))
    }),
    { numRuns: 40 },
  )
})

test('an entry that was replaced keeps its own bytes, not its old chunk', () => {
  const list = new EntryList()
  for (let i = 0; i < 100; i++) list.set(entryOf(`a/p${i}`))
  const joined = cutsOf(list, 'a')[0]!.piece(JSON_ITEMS).bytes
  const old = list.set(entryOf('a/p7'))!
  expect(old.body.buffer).not.toBe(joined.buffer)
  expect(old.object().metadata.name).toBe('p7')
})

test('a list shows what it was cut from, though a chunk has been emptied or cut in two meanwhile', () => {
  const list = new EntryList()
  for (let i = 100; i < 228; i++) list.set(entryOf(`a/p${i}`))
  list.set(entryOf('b/alone'))
  const cuts = cutsOf(list)
  const shown = cuts.flatMap((cut) => cut.entries.map((e) => e.object()))
  list.set(entryOf('a/p5'))
  list.delete(keyOf('b/alone'))
  expect([cuts.length, shown.length]).toEqual([2, 129])
  expect(itemsOf(cuts)).toEqual(shown)
  expect(itemsOf(cutsOf(list))).toHaveLength(129)
})

test('loads what is in order already', () => {
  const list = new EntryList()
  const entries = Array.from({ length: 300 }, (_, i) => entryOf(`a/p${String(i).padStart(3, '0')}`))
  list.load([...entries, entryOf('b/x')])
  expect(list.size).toBe(301)
  expect([...list.entries({ namespace: 'a' })]).toEqual(entries)
  expect(list.get(keyOf('b/x'))?.name).toBe('x')
})
