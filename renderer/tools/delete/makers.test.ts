import { describe, expect, test } from 'vitest'
import type { KubeObject, OwnerReference } from '../../kube/types.ts'
import { controllersOf, makerLoop, makesAgain } from './makers.ts'

const owner = (kind: string, name: string, controller = true, apiVersion = 'apps/v1'): OwnerReference => ({
  apiVersion,
  kind,
  name,
  uid: name,
  controller,
})
const owned = (uid: string, ...ownerReferences: OwnerReference[]): KubeObject => ({
  metadata: { name: uid, uid, namespace: 'shop', ownerReferences },
})

describe('who makes new ones', () => {
  test.each([
    [owner('ReplicaSet', 'r'), 'replicaset-controller'],
    [owner('Job', 'j', true, 'batch/v1'), 'job-controller'],
    [owner('ReplicationController', 'c', true, 'v1'), 'replicationcontroller-controller'],
    [owner('ReplicaSet', 'r', false), undefined],
    [owner('ReplicaSet', 'r', true, 'example.com/v1'), undefined],
    [owner('CronJob', 'c', true, 'batch/v1'), undefined],
  ])('%j: %s', (reference, loop) => expect(makerLoop(reference)).toBe(loop))

  test('each controller that is not chosen itself, with how many it owns, the busiest first', () => {
    const chosen = [
      owned('p1', owner('ReplicaSet', 'small')),
      owned('p2', owner('ReplicaSet', 'large')),
      owned('p3', owner('ReplicaSet', 'large')),
      owned('p4'),
      owned('gone'),
      owned('p5', owner('StatefulSet', 'gone')),
    ]
    expect(controllersOf(chosen).map((c) => [c.owner.name, c.namespace, c.count, c.loop])).toEqual([
      ['large', 'shop', 2, 'replicaset-controller'],
      ['small', 'shop', 1, 'replicaset-controller'],
    ])
  })

  test('one that goes, is finished, suspended or scaled to zero makes nothing again', () => {
    const set = (more: object, kind = 'ReplicaSet'): KubeObject => ({ kind, metadata: { name: 'x' }, ...more }) as KubeObject
    expect(makesAgain(set({ spec: { replicas: 3 } }))).toBe(true)
    expect(makesAgain(set({}, 'DaemonSet'))).toBe(true)
    expect(makesAgain(set({ spec: { replicas: 0 } }))).toBe(false)
    expect(makesAgain(set({ metadata: { name: 'x', deletionTimestamp: 'now' } }))).toBe(false)
    expect(makesAgain(set({ spec: { suspend: true } }, 'Job'))).toBe(false)
    expect(makesAgain(set({ status: { conditions: [{ type: 'Complete', status: 'True' }] } }, 'Job'))).toBe(false)
    expect(makesAgain(set({ status: { conditions: [{ type: 'Complete', status: 'False' }] } }, 'Job'))).toBe(true)
  })
})
