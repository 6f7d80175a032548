import { describe, expect, test } from 'vitest'
import type { KindView } from './columns.ts'
import { FeedHost } from './feed-host.ts'
import type { FromWorker, ViewData, ViewRequest } from './protocol.ts'
import { FakeClock } from './testing/fake-clock.ts'
import type { SocketLike } from './watch-socket.ts'

const definitions = [
  { name: 'Name', type: 'string', format: 'name', priority: 0 },
  { name: 'Data', type: 'integer', priority: 0 },
  { name: 'Age', type: 'string', priority: 0 },
  { name: 'Extra', type: 'string', priority: 1 },
]
const tableRow = (name: string, data: number, rv: string, namespace = 'default') => ({
  cells: [name, data, '5m', 'x'],
  object: {
    metadata: {
      name,
      namespace,
      uid: `${namespace}-${name}`,
      resourceVersion: rv,
      creationTimestamp: '2026-01-01T00:00:00Z',
      managedFields: [{}],
    },
  },
})
const table = (rows: unknown[], withColumns = false) => ({
  kind: 'Table',
  metadata: { resourceVersion: '9' },
  columnDefinitions: withColumns ? definitions : null,
  rows,
})
const end = {
  type: 'BOOKMARK',
  object: table([{ cells: [], object: { metadata: { resourceVersion: '9', annotations: { 'k8s.io/initial-events-end': 'true' } } } }]),
}

function setUp(kinds: Record<string, KindView> = {}) {
  const clock = new FakeClock()
  const posted: FromWorker[] = []
  const sent: { op: string; id: number; path: string; accept: string }[] = []
  let socket: SocketLike | undefined
  const host = new FeedHost({
    post: (message) => posted.push(structuredClone(message)),
    connect: () =>
      (socket = { send: (text) => sent.push(JSON.parse(text)), close: () => {}, onopen: null, onclose: null, onmessage: null }),
    list: async () => ({}),
    clock,
    kinds,
    summaries: { count: (rows) => [...rows].length },
  })
  const frame = (message: unknown): void => {
    socket?.onmessage?.({ data: JSON.stringify(message) } as MessageEvent)
    clock.advance(16)
  }
  const open = (): void => {
    socket?.onopen?.(new Event('open'))
    clock.advance(16)
  }
  const drop = (): void => {
    socket?.onclose?.(new Event('close') as CloseEvent)
    clock.advance(16)
  }
  const view = (id: number): ViewData | undefined =>
    posted.findLast((m) => m.op === 'view' && m.id === id)?.op === 'view'
      ? (posted.findLast((m) => m.op === 'view' && m.id === id) as Extract<FromWorker, { op: 'view' }>).data
      : undefined
  return { clock, host, posted, sent, frame, open, drop, view }
}

const source = { context: 'local', resource: { group: '', version: 'v1', plural: 'configmaps', namespaced: true } }
const request = (over: Partial<ViewRequest> = {}): ViewRequest => ({ source, filter: '', start: 0, end: 50, hold: false, ...over })

describe('FeedHost', () => {
  test('the revision that is told is that of the list, then of the last change, however quickly they come', () => {
    const { host, clock, frame, open, posted } = setUp()
    const told = (): string | undefined => posted.findLast((m) => m.op === 'net')?.data.revisions.local
    host.receive({ op: 'view', id: 1, request: request() })
    open()
    frame({ id: 1, t: 'data', lines: [{ type: 'ADDED', object: table([tableRow('a', 1, '2')], true) }, end] })
    clock.advance(1_000)
    expect(told()).toBe('9')
    for (const rv of ['10', '11', '12']) frame({ id: 1, t: 'data', lines: [{ type: 'MODIFIED', object: table([tableRow('a', 1, rv)]) }] })
    clock.advance(1_000)
    expect(told()).toBe('12')
  })

  test('while the list loads for the first time nothing is held; from then on it is', () => {
    const { host, frame, open, view } = setUp()
    host.receive({ op: 'view', id: 1, request: request({ hold: true }) })
    open()
    const added = (name: string, columns = false): object => ({ type: 'ADDED', object: table([tableRow(name, 1, '2')], columns) })
    const names = (): string[] | undefined => view(1)?.rows.map((row) => row.name)
    frame({ id: 1, t: 'data', lines: [added('a', true)] })
    frame({ id: 1, t: 'data', lines: [added('b')] })
    expect([names(), view(1)?.waiting]).toEqual([['a', 'b'], 0])
    // The last rows come in one frame with the end of the load.
    frame({ id: 1, t: 'data', lines: [added('c'), end] })
    expect([names(), view(1)?.waiting]).toEqual([['a', 'b', 'c'], 0])
    frame({ id: 1, t: 'data', lines: [added('d')] })
    expect([names(), view(1)?.waiting]).toEqual([['a', 'b', 'c'], 1])
    host.receive({ op: 'view', id: 1, request: request() })
    expect([names(), view(1)?.waiting]).toEqual([['a', 'b', 'c', 'd'], 0])
  })

  test('a kind nobody declared is a list made of the server’s columns', () => {
    const { host, frame, open, view, sent } = setUp()
    host.receive({ op: 'view', id: 1, request: request() })
    open()
    expect(sent[0]?.accept).toMatch(/as=Table/)
    frame({
      id: 1,
      t: 'data',
      lines: [
        { type: 'ADDED', object: table([tableRow('b', 2, '1')], true) },
        { type: 'ADDED', object: table([tableRow('a', 1, '2')]) },
        end,
      ],
    })
    const data = view(1)
    expect(data?.columns.map((c) => [c.id, c.hidden ?? false])).toEqual([
      ['name', false],
      ['namespace', false],
      ['data', false],
      ['age', false],
      ['extra', true],
    ])
    expect(data?.rows.map((row) => row.cells)).toEqual([
      ['a', 'default', 1, Date.parse('2026-01-01T00:00:00Z'), 'x'],
      ['b', 'default', 2, Date.parse('2026-01-01T00:00:00Z'), 'x'],
    ])
    expect(data?.state).toMatchObject({ phase: 'live', synced: true })
  })

  test('equal sources share one watch; filter and sort are answered without the server', () => {
    const { host, frame, open, view, sent } = setUp()
    host.receive({ op: 'view', id: 1, request: request() })
    host.receive({ op: 'view', id: 2, request: request({ filter: '/b' }) })
    open()
    expect(sent).toHaveLength(1)
    frame({
      id: 1,
      t: 'data',
      lines: [{ type: 'ADDED', object: table([tableRow('a', 3, '1'), tableRow('b', 20, '2'), tableRow('c', 1, '3')], true) }, end],
    })
    expect(view(2)?.shown).toBe(1)
    host.receive({ op: 'view', id: 1, request: request({ sort: { column: 'data', descending: true } }) })
    expect(view(1)?.rows.map((row) => row.name)).toEqual(['b', 'a', 'c'])
    expect(sent).toHaveLength(1)
  })

  test('an answer that would be the same is not sent; a change outside the window sends only counts', () => {
    const { host, frame, open, posted } = setUp()
    host.receive({ op: 'view', id: 1, request: request({ end: 1 }) })
    open()
    frame({ id: 1, t: 'data', lines: [{ type: 'ADDED', object: table([tableRow('a', 1, '1'), tableRow('b', 1, '2')], true) }, end] })
    const before = posted.filter((m) => m.op === 'view').length
    frame({ id: 1, t: 'data', lines: [{ type: 'MODIFIED', object: table([tableRow('b', 2, '3')]) }] })
    expect(posted.filter((m) => m.op === 'view').length).toBe(before)
    frame({ id: 1, t: 'data', lines: [{ type: 'MODIFIED', object: table([tableRow('a', 2, '4')]) }] })
    expect(posted.filter((m) => m.op === 'view').length).toBe(before + 1)
  })

  test('rows above the anchor move it, and the answer says where it went', () => {
    const { host, frame, open, view } = setUp()
    host.receive({ op: 'view', id: 1, request: request({ anchor: 'default-m' }) })
    open()
    frame({ id: 1, t: 'data', lines: [{ type: 'ADDED', object: table([tableRow('m', 1, '1')], true) }, end] })
    expect(view(1)?.anchor).toEqual({ key: 'default-m', index: 0 })
    frame({
      id: 1,
      t: 'data',
      lines: [{ type: 'ADDED', object: table([tableRow('a', 1, '2'), tableRow('b', 1, '3'), tableRow('z', 1, '4')]) }],
    })
    expect(view(1)?.anchor).toEqual({ key: 'default-m', index: 2 })
  })

  test('the cells of some columns are read of all rows that are shown, or of those of them that are selected', () => {
    const { host, posted, frame, open } = setUp()
    const read = (columns: string[]): unknown => {
      host.receive({ op: 'read', id: 7, view: 1, columns })
      return posted.findLast((m) => m.op === 'read')?.rows
    }
    host.receive({
      op: 'view',
      id: 1,
      request: request({ filter: '-hidden', start: 1, end: 2, sort: { column: 'data', descending: true } }),
    })
    open()
    const rows = [tableRow('b', 2, '3'), tableRow('a', 1, '2'), tableRow('c', 3, '4'), tableRow('hidden', 9, '5')]
    frame({ id: 1, t: 'data', lines: [...rows.map((row, at) => ({ type: 'ADDED', object: table([row], at === 0) })), end] })
    expect(read(['data', 'name', 'nothing'])).toEqual([
      [3, 'c'],
      [2, 'b'],
      [1, 'a'],
    ])
    host.receive({ op: 'select', view: 1, keys: ['default-a', 'default-c', 'default-hidden'] })
    expect(read(['name'])).toEqual([['c'], ['a']])
    host.receive({ op: 'select', view: 1, keys: ['default-hidden'] })
    expect(read(['name'])).toEqual([['c'], ['b'], ['a']])
  })

  test('a range of rows can be picked from beyond the window', () => {
    const { host, frame, open, posted } = setUp()
    host.receive({ op: 'view', id: 1, request: request({ end: 1 }) })
    open()
    frame({
      id: 1,
      t: 'data',
      lines: [{ type: 'ADDED', object: table([tableRow('a', 1, '1'), tableRow('b', 1, '2'), tableRow('c', 1, '3')], true) }, end],
    })
    host.receive({ op: 'pick', id: 7, view: 1, from: 1, to: 3 })
    expect(posted.find((m) => m.op === 'pick')).toMatchObject({ id: 7, rows: [{ name: 'b' }, { name: 'c' }] })
  })

  test('a feed outlives its last view for a while, and is then closed', () => {
    const { host, open, frame, sent, clock } = setUp()
    host.receive({ op: 'view', id: 1, request: request() })
    open()
    frame({ id: 1, t: 'data', lines: [end] })
    host.receive({ op: 'close', id: 1 })
    clock.advance(10_000)
    host.receive({ op: 'view', id: 2, request: request() })
    expect(sent).toHaveLength(1)
    host.receive({ op: 'close', id: 2 })
    clock.advance(20_000)
    expect(sent.map((m) => m.op)).toEqual(['open', 'close'])
  })

  test('one object is told with each change, and that it was deleted', () => {
    const { host, open, frame, posted } = setUp()
    host.receive({ op: 'object', id: 3, source: { ...source, namespace: 'default', fieldSelector: 'metadata.name=a' } })
    open()
    const object = { metadata: { name: 'a', uid: 'u', resourceVersion: '1' }, data: { k: 'v' } }
    frame({
      id: 1,
      t: 'data',
      lines: [
        { type: 'ADDED', object },
        { type: 'BOOKMARK', object: { metadata: { resourceVersion: '2', annotations: { 'k8s.io/initial-events-end': 'true' } } } },
      ],
    })
    expect(posted.findLast((m) => m.op === 'object')).toMatchObject({ id: 3, data: { object, deleted: false, state: { phase: 'live' } } })
    frame({ id: 1, t: 'data', lines: [{ type: 'DELETED', object }] })
    expect(posted.findLast((m) => m.op === 'object')).toMatchObject({ data: { object, deleted: true } })
  })

  test('summaries follow the feed, but not with every change', () => {
    const { host, open, frame, posted, clock } = setUp()
    host.receive({ op: 'summary', id: 4, source, name: 'count' })
    open()
    clock.advance(250)
    frame({ id: 1, t: 'data', lines: [{ type: 'ADDED', object: table([tableRow('a', 1, '1')], true) }] })
    frame({ id: 1, t: 'data', lines: [{ type: 'ADDED', object: table([tableRow('b', 1, '2')]) }] })
    const count = () => posted.filter((m) => m.op === 'summary').length
    const before = count()
    clock.advance(250)
    expect(count()).toBe(before + 1)
    expect(posted.findLast((m) => m.op === 'summary')).toMatchObject({ data: { value: 2 } })
  })

  test('how a cluster is reaches the page; a lost gateway knows nothing of it', () => {
    const { host, frame, open, posted, drop } = setUp()
    host.receive({ op: 'view', id: 1, request: request() })
    open()
    const net = () => posted.findLast((m) => m.op === 'net')
    frame({ t: 'cluster', state: { context: 'c', phase: 'unreachable', since: 7, message: 'm' } })
    expect(net()?.data.clusters).toEqual({ c: { context: 'c', phase: 'unreachable', since: 7, message: 'm' } })
    frame({ t: 'contexts' })
    expect(posted.filter((m) => m.op === 'contexts')).toHaveLength(1)
    drop()
    expect([net()?.data.socket.phase, net()?.data.clusters]).toEqual(['lost', {}])
  })

  test('watches that fail are counted for their cluster, those that are refused are not; when a cluster is back they do not wait', () => {
    const { host, frame, open, posted, sent } = setUp()
    host.receive({ op: 'view', id: 1, request: request() })
    host.receive({ op: 'view', id: 2, request: request({ source: { ...source, context: 'other' } }) })
    open()
    const [mine, other] = sent
    frame({ id: mine?.id, t: 'error', status: 504, body: { kind: 'Status', code: 504, message: 'no answer' } })
    frame({ id: other?.id, t: 'error', status: 403, body: { kind: 'Status', code: 403, message: 'no' } })
    const net = () => posted.findLast((m) => m.op === 'net')
    expect(net()?.data.troubled).toEqual({ local: 1 })
    // A watch that fails is no change in the cluster.
    expect(net()?.data.lastChange).toBe(0)
    frame({ t: 'cluster', state: { context: 'local', phase: 'unreachable', since: 7 } })
    const before = sent.length
    frame({ t: 'cluster', state: { context: 'local', phase: 'live', since: 0 } })
    expect(sent.slice(before).map((m) => m.path)).toEqual([mine?.path])
  })

  test('several namespaces are a watch each, and one list; several clusters one with their states, of which a silent one holds nobody', () => {
    const { host, frame, open, view, sent } = setUp()
    host.receive({ op: 'view', id: 1, request: request({ source: { ...source, namespace: 'a,b' } }) })
    host.receive({
      op: 'view',
      id: 2,
      request: request({ source: { ...source, context: 'north' }, beside: [{ ...source, context: 'south' }] }),
    })
    open()
    const opened = sent.filter(({ path }) => path !== undefined)
    expect(opened.map(({ path }) => path.split('?')[0])).toEqual([
      '/api/v1/namespaces/a/configmaps',
      '/api/v1/namespaces/b/configmaps',
      '/api/v1/configmaps',
      '/api/v1/configmaps',
    ])
    const [a, b, north] = opened.map(({ id }) => id)
    frame({ id: a, t: 'data', lines: [{ type: 'ADDED', object: table([tableRow('one', 1, '2', 'a')], true) }, end] })
    expect([view(1)?.rows.map(({ name }) => name), view(1)?.state.synced, view(1)?.clusters]).toEqual([['one'], false, undefined])
    frame({ id: b, t: 'data', lines: [{ type: 'ADDED', object: table([tableRow('two', 1, '2', 'b')], true) }, end] })
    expect([view(1)?.rows.map(({ name }) => name), view(1)?.state.synced]).toEqual([['one', 'two'], true])
    frame({ id: north, t: 'data', lines: [{ type: 'ADDED', object: table([tableRow('one', 1, '2', 'a')], true) }, end] })
    const joint = view(2)
    expect(joint?.columns.map(({ id }) => id).slice(0, 2)).toEqual(['cluster', 'name'])
    expect(joint?.rows.map(({ key, context, cells }) => [key, context, cells[0]])).toEqual([['0.a-one', 'north', 'north']])
    expect(joint?.clusters?.map(({ context, total, state }) => [context, total, state.synced])).toEqual([
      ['north', 1, true],
      ['south', 0, false],
    ])
    host.receive({ op: 'close', id: 1 })
    host.receive({ op: 'close', id: 2 })
  })

  test('a field that no list keeps is asked for with the objects, and what is selected stays so', () => {
    const { host, open, frame, sent, view } = setUp()
    host.receive({ op: 'view', id: 1, request: request() })
    open()
    const rows = [tableRow('one', 1, '1'), tableRow('two', 2, '2')].map((object) => ({ type: 'ADDED', object: table([object], true) }))
    frame({ id: 1, t: 'data', lines: [...rows, end] })
    host.receive({ op: 'select', view: 1, keys: ['default-one', 'default-two'] })
    host.receive({ op: 'view', id: 1, request: request({ filter: 'field=data.deck=upper' }) })
    frame({})
    expect(view(1)?.state.synced).toBe(false)
    const watch = sent.findLast(({ path }) => path !== undefined)
    expect(watch?.path).toContain('includeObject=Object')
    const decks = { one: 'upper', two: 'lower' }
    const whole = Object.entries(decks).map(([name, deck]) => {
      const { cells, object } = tableRow(name, 1, '1')
      return { type: 'ADDED', object: table([{ cells, object: { ...object, data: { deck } } }], true) }
    })
    frame({ id: watch?.id, t: 'data', lines: [...whole, end] })
    expect(view(1)?.rows.map(({ name }) => name)).toEqual(['one'])
    expect(view(1)?.selected).toEqual({ shown: 1, hidden: 1 })
    host.receive({ op: 'close', id: 1 })
  })

  describe('a kind that another collection says more of', () => {
    const boats: KindView = {
      trim: (object) => object,
      columns: [
        { id: 'name', label: 'name', type: 'text', width: 1, cell: (o) => o.metadata.name },
        { id: 'crew', label: 'crew', type: 'text', width: 1, cell: (o) => (o as { crew?: string }).crew ?? '' },
      ],
      status: (o) => ({ text: (o as { crew?: string }).crew ? 'Manned' : 'Adrift', tone: 'ok' }),
      beside: {
        resource: { group: 'example.com', version: 'v1', plural: 'sailors', namespaced: true },
        fieldSelector: 'type=able',
        trim: ({ metadata }) => ({ metadata }),
        join(sailors) {
          const names = [...sailors].map(({ metadata }) => metadata.name).join(' ')
          return (boat) => ((boat as { crew?: string }).crew === names ? boat : { ...boat, crew: names })
        },
      },
    }
    const resource = { group: 'example.com', version: 'v1', plural: 'boats', namespaced: true }
    const object = (name: string, rv: string): object => ({ metadata: { name, uid: name, resourceVersion: rv } })
    const ended = {
      type: 'BOOKMARK',
      object: { metadata: { resourceVersion: '9', annotations: { 'k8s.io/initial-events-end': 'true' } } },
    }
    const setUpBoats = () => {
      const all = setUp({ 'boats.example.com': boats })
      all.host.receive({ op: 'view', id: 1, request: request({ source: { context: 'local', resource, namespace: 'quay' } }) })
      all.open()
      all.frame({ id: 1, t: 'data', lines: [{ type: 'ADDED', object: object('dinghy', '1') }, ended] })
      return all
    }

    test('is watched with it in the same scope, and says nothing before it is complete', () => {
      const { sent, frame, view } = setUpBoats()
      expect(sent.map(({ path }) => path.split('?')[0])).toEqual([
        '/apis/example.com/v1/namespaces/quay/boats',
        '/apis/example.com/v1/namespaces/quay/sailors',
      ])
      expect(sent[1]?.path).toContain('fieldSelector=type%3Dable')
      frame({ id: 2, t: 'data', lines: [{ type: 'ADDED', object: object('ann', '2') }] })
      expect(view(1)?.rows[0]?.cells).toEqual(['dinghy', ''])
      frame({ id: 2, t: 'data', lines: [ended] })
      expect(view(1)?.rows[0]?.cells).toEqual(['dinghy', 'ann'])
    })

    test('says it of objects that come later, and again when it has changed', () => {
      const { frame, view, clock } = setUpBoats()
      frame({ id: 2, t: 'data', lines: [{ type: 'ADDED', object: object('ann', '2') }, ended] })
      frame({ id: 1, t: 'data', lines: [{ type: 'ADDED', object: object('skiff', '3') }] })
      expect(view(1)?.rows.map(({ cells }) => cells[1])).toEqual(['ann', 'ann'])
      frame({ id: 2, t: 'data', lines: [{ type: 'ADDED', object: object('bob', '4') }] })
      clock.advance(300)
      expect(view(1)?.rows.map(({ cells }) => cells[1])).toEqual(['ann bob', 'ann bob'])
      // By what was said it can be found.
      frame({
        id: 2,
        t: 'data',
        lines: [
          { type: 'DELETED', object: object('ann', '5') },
          { type: 'DELETED', object: object('bob', '6') },
        ],
      })
      clock.advance(300)
      expect(view(1)?.rows.map(({ cells }) => cells[1])).toEqual(['', ''])
    })

    test('goes with it', () => {
      const { host, sent, clock } = setUpBoats()
      host.receive({ op: 'close', id: 1 })
      clock.advance(50_000)
      expect(
        sent
          .filter(({ op }) => op === 'stop' || op === 'close')
          .map(({ id }) => id)
          .sort(),
      ).toEqual([1, 2])
    })
  })
})
