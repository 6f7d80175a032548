import { describe, expect, test } from 'vitest'
import { ApiError } from './api-error.ts'
import { objectCodec } from './codec.ts'
import { type FeedState, Reflector, type ServerTraits } from './reflector.ts'
import { FakeClock } from './testing/fake-clock.ts'
import type { KubeObject } from './types.ts'
import type { WatchHandlers } from './watch-socket.ts'

const pod = (name: string, resourceVersion: string): KubeObject => ({ metadata: { name, uid: name, resourceVersion } })
const bookmark = (resourceVersion: string, end = false) => ({
  type: 'BOOKMARK',
  object: { metadata: { resourceVersion, annotations: end ? { 'k8s.io/initial-events-end': 'true' } : {} } },
})
const added = (name: string, rv: string) => ({ type: 'ADDED', object: pod(name, rv) })
const expired = { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } }

function setUp(watchList: ServerTraits['watchList'] = 'unknown', pages: unknown[] = []) {
  const clock = new FakeClock()
  const traits: ServerTraits = { watchList }
  const watches: { path: string; handlers: WatchHandlers; closed: boolean }[] = []
  const lists: string[] = []
  const objects = new Map<string, KubeObject>()
  const states: FeedState[] = []
  let seen: Set<string> | undefined
  const reflector = new Reflector({
    path: '/api/v1/pods',
    query: '',
    codec: objectCodec,
    clock,
    traits,
    random: () => 0,
    transport: {
      async list(path) {
        lists.push(path)
        const page = pages.shift()
        if (page instanceof Error) throw page
        return page
      },
      watch(path, _accept, handlers) {
        const watch = { path, handlers, closed: false }
        watches.push(watch)
        return { close: () => (watch.closed = true) }
      },
    },
    sink: {
      columns: () => {},
      upsert: (object) => {
        seen?.add(object.metadata.name)
        objects.set(object.metadata.name, object)
      },
      remove: (object) => objects.delete(object.metadata.name),
      beginReplace: () => (seen = new Set()),
      endReplace: () => {
        for (const name of objects.keys()) if (!seen?.has(name)) objects.delete(name)
        seen = undefined
      },
      state: (state) => states.push(state),
    },
  })
  reflector.start()
  const last = () => {
    const watch = watches.at(-1)
    if (!watch) throw new Error('nothing is watched')
    return watch
  }
  const names = () => [...objects.keys()].sort()
  return { clock, traits, watches, lists, states, reflector, last, names, state: () => states.at(-1) }
}

/** Lets the promises of a list settle. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

test('a feed says until when it was live, through every try, and no more once it is live again', () => {
  const { clock, last, state } = setUp()
  last().handlers.data([added('a', '1'), bookmark('2', true)])
  expect(state()).toMatchObject({ phase: 'live', liveUntil: undefined })
  clock.advance(60_000)
  const gone = clock.now()
  last().handlers.error(504, { kind: 'Status', code: 504, message: 'no answer' })
  expect(state()).toMatchObject({ phase: 'retrying', liveUntil: gone })
  clock.advance(10_000)
  last().handlers.error(504, { kind: 'Status', code: 504, message: 'no answer' })
  expect(state()).toMatchObject({ phase: 'retrying', liveUntil: gone })
  clock.advance(30_000)
  last().handlers.open()
  expect(state()).toMatchObject({ phase: 'live', liveUntil: undefined })
})

test('why a feed is not current stands through every try, until the cluster says something', async () => {
  const { clock, last, state, states } = setUp()
  last().handlers.error(403, { kind: 'Status', code: 403, message: 'not you' })
  const before = states.length
  clock.advance(1_500)
  last().handlers.error(403, { kind: 'Status', code: 403, message: 'not you' })
  expect(states.slice(before).map(({ phase }) => phase)).toEqual(['listing', 'retrying'])
  expect(states.slice(before).every(({ error }) => error?.message === 'not you')).toBe(true)
  clock.advance(1_500)
  last().handlers.data([added('a', '1')])
  expect(state()).toMatchObject({ phase: 'listing', error: undefined, synced: false })
  last().handlers.data([expired])
  expect(state()).toMatchObject({ phase: 'resuming', error: undefined })

  const paged = setUp('no', [
    new ApiError({ code: 500, reason: '', message: 'odd' }),
    { metadata: { resourceVersion: '1', continue: 'x' } },
    new Promise(() => {}),
  ])
  await settle()
  expect(paged.state()).toMatchObject({ phase: 'retrying', error: { message: 'odd' } })
  paged.clock.advance(1_500)
  await settle()
  expect(paged.state()).toMatchObject({ phase: 'listing', error: undefined })

  const lost = setUp()
  lost.last().handlers.error(500, { message: 'odd' })
  lost.clock.advance(1_500)
  lost.last().handlers.lost()
  expect(lost.states.some(({ phase, error }) => phase === 'retrying' && error === undefined)).toBe(true)
})

describe('a server that streams lists', () => {
  test('is live after the closing bookmark, and follows changes', () => {
    const { last, names, state, traits } = setUp()
    expect(last().path).toContain('sendInitialEvents=true&resourceVersionMatch=NotOlderThan')
    last().handlers.data([added('a', '1'), added('b', '2')])
    expect(state()).toMatchObject({ phase: 'listing', synced: false })
    last().handlers.data([bookmark('5', true)])
    expect(state()).toMatchObject({ phase: 'live', synced: true })
    expect(traits.watchList).toBe('yes')
    last().handlers.data([added('c', '6'), { type: 'DELETED', object: pod('a', '7') }])
    expect(names()).toEqual(['b', 'c'])
  })

  test('resumes from the last version when the stream ends', () => {
    const { last, clock, names } = setUp()
    last().handlers.data([added('a', '1'), bookmark('5', true), added('b', '6'), bookmark('9')])
    clock.advance(60_000)
    last().handlers.end()
    clock.advance(0)
    expect(last().path).toContain('resourceVersion=9')
    expect(last().path).not.toContain('sendInitialEvents')
    expect(names()).toEqual(['a', 'b'])
  })

  test('what there is is read again when a watch never said a word, or was never answered', async () => {
    const page = (...names: string[]) => ({ metadata: { resourceVersion: '30' }, items: names.map((name) => pod(name, '30')) })
    const { last, clock, names, lists, watches, state } = setUp('unknown', [page('b'), page('c')])
    last().handlers.data([added('a', '1'), bookmark('5', true)])
    clock.advance(180_000)
    last().handlers.end(true)
    clock.advance(0)
    // It had spoken: only its line was cut.
    expect([lists.length, last().path]).toEqual([0, expect.stringContaining('resourceVersion=5')])
    last().handlers.open()
    clock.advance(180_000)
    last().handlers.end(true)
    clock.advance(0)
    await settle()
    expect([lists, names()]).toEqual([['/api/v1/pods?limit=500'], ['b']])
    expect(last().path).toContain('resourceVersion=30')
    // An end that the server chose is none of it, nor is an outage that shows at once.
    last().handlers.open()
    clock.advance(60_000)
    last().handlers.end()
    clock.advance(0)
    last().handlers.error(504, { kind: 'Status', code: 504, message: 'no answer' })
    clock.advance(30_000)
    expect(lists).toHaveLength(1)
    const before = watches.length
    clock.advance(180_000)
    last().handlers.error(504, { kind: 'Status', code: 504, message: 'no answer' })
    expect(state()).toMatchObject({ phase: 'retrying', error: { message: 'no answer' } })
    clock.advance(30_000)
    await settle()
    expect([lists.length, names(), watches.length]).toEqual([2, ['c'], before + 1])
  })

  test('a stream that ends at once is not asked for again at once', () => {
    const { last, clock, watches } = setUp()
    last().handlers.data([bookmark('5', true)])
    last().handlers.end()
    clock.advance(499)
    expect(watches).toHaveLength(1)
    clock.advance(1)
    expect(watches).toHaveLength(2)
  })

  test.each(['an ERROR event', 'a refused watch'])('lists anew on 410, by %s, and drops what is gone', (how) => {
    const { last, clock, names, state } = setUp()
    last().handlers.data([added('a', '1'), added('b', '2'), bookmark('5', true)])
    clock.advance(60_000)
    if (how === 'an ERROR event') last().handlers.data([expired])
    else last().handlers.error(410, expired.object)
    expect(state()).toMatchObject({ phase: 'resuming' })
    clock.advance(0)
    expect(last().path).toContain('sendInitialEvents=true')
    last().handlers.data([added('b', '2'), bookmark('50', true)])
    expect(names()).toEqual(['b'])
    expect(state()).toMatchObject({ phase: 'live' })
  })

  test('when the socket is lost it says so and asks again from where it was', () => {
    const { last, state, watches } = setUp()
    last().handlers.data([added('a', '1'), bookmark('5', true)])
    last().handlers.lost()
    expect(state()).toMatchObject({ phase: 'retrying', synced: true })
    expect(watches).toHaveLength(2)
    expect(last().path).toContain('resourceVersion=5')
    last().handlers.open()
    expect(state()).toMatchObject({ phase: 'live' })
  })

  test('an error is told with the time of the next try; waits double up to 30 s; a kick ends the wait', () => {
    const { last, clock, state, watches, reflector } = setUp()
    last().handlers.data([bookmark('5', true)])
    const forbidden = { kind: 'Status', code: 403, reason: 'Forbidden', message: 'pods is forbidden' }
    const waits: number[] = []
    for (let i = 0; i < 8; i++) {
      last().handlers.error(403, forbidden)
      const now = state()
      expect(now).toMatchObject({ phase: 'retrying', error: { code: 403, message: 'pods is forbidden' } })
      const wait = (now?.retryAt ?? 0) - clock.now()
      waits.push(wait)
      clock.advance(wait)
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16000, 30000, 30000])
    last().handlers.error(403, forbidden)
    const before = watches.length
    reflector.kick()
    expect(watches.length).toBe(before + 1)
  })

  test('frames of a stream that was replaced change nothing', () => {
    const { watches, last, names } = setUp()
    last().handlers.data([bookmark('5', true)])
    last().handlers.lost()
    watches[0]?.handlers.data([added('ghost', '9')])
    expect(names()).toEqual([])
  })

  test('after a stop nothing is asked and nothing is told', () => {
    const { reflector, last, clock, watches, names } = setUp()
    const { handlers } = last()
    reflector.stop()
    handlers.data([added('a', '1')])
    handlers.end()
    clock.advance(100_000)
    expect(watches).toHaveLength(1)
    expect(last().closed).toBe(true)
    expect(names()).toEqual([])
  })
})

describe('a server that does not', () => {
  const page = (items: KubeObject[], resourceVersion: string, next?: string) => ({
    kind: 'PodList',
    metadata: { resourceVersion, continue: next },
    items,
  })

  test.each([400, 422])('refuses with %i: pages, then a watch from their version', async (code) => {
    const { last, lists, names, state, traits } = setUp('unknown', [page([pod('a', '1')], '10', 'more'), page([pod('b', '2')], '10')])
    last().handlers.error(code, { kind: 'Status', code, reason: 'Invalid', message: 'sendInitialEvents is forbidden' })
    await settle()
    expect(traits.watchList).toBe('no')
    expect(lists).toEqual(['/api/v1/pods?limit=500', '/api/v1/pods?limit=500&continue=more'])
    expect(last().path).toContain('resourceVersion=10')
    last().handlers.open()
    expect(state()).toMatchObject({ phase: 'live', synced: true })
    expect(names()).toEqual(['a', 'b'])
  })

  test('takes the parameters and never sends the bookmark: after a silence it is paged', async () => {
    const { last, clock, lists, names } = setUp('unknown', [page([pod('a', '1')], '10')])
    last().handlers.data([added('a', '1')])
    clock.advance(4_999)
    expect(lists).toHaveLength(0)
    clock.advance(1)
    await settle()
    expect(lists).toHaveLength(1)
    expect(names()).toEqual(['a'])
  })

  test('streams other collections, and never sends the bookmark of this one: it alone is paged, after a longer silence', async () => {
    const { last, clock, lists, names, traits, state } = setUp('yes', [page([pod('a', '1'), pod('b', '2')], '10')])
    clock.advance(29_999)
    last().handlers.data([added('a', '1')])
    clock.advance(29_999)
    expect(lists).toHaveLength(0)
    clock.advance(1)
    await settle()
    expect(lists).toHaveLength(1)
    expect(traits.watchList).toBe('yes')
    last().handlers.open()
    expect(names()).toEqual(['a', 'b'])
    expect(state()).toMatchObject({ phase: 'live', synced: true })
  })

  test('an empty list whose items are null is an empty list', async () => {
    const { names, state } = setUp('no', [{ kind: 'PodList', metadata: { resourceVersion: '3' }, items: null }])
    await settle()
    expect(names()).toEqual([])
    expect(state()).toMatchObject({ synced: true })
  })

  test('a continue token that has expired starts the list over', async () => {
    const gone = new ApiError({ code: 410, reason: 'Expired', message: 'the continue token is too old' })
    const { lists, clock, state, names } = setUp('no', [page([pod('a', '1')], '10', 'old'), gone, page([pod('b', '2')], '20')])
    await settle()
    expect(state()).toMatchObject({ phase: 'retrying', error: { code: 410 } })
    clock.advance(500)
    await settle()
    expect(lists.at(-1)).toBe('/api/v1/pods?limit=500')
    expect(names()).toEqual(['b'])
  })
})
