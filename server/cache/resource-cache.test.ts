import fc from 'fast-check'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { StorageEvent } from '../storage/contract.ts'
import type { Entry } from './entry.ts'
import { ResourceCache, TooOldError } from './resource-cache.ts'
import { UndecodableError } from './undecodable.ts'
import { del, keyOf, podSchema, put, selection, TestOutput, textFrames } from './testing/fixtures.ts'

let cache: ResourceCache
let revision: number
beforeEach(() => {
  cache = new ResourceCache(podSchema, { events: 8, bytes: 1 << 20 })
  cache.load([], 1)
  revision = 1
  textFrames.made = 0
})

function apply(...events: StorageEvent[]): void {
  for (const e of events) {
    cache.apply(e)
    revision = e.revision
  }
}

function watch(
  from: number | undefined,
  o: Parameters<typeof selection>[0] = {},
  more: { bookmarks?: boolean; initialEventsEnd?: boolean } = {},
): TestOutput {
  const out = new TestOutput()
  cache.watch(
    selection(o),
    textFrames,
    out,
    { revision: from, bookmarks: more.bookmarks ?? false, initialEventsEnd: more.initialEventsEnd ?? false },
    revision,
  )
  return out
}

describe('a watch', () => {
  test('replays what came after its revision and goes on live', () => {
    apply(put(2, 'a/x'), put(3, 'a/y'))
    const out = watch(2)
    apply(put(4, 'a/x', {}, undefined, 2), del(5, 'a/y'))
    expect(out.got).toEqual(['ADDED a/y@3', 'MODIFIED a/x@4', 'DELETED a/y@5'])
  })

  test('from a revision to come is silent until then, and shows all of what comes behind it', () => {
    const out = watch(4, {}, { bookmarks: true })
    apply(put(2, 'a/x'), put(3, 'a/y'), put(4, 'a/z'))
    apply(del(5, 'a/x'), del(5, 'a/y'))
    expect(out.got).toEqual(['DELETED a/x@5', 'DELETED a/y@5'])
  })

  test('without a revision begins with the present objects', () => {
    apply(put(2, 'a/x'), put(3, 'b/y'))
    const out = watch(undefined, { namespace: 'a' })
    apply(put(4, 'a/z'))
    expect(out.got).toEqual(['ADDED a/x@2', 'ADDED a/z@4'])
  })

  test('shares the frames of its initial part with all that begin while they wait to be read', () => {
    apply(put(2, 'a/x'), put(3, 'b/y'))
    for (let i = 0; i < 5; i++) expect(watch(undefined).got).toEqual(['ADDED a/x@2', 'ADDED b/y@3'])
    expect(textFrames.made).toBe(2)
  })

  test('marks the end of its initial part', () => {
    apply(put(2, 'a/x'))
    expect(watch(undefined, {}, { bookmarks: true, initialEventsEnd: true }).got).toEqual(['ADDED a/x@2', 'BOOKMARK end @2'])
  })

  test('tells once of an event that goes to several, with their number, and of everything else as it is sent', () => {
    apply(put(2, 'a/x'))
    const told: number[] = []
    let ends = 0
    const start = {
      ...{ revision: undefined, bookmarks: true, initialEventsEnd: true },
      ...{ sent: { sent: (_: number, times: number) => told.push(times) }, onInitialEnd: () => void ends++ },
    }
    const outs = [new TestOutput(), new TestOutput()]
    for (const out of outs) cache.watch(selection({}), textFrames, out, start, revision)
    expect([told, ends]).toEqual([[1, 1, 1, 1], 2])
    apply(put(3, 'a/y'))
    expect(told.slice(4)).toEqual([2])
    outs[0]!.room = 1
    apply(put(4, 'a/z'))
    // The full one takes this one still, and is given the next when it has drained.
    apply(put(5, 'a/w'))
    expect(told.slice(5)).toEqual([2, 1])
    outs[0]!.drain()
    expect(told.slice(7)).toEqual([1])
  })

  test('sees an object enter and leave its selection', () => {
    const out = watch(1, { labels: 'tier=web' })
    apply(
      put(2, 'a/x', { tier: 'db' }),
      put(3, 'a/x', { tier: 'web' }, undefined, 2),
      put(4, 'a/x', { tier: 'web', v: '2' }, undefined, 2),
      put(5, 'a/x', {}, undefined, 2),
    )
    expect(out.got).toEqual(['ADDED a/x@3', 'MODIFIED a/x@4', 'DELETED a/x@5'])
  })

  test('by node is found through the index, when a pod comes and when it goes', () => {
    const one = watch(1, { fields: 'spec.nodeName=n1' })
    const two = watch(1, { fields: 'spec.nodeName=n2' })
    apply(put(2, 'a/x'), put(3, 'a/x', {}, 'n1', 2), del(4, 'a/x'))
    expect(one.got).toEqual(['ADDED a/x@3', 'DELETED a/x@4'])
    expect(two.got).toEqual([])
  })

  test('by name is one object only', () => {
    const out = watch(1, { namespace: 'a', fields: 'metadata.name=x' })
    apply(put(2, 'a/x'), put(3, 'a/xx'), put(4, 'b/x'))
    expect(out.got).toEqual(['ADDED a/x@2'])
  })

  test('from before the oldest known event is refused', () => {
    for (let i = 2; i < 20; i++) apply(put(i, `a/p${i}`))
    expect(() => watch(5)).toThrow(TooOldError)
    expect(cache.watchers.size).toBe(0)
  })
})

test('a hundred watchers with one selection share each frame', () => {
  const outs = Array.from({ length: 100 }, () => watch(1))
  apply(put(2, 'a/x'), put(3, 'a/y'))
  expect(textFrames.made).toBe(2)
  for (const o of outs) expect(o.got).toHaveLength(2)
})

describe('a slow watcher', () => {
  test('asks no selector and no encoder what another of its group has asked already', () => {
    const some = selection({ labels: 'tier=web' })
    const [matches, select] = [vi.spyOn(some.labels, 'matches'), { ...some }]
    const outs = Array.from({ length: 20 }, () => {
      const out = new TestOutput()
      cache.watch(select, textFrames, out, { revision: 1, bookmarks: false, initialEventsEnd: false }, revision)
      return out
    })
    apply(put(2, 'a/x', { tier: 'web' }))
    for (const out of outs) out.room = 1
    // The first of these fills the streams; the others are caught up with.
    apply(put(3, 'a/x', { tier: 'web' }, undefined, 2), put(4, 'a/y', { tier: 'db' }), put(5, 'a/x', { tier: 'web' }, undefined, 2))
    const before = matches.mock.calls.length
    expect(before).toBeLessThanOrEqual(7)
    for (const out of outs) out.drain()
    expect(matches.mock.calls.length - before).toBeLessThanOrEqual(1)
    for (const out of outs) expect(out.got).toEqual(['ADDED a/x@2', 'MODIFIED a/x@3', 'MODIFIED a/x@5'])
    expect(textFrames.made).toBe(3)
  })

  test('of another group is shown what that one sees', () => {
    const outs = ['tier=web', 'tier=db', 'tier=web', 'tier'].map((labels) => watch(1, { labels }))
    for (const out of outs) out.room = 1
    apply(put(2, 'a/x', { tier: 'web' }), put(3, 'a/x', { tier: 'db' }, undefined, 2), put(4, 'a/x', { tier: 'web' }, undefined, 2))
    for (let i = 0; i < 3; i++) for (const out of outs) out.drain(1)
    const web = ['ADDED a/x@2', 'DELETED a/x@3', 'ADDED a/x@4']
    expect(outs.map((out) => out.got)).toEqual([
      web,
      ['ADDED a/x@3', 'DELETED a/x@4'],
      web,
      ['ADDED a/x@2', 'MODIFIED a/x@3', 'MODIFIED a/x@4'],
    ])
  })

  test('catches up from the ring when its stream drains, and delays nobody', () => {
    const slow = watch(1)
    const quick = watch(1)
    slow.room = 1
    apply(put(2, 'a/1'), put(3, 'a/2'), put(4, 'a/3'))
    expect(slow.got).toEqual(['ADDED a/1@2'])
    expect(quick.got).toHaveLength(3)
    slow.drain(1)
    expect(slow.got).toHaveLength(2)
    slow.drain()
    apply(put(5, 'a/4'))
    expect(slow.got).toEqual(quick.got)
  })

  test('is closed when the ring has moved past it', () => {
    const slow = watch(1)
    slow.room = 1
    for (let i = 2; i < 30; i++) apply(put(i, `a/p${i}`))
    slow.drain()
    expect(slow.ended).toBe(true)
    expect(slow.got).toHaveLength(1)
    expect(cache.watchers.size).toBe(0)
  })
})

test('a reload closes every watcher, so that none misses what happened meanwhile', () => {
  const out = watch(1)
  cache.load([], 50)
  expect(out.ended).toBe(true)
  expect(() => watch(49)).toThrow(TooOldError)
})

test('an own write is kept as it was parsed, and only once', () => {
  const event = put(2, 'a/x', { a: 'b' })
  if (event.type !== 'put') throw new Error('a put is a put')
  const mine = cache.written(event.key, event.value, 2, 2, { labels: { a: 'b' }, fields: [''] })
  apply(event)
  expect(cache.list.get(event.key)).toBe(mine)
})

test('whatever the client does, it ends with the same objects as the cache', () => {
  const step = fc.oneof(
    fc.record({ op: fc.constant('put' as const), name: fc.integer({ min: 0, max: 5 }), tier: fc.constantFrom('web', 'db') }),
    fc.record({ op: fc.constant('delete' as const), name: fc.integer({ min: 0, max: 5 }) }),
    fc.record({ op: fc.constant('drain' as const), room: fc.integer({ min: 1, max: 3 }) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const c = new ResourceCache(podSchema, { events: 1000, bytes: 1 << 24 })
      c.load([], 1)
      const out = new TestOutput()
      out.room = 1
      c.watch(selection({ labels: 'tier=web' }), textFrames, out, { revision: 1, bookmarks: false, initialEventsEnd: false }, 1)
      let rv = 1
      const created = new Map<string, number>()
      for (const s of steps) {
        if (s.op === 'drain') out.drain(s.room)
        else if (s.op === 'put') {
          const path = `a/${s.name}`
          rv++
          if (!created.has(path)) created.set(path, rv)
          c.apply(put(rv, path, { tier: s.tier }, undefined, created.get(path)!))
        } else if (created.delete(`a/${s.name}`)) c.apply(del(++rv, `a/${s.name}`))
      }
      out.drain()
      const seen = new Map<string, string>()
      for (const frame of out.got) {
        const [type = '', at = ''] = frame.split(' ')
        const [path = ''] = at.split('@')
        if (type === 'DELETED') expect(seen.delete(path)).toBe(true)
        else {
          expect(seen.has(path)).toBe(type === 'MODIFIED')
          seen.set(path, at)
        }
      }
      expect([...seen.values()].sort()).toEqual(
        [...c.select(selection({ labels: 'tier=web' }))].map((e) => `${e.namespace}/${e.name}@${e.revision}`).sort(),
      )
    }),
    { numRuns: 200 },
  )
})

test('changes of one object share its key, labels and fields as long as these are the same', () => {
  apply(put(2, 'a/x', { app: 'x' }, 'n1'))
  const first = cache.list.get(keyOf('a/x'))!
  expect(first.parts.labels).toEqual({ app: 'x' })
  const next = (revision: number, labels: Record<string, string>, node: string): Entry => {
    const e = put(revision, 'a/x', labels, node, 2)
    if (e.type !== 'put') throw new Error('a put is no delete')
    cache.written(e.key, e.value, revision, 2, { labels, fields: [node] })
    apply(e)
    return cache.list.get(keyOf('a/x'))!
  }
  const same = next(3, { app: 'x' }, 'n1')
  expect(same.parts).toBe(first.parts)
  const moved = next(4, { app: 'x' }, 'n2')
  expect([moved.parts.labels === first.parts.labels, moved.field('spec.nodeName'), same.field('spec.nodeName')]).toEqual([true, 'n2', 'n1'])
  const relabelled = next(5, { app: 'y' }, 'n2')
  expect([relabelled.parts.labels, moved.parts.labels]).toEqual([{ app: 'y' }, { app: 'x' }])
  const fewer = next(6, {}, 'n2')
  expect([fewer.parts.labels, relabelled.parts.labels]).toEqual([{}, { app: 'y' }])
})

describe('what is stored and cannot be read', () => {
  const corrupt = (revision: number, name: string): StorageEvent => ({
    ...{ type: 'put', key: keyOf(name), value: Buffer.from('garbage'), revision, createRevision: revision },
  })
  const unreadable = (): unknown => {
    try {
      cache.checkReadable()
      return undefined
    } catch (e) {
      return e
    }
  }

  test('ends watches and is told to readers until it is written anew or gone; others go on', () => {
    apply(put(2, 'a/x'), put(3, 'a/y'))
    const out = watch(3)
    apply(corrupt(4, 'a/x'), put(5, 'a/z'))
    expect(out.ended).toBe(true)
    const fault = unreadable()
    expect(fault).toBeInstanceOf(UndecodableError)
    expect((fault as UndecodableError).objects).toMatchObject([{ key: keyOf('a/x'), revision: 4 }])
    expect(cache.list.get(keyOf('a/z'))?.revision).toBe(5)
    apply(put(6, 'a/x', {}, undefined, 2))
    expect(unreadable()).toBeUndefined()
    apply(corrupt(7, 'a/y'), corrupt(8, 'a/q'), del(9, 'a/q'))
    expect((unreadable() as UndecodableError).objects.map((o) => o.key)).toEqual([keyOf('a/y')])
    const later = watch(8)
    apply(del(10, 'a/y'))
    expect(unreadable()).toBeUndefined()
    expect(later.got).toEqual(['DELETED a/y@10'])
  })

  test('is left out at the start', () => {
    const kv = (name: string, text: string) => ({ key: keyOf(name), value: Buffer.from(text), modRevision: 2, createRevision: 2 })
    cache.load([kv('a/x', 'garbage'), kv('a/y', '{"metadata":{"name":"y"}}')], 2)
    expect(cache.list.size).toBe(1)
    expect((unreadable() as UndecodableError).objects.map((o) => o.key)).toEqual([keyOf('a/x')])
    cache.load([], 3)
    expect(unreadable()).toBeUndefined()
  })
})
