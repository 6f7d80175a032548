import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Column, KindView, Sort } from './columns.ts'
import { orderOf } from './columns.ts'
import { matchesAll, parseFilter } from './filter.ts'
import { ObjectStore, type Row } from './store.ts'
import type { KubeObject } from './types.ts'
import { ListView } from './view.ts'

interface Thing extends KubeObject {
  size: number
}
const columns: Column<Thing>[] = [
  { id: 'name', label: 'name', type: 'text', width: 1, cell: (o) => o.metadata.name },
  { id: 'size', label: 'size', type: 'number', width: 1, cell: (o) => o.size },
  { id: 'parity', label: 'parity', type: 'text', width: 1, cell: (o) => (o.size % 2 ? 'odd' : 'even') },
]
const kind = {
  columns,
  trim: (o: Thing) => o,
  status: (o: Thing) => ({ text: o.size > 5 ? 'Big' : 'Small', tone: 'ok' }),
} as unknown as KindView

let version = 0
const thing = (id: number, size: number): Thing => ({
  metadata: { name: `t${id}`, namespace: id % 3 ? 'a' : 'b', uid: `u${id}`, resourceVersion: String(++version) },
  size,
})

/** What the view must show, computed from scratch. */
function expected(store: ObjectStore, sort: Sort, filter: string): string[] {
  const column = columns.find((c) => c.id === sort.column) as unknown as Column
  const rows = [...store.rows.values()].filter((row) => matchesAll(parseFilter(filter), row))
  const sign = sort.descending ? -1 : 1
  const by = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0)
  return rows
    .sort(
      (a, b) =>
        by(orderOf(column, a.object), orderOf(column, b.object)) * sign ||
        by(a.name, b.name) ||
        by(a.namespace, b.namespace) ||
        by(a.key, b.key),
    )
    .map((row) => row.key)
}

const keys = (rows: Row[]): string[] => rows.map((row) => row.key)

type Step =
  | { op: 'put'; id: number; size: number }
  | { op: 'drop'; id: number }
  | { op: 'flush' }
  | { op: 'sort'; sort: Sort }
  | { op: 'filter'; filter: string }
  | { op: 'relist'; ids: number[] }
  | { op: 'select'; ids: number[] }

const id = fc.integer({ min: 0, max: 12 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('put' as const), id, size: fc.integer({ min: 0, max: 9 }) }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('drop' as const), id }) },
  { weight: 3, arbitrary: fc.constant({ op: 'flush' as const }) },
  fc.record({
    op: fc.constant('sort' as const),
    sort: fc.record({ column: fc.constantFrom('name', 'size', 'parity'), descending: fc.boolean() }),
  }),
  fc.record({
    op: fc.constant('filter' as const),
    filter: fc.constantFrom('', 'odd', 'status:big', 't1', '-even', 'field=size=3', 'ns:a', '-ns:b'),
  }),
  fc.record({ op: fc.constant('relist' as const), ids: fc.array(id) }),
  fc.record({ op: fc.constant('select' as const), ids: fc.array(id) }),
)

describe('ListView', () => {
  test('after any changes it shows what a sort and filter from scratch show', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const store = new ObjectStore(kind)
        let params = { sort: { column: 'name', descending: false }, filter: '' }
        const view = new ListView(store, params)
        let selected = new Set<string>()
        for (const s of steps) {
          if (s.op === 'put') store.upsert(thing(s.id, s.size))
          else if (s.op === 'drop') store.remove(thing(s.id, 0))
          else if (s.op === 'flush') view.flush()
          else if (s.op === 'relist') {
            store.beginReplace()
            for (const each of s.ids) store.upsert(thing(each, each % 10))
            store.endReplace()
          } else if (s.op === 'select') {
            selected = new Set(s.ids.map((each) => `u${each}`))
            view.select(selected)
          } else {
            if (s.op === 'sort') params = { ...params, sort: s.sort }
            else params = { ...params, filter: s.filter }
            view.update(params)
          }
          // A row that is gone, or is not here when it is selected, is not selected any more: one of the same key that comes is another.
          selected = new Set([...selected].filter((key) => store.rows.has(key)))
        }
        view.flush()
        const shown = new Set(keys(view.shown))
        const acted = keys(view.shown).filter((key) => selected.has(key))
        expect(keys(view.pickSelected())).toEqual(acted)
        expect(view.selected).toEqual({ shown: acted.length, hidden: [...selected].filter((key) => !shown.has(key)).length })
        expect(keys(view.shown)).toEqual(expected(store, params.sort, params.filter))
        expect(view.total).toBe(store.rows.size)
      }),
      { numRuns: 300 },
    )
  })

  test('while held nothing comes, goes or moves; afterwards everything does', () => {
    const store = new ObjectStore(kind)
    for (const [each, size] of [
      [1, 1],
      [2, 2],
      [3, 3],
    ] as const)
      store.upsert(thing(each, size))
    const params = { sort: { column: 'size', descending: false }, filter: '' }
    const view = new ListView(store, params)
    view.hold(true)
    store.upsert(thing(1, 9))
    store.upsert(thing(4, 0))
    store.remove(thing(2, 2))
    view.flush()
    expect(keys(view.shown)).toEqual(['u1', 'u2', 'u3'])
    expect(view.shown.map((row) => row.gone)).toEqual([false, true, false])
    expect((view.shown[0]?.object as Thing).size).toBe(9)
    expect(view.waiting).toBe(3)
    view.hold(false)
    view.flush()
    expect(keys(view.shown)).toEqual(['u4', 'u3', 'u1'])
    expect(view.waiting).toBe(0)
  })

  test('what the filter hides is selected and not acted on; what is gone is neither, though a held list still shows it', () => {
    const store = new ObjectStore(kind)
    for (const each of [1, 2, 3]) store.upsert(thing(each, each))
    const params = { sort: { column: 'size', descending: false }, filter: '' }
    const view = new ListView(store, params)
    view.select(['u1', 'u2', 'u3'])
    view.update({ ...params, filter: 'odd' })
    expect([view.selected, keys(view.pickSelected())]).toEqual([{ shown: 2, hidden: 1 }, ['u1', 'u3']])
    view.hold(true)
    store.remove(thing(3, 3))
    view.flush()
    expect([view.selected, keys(view.pickSelected()), keys(view.shown)]).toEqual([{ shown: 1, hidden: 1 }, ['u1'], ['u1', 'u3']])
    view.hold(false)
    view.flush()
    view.update(params)
    expect([view.selected, keys(view.pickSelected())]).toEqual([{ shown: 2, hidden: 0 }, ['u1', 'u2']])
  })

  test('a change that moves nothing keeps the very array of rows', () => {
    const store = new ObjectStore(kind)
    store.upsert(thing(1, 1))
    const view = new ListView(store, { sort: { column: 'name', descending: false }, filter: '' })
    const before = view.shown
    store.upsert(thing(1, 2))
    expect(view.flush()).toBe(true)
    expect(view.shown).toBe(before)
  })
})

describe('ObjectStore', () => {
  test('an object that comes again with the same resourceVersion is no change', () => {
    const store = new ObjectStore(kind)
    const same = thing(1, 1)
    store.upsert(same)
    const before = store.version
    store.upsert(structuredClone(same))
    expect(store.version).toBe(before)
  })

  test('without a uid the namespace and name are the key', () => {
    const store = new ObjectStore(kind)
    store.upsert({ metadata: { name: 'a', namespace: 'n', resourceVersion: '1' }, size: 1 } as Thing)
    store.upsert({ metadata: { name: 'a', namespace: 'n', resourceVersion: '2' }, size: 2 } as Thing)
    expect([...store.rows.keys()]).toEqual(['n/a'])
  })
})
