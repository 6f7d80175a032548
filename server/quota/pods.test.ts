import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../machinery/types.ts'
import { listOf } from './amounts.ts'
import { podUsage, usesNode } from './pods.ts'

type Json = Record<string, unknown>

const container = (name: string, requests?: Json, limits?: Json, more: Json = {}): Json => ({
  name,
  resources: { ...(requests ? { requests } : {}), ...(limits ? { limits } : {}) },
  ...more,
})
const pod = (containers: Json[], spec: Json = {}, status: Json = {}): KubeObject =>
  ({ metadata: {}, spec: { containers, ...spec }, status }) as KubeObject
const used = (obj: KubeObject, now = 0): Json => {
  const { 'count/pods': objects, pods, ...rest } = listOf(podUsage(obj, now))
  expect([objects, pods]).toEqual(['1', '1'])
  return rest
}
const INFEASIBLE = [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }]

// The sums were compared with those of kube-controller-manager 1.37.
describe('what a pod uses', () => {
  test.each<[string, KubeObject, Json]>([
    ['nothing that it does not say', pod([container('a')]), {}],
    [
      'what its containers ask for together, under both names',
      pod([container('a', { cpu: '100m' }, { cpu: '1' }), container('b', { cpu: '200m', memory: '1Gi' })]),
      { cpu: '300m', 'requests.cpu': '300m', memory: '1Gi', 'requests.memory': '1Gi', 'limits.cpu': '1' },
    ],
    [
      'what an init container needs beside the sidecars before it, if that is more',
      pod([container('a', { cpu: '100m' })], {
        initContainers: [
          container('i', { cpu: '1' }, { cpu: '2' }),
          container('s', { cpu: '50m' }, { cpu: '60m' }, { restartPolicy: 'Always' }),
          container('j', { cpu: '970m' }),
        ],
      }),
      { cpu: '1020m', 'requests.cpu': '1020m', 'limits.cpu': '2' },
    ],
    [
      'what is said of it as a whole, and its overhead',
      pod([container('a', { cpu: '100m', 'ephemeral-storage': '1Gi' })], {
        resources: { requests: { cpu: '500m' }, limits: { cpu: '1' } },
        overhead: { cpu: '10m', memory: '1Mi' },
      }),
      {
        ...{ cpu: '510m', 'requests.cpu': '510m', memory: '1Mi', 'requests.memory': '1Mi', 'limits.cpu': '1010m' },
        ...{ 'ephemeral-storage': '1Gi', 'requests.ephemeral-storage': '1Gi' },
      },
    ],
    [
      'pages and vendors’ resources, of which no more is promised than asked for',
      pod([container('a', { 'hugepages-2Mi': '4Mi', 'example.com/card': '2' }, { 'hugepages-2Mi': '4Mi', 'example.com/card': '2' })]),
      { 'hugepages-2Mi': '4Mi', 'requests.hugepages-2Mi': '4Mi', 'requests.example.com/card': '2' },
    ],
    [
      'while it is resized the most of what it wants, was promised and has',
      pod(
        [container('a', { cpu: '100m', memory: '10Mi' }, { cpu: '300m' }), container('b', { cpu: '100m' })],
        {},
        {
          containerStatuses: [
            {
              name: 'a',
              resources: { requests: { cpu: '400m', memory: '5Mi' }, limits: { cpu: '600m' } },
              allocatedResources: { cpu: '200m', memory: '20Mi' },
            },
          ],
        },
      ),
      { cpu: '500m', 'requests.cpu': '500m', memory: '20Mi', 'requests.memory': '20Mi', 'limits.cpu': '600m' },
    ],
    [
      'of a resize that its node cannot do, what it has',
      pod(
        [container('a', { cpu: '9' }, { cpu: '10' }), container('b', { cpu: '1' }, { cpu: '1' })],
        {},
        {
          conditions: INFEASIBLE,
          containerStatuses: [{ name: 'a', resources: { requests: { cpu: '2' }, limits: { cpu: '3' } }, allocatedResources: { cpu: '1' } }],
        },
      ),
      { cpu: '2', 'requests.cpu': '2', 'limits.cpu': '3' },
    ],
    ['of such a resize, where nobody knows what it has, nothing', pod([container('a', { cpu: '9' })], {}, { conditions: INFEASIBLE }), {}],
  ])('%s', (_, obj, amounts) => expect(used(obj)).toEqual(amounts))

  test('is nothing but itself when it has ended, or should have been gone', () => {
    for (const phase of ['Succeeded', 'Failed']) {
      expect(listOf(podUsage(pod([container('a', { cpu: '1' })], {}, { phase }), 0))).toEqual({ 'count/pods': '1' })
    }
    const at = Date.parse('2026-01-01T00:00:00Z')
    const going = pod([container('a')])
    Object.assign(going.metadata, { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 30 })
    expect([at + 30_000, at + 30_001].map((now) => usesNode(going, now))).toEqual([true, false])
  })
})
