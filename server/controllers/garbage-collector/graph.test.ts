import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KubeObject, ObjectMeta } from '../../machinery/types.ts'
import type { DiscoveredResource } from '../discovery.ts'
import { FOREGROUND, ORPHAN, OwnerGraph } from './graph.ts'

const THINGS: DiscoveredResource = { group: '', version: 'v1', resource: 'things', namespaced: true, kind: 'Thing', verbs: [] }
const object = (uid: string, owners: string[] = [], more: ObjectMeta = {}, block = true): KubeObject => ({
  metadata: {
    uid,
    name: uid,
    namespace: 'default',
    ownerReferences: owners.map((o) => ({ apiVersion: 'v1', kind: 'Thing', name: o, uid: o, blockOwnerDeletion: block })),
    ...more,
  },
})
const going = (finalizer: string): ObjectMeta => ({ deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [finalizer] })
const uids = (nodes: Array<{ uid: string }>): string[] => nodes.map((n) => n.uid).sort()

describe('OwnerGraph', () => {
  test('when an owner goes, what hung on it is looked at', () => {
    const g = new OwnerGraph()
    g.put(THINGS, object('a'))
    expect(g.put(THINGS, object('b', ['a'])).toDelete).toEqual([])
    g.put(THINGS, object('c', ['a']))
    expect(g.remove('a').toDelete.sort()).toEqual(['b', 'c'])
    expect(g.size).toBe(2)
  })

  test('an object whose owner nobody has seen is looked at', () => {
    expect(new OwnerGraph().put(THINGS, object('b', ['missing'])).toDelete).toEqual(['b'])
  })

  test('a foreground deletion asks its dependents, and is asked when one of them is gone or lets go', () => {
    const g = new OwnerGraph()
    g.put(THINGS, object('a'))
    g.put(THINGS, object('b', ['a']))
    g.put(THINGS, object('c', ['a'], {}, false))
    expect(g.put(THINGS, object('a', [], going(FOREGROUND))).toDelete.sort()).toEqual(['a', 'b', 'c'])
    expect(uids(g.blockingDependentsOf('a'))).toEqual(['b'])
    expect(g.put(THINGS, object('b', ['a'], {}, false)).toDelete).toContain('a')
    expect(g.remove('b').toDelete).toContain('a')
  })

  test('an orphaning deletion is queued as such', () => {
    const g = new OwnerGraph()
    g.put(THINGS, object('a'))
    expect(g.put(THINGS, object('a', [], going(ORPHAN))).toOrphan).toEqual(['a'])
  })

  test('links are those of the objects, in whatever order they come and go', () => {
    const IDS = ['a', 'b', 'c', 'd']
    const step = fc.record({ uid: fc.constantFrom(...IDS), owners: fc.option(fc.uniqueArray(fc.constantFrom(...IDS), { maxLength: 3 })) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const g = new OwnerGraph()
        const model = new Map<string, string[]>()
        for (const { uid, owners } of steps) {
          if (owners === null) {
            g.remove(uid)
            model.delete(uid)
          } else {
            g.put(THINGS, object(uid, owners))
            model.set(uid, owners)
          }
        }
        for (const id of IDS) {
          expect(uids(g.dependentsOf(id))).toEqual(
            [...model]
              .filter(([, o]) => o.includes(id))
              .map(([uid]) => uid)
              .sort(),
          )
        }
        expect(g.size).toBe(model.size)
      }),
    )
  })
})
