import { describe, expect, test } from 'vitest'
import { tableKind } from './codec.ts'
import type { Column, KindView } from './columns.ts'
import { JoinedRows, joinedState, ownKey } from './joined.ts'
import { firstNamespace, namespaceFilter, namespacesOf } from './scope.ts'
import { ObjectStore } from './store.ts'
import type { KubeObject } from './types.ts'
import { ListView, type ViewParams } from './view.ts'

interface Boat extends KubeObject {
  size: number
}
const columns: Column<Boat>[] = [
  { id: 'name', label: 'name', type: 'text', width: 1, cell: (o) => o.metadata.name },
  { id: 'size', label: 'size', type: 'number', width: 1, cell: (o) => o.size },
]
const kind = { columns, trim: (o: Boat) => o, status: () => undefined } as unknown as KindView
const boat = (uid: string, name: string, size: number, namespace = 'bay'): Boat => ({
  metadata: { uid, name, namespace, resourceVersion: `${uid}${name}${size}` },
  size,
})

const stores = (...contexts: string[]): ObjectStore[] => contexts.map((context) => new ObjectStore(kind, context))
const shownOf = (view: ListView, rows: JoinedRows): string[] =>
  view.shown.map((row) => `${rows.keyOf(row)} ${rows.clusterOf(row)} ${row.name}`)
const byName: ViewParams = { sort: { column: 'name', descending: false }, filter: '' }

describe('rows of several clusters', () => {
  test('stand in one order, each with its cluster; one object by two contexts is two rows', () => {
    const [north, south] = stores('north', 'south') as [ObjectStore, ObjectStore]
    const rows = new JoinedRows([north, south])
    const view = new ListView(rows, byName)
    north.upsert(boat('u1', 'gig', 3))
    south.upsert(boat('u1', 'gig', 3))
    south.upsert(boat('u2', 'brig', 9))
    view.flush()
    expect(rows.kind.columns.map(({ id }) => id)).toEqual(['cluster', 'name', 'size'])
    expect(shownOf(view, rows)).toEqual(['1.u2 south brig', '0.u1 north gig', '1.u1 south gig'])
    expect(view.total).toBe(3)
    view.update({ ...byName, sort: { column: 'cluster', descending: true } })
    expect(shownOf(view, rows)).toEqual(['1.u2 south brig', '1.u1 south gig', '0.u1 north gig'])
    expect(ownKey('1.u.2')).toBe('u.2')
  })

  test('a selection knows which cluster its rows are of', () => {
    const [north, south] = stores('north', 'south') as [ObjectStore, ObjectStore]
    const rows = new JoinedRows([north, south])
    const view = new ListView(rows, byName)
    north.upsert(boat('u1', 'gig', 3))
    south.upsert(boat('u1', 'gig', 3))
    view.flush()
    view.select(['1.u1', '0.u9', '2.u1'])
    expect(view.pickSelected().map(({ store }) => store.context)).toEqual(['south'])
    expect([...view.selectedOf]).toEqual([['south', 1]])
    south.remove(boat('u1', 'gig', 3))
    view.flush()
    expect([view.selected, [...view.selectedOf]]).toEqual([{ shown: 0, hidden: 0 }, []])
  })

  test('are filtered by their cluster, by the word for it and by its letters', () => {
    const [north, south] = stores('north?as=jane', 'south') as [ObjectStore, ObjectStore]
    const rows = new JoinedRows([north, south])
    const view = new ListView(rows, byName)
    north.upsert(boat('u1', 'gig', 3))
    south.upsert(boat('u2', 'brig', 9))
    const named = (filter: string): string[] => {
      view.update({ ...byName, filter })
      return view.shown.map(({ name }) => name)
    }
    view.flush()
    expect(named('cluster:north')).toEqual(['gig'])
    expect(named('cluster:north,south')).toEqual(['brig', 'gig'])
    expect(named('-cluster:north')).toEqual(['brig'])
    expect(named('OUT')).toEqual(['brig'])
    // Where one cluster is shown, the word leaves all there is.
    const alone = new ListView(south, { ...byName, filter: 'cluster:north' })
    expect(alone.shown.map(({ name }) => name)).toEqual(['brig'])
    alone.update({ ...byName, filter: '-cluster:south' })
    expect(alone.shown.map(({ name }) => name)).toEqual(['brig'])
    alone.update({ ...byName, filter: 'sout' })
    expect(alone.shown).toEqual([])
  })

  test('whose servers print a kind differently keep their cells under the right heads', () => {
    const printed = (...names: string[]): KindView =>
      tableKind(
        names.map((name) => ({ name, type: name === 'Size' ? 'integer' : 'string', priority: 0 })),
        false,
      ) as unknown as KindView
    const old = new ObjectStore(printed('Name', 'Size'), 'old')
    const young = new ObjectStore(printed('Name', 'Crew', 'Size'), 'young')
    const rows = new JoinedRows([young, old])
    const view = new ListView(rows, { sort: { column: 'size', descending: false }, filter: '' })
    const object = (uid: string, cells: unknown[]): KubeObject =>
      ({ metadata: { uid, name: uid, resourceVersion: '1' }, cells }) as KubeObject
    old.upsert(object('gig', ['gig', 3]))
    young.upsert(object('brig', ['brig', 'ann', 2]))
    view.flush()
    const cells = view.shown.map((row) => rows.kind.columns.slice(1).map((column) => rows.columnFor(row, column)?.cell(row.object) ?? null))
    expect(cells).toEqual([
      ['brig', 'ann', 2],
      ['gig', null, 3],
    ])
  })
})

test('several namespaces of one cluster are one list without a column for the cluster', () => {
  const [bay, cove] = stores('north', 'north') as [ObjectStore, ObjectStore]
  const rows = new JoinedRows([bay, cove])
  const view = new ListView(rows, byName)
  bay.upsert(boat('u1', 'gig', 3))
  cove.upsert(boat('u2', 'brig', 9, 'cove'))
  view.flush()
  expect(shownOf(view, rows)).toEqual(['u2  brig', 'u1  gig'])
  expect(rows.kind).toBe(kind)
  view.select(['u2'])
  expect(view.selected).toEqual({ shown: 1, hidden: 0 })
})

test('of several feeds the worst is told, and what is known of all of them', () => {
  const error = { code: 403, reason: 'Forbidden', message: 'no', request: '', body: '', causes: [] }
  const live = { phase: 'live', synced: true } as const
  expect(joinedState([live])).toBe(live)
  expect(joinedState([live, { phase: 'listing', synced: false }])).toMatchObject({ phase: 'listing', synced: false })
  expect(
    joinedState([
      live,
      { phase: 'retrying', synced: false, retryAt: 9, error },
      { phase: 'retrying', synced: true, retryAt: 7, liveUntil: 3 },
    ]),
  ).toEqual({
    phase: 'retrying',
    synced: false,
    retryAt: 7,
    liveUntil: 3,
    error,
  })
})

test('a namespace filter names none, one or several', () => {
  expect([namespacesOf(''), namespacesOf('a'), namespacesOf('b,,a,b')]).toEqual([[], ['a'], ['b', 'a']])
  expect(namespaceFilter(['b', 'a', 'b'])).toBe('a,b')
  expect([firstNamespace(''), firstNamespace('b,a')]).toEqual(['', 'b'])
})
