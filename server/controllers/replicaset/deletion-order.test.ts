import { expect, test } from 'vitest'
import type { Pod } from '../../client/objects.ts'
import { deletionOrder } from './deletion-order.ts'

const NOW = Date.UTC(2026, 0, 1)
const ago = (s: number): string => new Date(NOW - s * 1000).toISOString()

function pod(
  name: string,
  o: { node?: string; phase?: string; ready?: number; cost?: string; restarts?: number; sidecar?: number; created?: number } = {},
): Pod {
  return {
    metadata: {
      name,
      uid: name,
      creationTimestamp: ago(o.created ?? 1000),
      ...(o.cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': o.cost } }),
    },
    spec: { nodeName: o.node ?? 'n', initContainers: [{ name: 'side', restartPolicy: 'Always' }, { name: 'init' }] },
    status: {
      phase: o.phase ?? 'Running',
      containerStatuses: [{ name: 'c', restartCount: o.restarts ?? 0 }],
      // What an init container did before the pod ran says nothing of it now.
      initContainerStatuses: [
        { name: 'side', restartCount: o.sidecar ?? 0 },
        { name: 'init', restartCount: 9 - (o.sidecar ?? 0) },
      ],
      conditions: o.ready === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: ago(o.ready) }],
    },
  }
}

test('the least useful goes first', () => {
  const expected = [
    pod('unassigned', { node: '', ready: 900 }),
    pod('pending', { phase: 'Pending', ready: 900 }),
    pod('restarting', { restarts: 5 }),
    pod('unready-young', { created: 2 }),
    pod('unready-old'),
    pod('cheap', { ready: 900, cost: '-1' }),
    pod('crowded', { ready: 900, node: 'full' }),
    pod('just-ready', { ready: 3 }),
    pod('ready-restarted', { ready: 900, restarts: 2 }),
    pod('ready-sidecar-restarted', { ready: 900, sidecar: 1 }),
    pod('ready', { ready: 900 }),
    pod('dear', { ready: 900, cost: '10' }),
  ]
  const order = deletionOrder([...expected].reverse(), (p) => (p.spec?.nodeName === 'full' ? 2 : 1), NOW, true)
  expect(order.map((p) => p.metadata.name)).toEqual(expected.map((p) => p.metadata.name))
})

test('ages on the same power of two are told apart by uid only', () => {
  const order = deletionOrder([pod('b', { ready: 600 }), pod('a', { ready: 900 })], () => 1, NOW, true)
  expect(order.map((p) => p.metadata.name)).toEqual(['a', 'b'])
})
