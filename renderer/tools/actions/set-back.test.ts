import { expect, test } from 'vitest'
import type { KubeObject } from '../../kube/types.ts'
import { type AutoscalerMeta, setBackBy } from './set-back.ts'

const metadata = (name: string, more: object = {}) => ({ name, namespace: 'shop', uid: name, resourceVersion: '1', ...more })
const sails = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: metadata('sails') } as KubeObject
const autoscaler = (name: string, target: object, bounds: object = { minReplicas: 2, maxReplicas: 8 }, namespace = 'shop') =>
  ({ metadata: metadata(name, { namespace }), spec: { scaleTargetRef: target, ...bounds } }) as AutoscalerMeta
const ofSails = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'sails' }

test.each([
  [3, undefined, 'moves', 3],
  [9, undefined, 'becomes', 8],
  [1, undefined, 'becomes', 2],
  [0, undefined, 'stops', 2],
  [0, { minReplicas: 0, maxReplicas: 8 }, 'moves', 0],
  [1, { maxReplicas: 8 }, 'moves', 1],
])('a wish of %i with %j: %s', (wish, bounds, how, to) => {
  expect(setBackBy(sails, wish, [autoscaler('winds', ofSails, bounds)])).toMatchObject([
    { object: 'shop/sails', kind: 'HorizontalPodAutoscaler', name: 'winds', how, to },
  ])
})

test('another object of that name is not the target', () => {
  const others = [
    autoscaler('name', { ...ofSails, name: 'masts' }),
    autoscaler('kind', { ...ofSails, kind: 'StatefulSet' }),
    autoscaler('group', { ...ofSails, apiVersion: 'example.com/v1' }),
    autoscaler('namespace', ofSails, undefined, 'harbour'),
  ]
  expect(setBackBy(sails, 3, others)).toEqual([])
  // An older version of the same group, or none at all, is the same target.
  expect(
    setBackBy(sails, 3, [
      autoscaler('a', { ...ofSails, apiVersion: 'apps/v1beta1' }),
      autoscaler('b', { kind: 'Deployment', name: 'sails' }),
    ]),
  ).toHaveLength(2)
})

test('what a controller made is scaled by that', () => {
  const owned = {
    ...sails,
    kind: 'ReplicaSet',
    metadata: metadata('sails-1', { ownerReferences: [{ kind: 'Deployment', name: 'sails', controller: true }] }),
  }
  expect(setBackBy(owned as KubeObject, 3, [])).toEqual([{ object: 'shop/sails-1', kind: 'Deployment', name: 'sails', how: 'owned' }])
})
