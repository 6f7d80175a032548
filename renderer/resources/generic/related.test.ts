import { expect, test } from 'vitest'
import type { KubeObject } from '../../kube/types.ts'
import { relatedTo } from './related.ts'

const object = (name: string, spec: object) => ({ metadata: { name, namespace: 'shop' }, spec }) as unknown as KubeObject
const workload = { ...object('cart', {}), kind: 'Deployment' }
const made = { ...object('cart-1', {}), kind: 'ReplicaSet' }
made.metadata.ownerReferences = [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart', uid: 'u', controller: true }]
const labels = { app: 'cart', tier: 'front' }
const names = (key: string, ...specs: object[]) =>
  relatedTo(
    workload,
    labels,
    specs.map((spec, at) => ({ key, kind: 'X', object: object(String(at), spec) })),
  ).map((one) => one.object.metadata.name)

test('a Service is by labels, and one without a selector is for nobody', () => {
  expect(names('services', { selector: { app: 'cart' } }, { selector: { app: 'other' } }, { selector: {} }, {})).toEqual(['0'])
})

test('an autoscaler is by its target', () => {
  const of = (kind: string, name: string) => ({ scaleTargetRef: { kind, name } })
  expect(names('horizontalpodautoscalers.autoscaling', of('Deployment', 'cart'), of('StatefulSet', 'cart'), of('Deployment', 'x'))).toEqual(
    ['0'],
  )
})

test('an empty selector of a budget or a policy is for every pod, an absent one of a budget for none', () => {
  const expressions = { matchExpressions: [{ key: 'tier', operator: 'In', values: ['front'] }] }
  expect(names('poddisruptionbudgets.policy', { selector: {} }, {}, { selector: expressions })).toEqual(['0', '2'])
  expect(names('networkpolicies.networking.k8s.io', { podSelector: {} }, {}, { podSelector: { matchLabels: { app: 'x' } } })).toEqual([
    '0',
    '1',
  ])
})

test('what scales its owner scales a ReplicaSet', () => {
  const scaler = object('winds', { scaleTargetRef: { kind: 'Deployment', name: 'cart' } })
  const listed = [{ key: 'horizontalpodautoscalers.autoscaling', kind: 'HorizontalPodAutoscaler', object: scaler }]
  expect(relatedTo(made, labels, listed)).toEqual(listed)
})
