import { beforeEach, describe, expect, test } from 'vitest'
import type { KubeObject } from '../../machinery/types.ts'
import type { Attributes } from '../contract.ts'
import { nodeRules } from '../rbac/bootstrap-policy.ts'
import { TestCache } from '../testing/policy.ts'
import { nodeAuthorizer } from './authorizer.ts'
import { NodeGraph } from './graph.ts'

/** The texts are the reference's. */
let pods: TestCache
let volumes: TestCache
let slices: TestCache
let graph: NodeGraph
beforeEach(() => {
  pods = new TestCache('pods', true, { 'spec.nodeName': (o) => (o.spec as { nodeName?: string }).nodeName ?? '' })
  volumes = new TestCache('persistentvolumes', false)
  slices = new TestCache('resourceslices', false)
  graph = new NodeGraph({
    pods: pods.cache,
    persistentVolumes: volumes.cache,
    resourceSlices: slices.cache,
    volumeAttachments: new TestCache('volumeattachments', false).cache,
    podCertificateRequests: new TestCache('podcertificaterequests', true).cache,
  })
})

const pod = (name: string, nodeName: string, spec: object = {}, annotations?: Record<string, string>): KubeObject => ({
  metadata: { name, namespace: 'n', ...(annotations === undefined ? {} : { annotations }) },
  spec: { nodeName, serviceAccountName: 'sa', ...spec },
})
const about = (verb: string, resource: string, a: Partial<Attributes> = {}): Attributes => ({
  ...{ isResourceRequest: true, verb, path: '', apiGroup: '', apiVersion: 'v1', namespace: '', resource, subresource: '', name: '' },
  ...{ fieldSelector: '', labelSelector: '' },
  ...a,
})
const decide = (a: Attributes, name = 'system:node:a', groups = ['system:nodes']): string => {
  const decision = nodeAuthorizer(graph, nodeRules()).authorize({ name, groups }, a)
  return 'decision' in decision ? (decision.decision === 'allow' ? 'allow' : decision.reason) : expect.unreachable()
}
const NONE = "no relationship found between node 'a' and this object"

describe('objects of pods that are bound to the node', () => {
  const read = (resource: string, name: string): string => decide(about('get', resource, { namespace: 'n', name }))

  test('secrets, configmaps, accounts and claims, whatever names them, as long as the pod is there', () => {
    const env = [{ valueFrom: { secretKeyRef: { name: 's1' } } }, { valueFrom: { configMapKeyRef: { name: 'c1' } } }]
    const envFrom = [{ secretRef: { name: 's2' } }, { configMapRef: { name: 'c2' } }]
    const sources = [{ secret: { name: 's3' } }, { configMap: { name: 'c3' } }]
    const one = pod('p', 'a', {
      imagePullSecrets: [{ name: 's4' }],
      containers: [{ env }],
      initContainers: [{ envFrom }],
      volumes: [
        { projected: { sources } },
        { configMap: { name: 'c4' } },
        { secret: { secretName: 's5' } },
        { persistentVolumeClaim: { claimName: 'v1' } },
        { name: 'scratch', ephemeral: {} },
      ],
    })
    pods.put(one, pod('q', 'b', { volumes: [{ secret: { secretName: 'other' } }] }))
    const named = {
      secrets: ['s1', 's2', 's3', 's4', 's5'],
      configmaps: ['c1', 'c2', 'c3', 'c4'],
      persistentvolumeclaims: ['v1', 'p-scratch'],
    }
    const all = Object.entries({ ...named, serviceaccounts: ['sa'] }).flatMap(([r, names]) => names.map((name) => [r, name] as const))
    for (const [resource, name] of all) expect([name, read(resource, name)]).toEqual([name, 'allow'])
    expect(read('secrets', 'other')).toBe(NONE)
    expect(decide(about('get', 'secrets', { namespace: 'm', name: 's1' }))).toBe(NONE)
    expect(decide(about('create', 'serviceaccounts', { namespace: 'n', name: 'sa', subresource: 'token' }))).toBe('allow')
    pods.put({
      ...one,
      spec: { ...(one.spec as object), ephemeralContainers: [{ env: [{ valueFrom: { secretKeyRef: { name: 's9' } } }] }] },
    })
    expect(read('secrets', 's9')).toBe('allow')
    pods.delete(one)
    for (const [resource, name] of all) expect([name, read(resource, name)]).toEqual([name, NONE])
  })

  test('a volume and its secrets by the claim that a pod uses', () => {
    const volume: KubeObject = {
      metadata: { name: 'pv' },
      spec: { claimRef: { namespace: 'n', name: 'v1' }, csi: { nodeStageSecretRef: { namespace: 'm', name: 'key' } } },
    }
    volumes.put(volume)
    const both = (): string[] => [
      decide(about('get', 'persistentvolumes', { name: 'pv' })),
      decide(about('get', 'secrets', { namespace: 'm', name: 'key' })),
    ]
    expect(both()).toEqual([NONE, NONE])
    pods.put(pod('p', 'a', { volumes: [{ persistentVolumeClaim: { claimName: 'v1' } }] }))
    expect(both()).toEqual(['allow', 'allow'])
    volumes.put({ ...volume, spec: { claimRef: { namespace: 'n', name: 'v2' } } })
    expect(both()).toEqual([NONE, NONE])
    volumes.load(volume)
    expect(both()).toEqual(['allow', 'allow'])
    volumes.delete(volume)
    expect(both()).toEqual([NONE, NONE])
  })

  test('a mirror pod leads to nothing but itself', () => {
    pods.put(pod('p', 'a', { volumes: [{ secret: { secretName: 's' } }] }, { 'kubernetes.io/config.mirror': 'x' }))
    expect([read('pods', 'p'), read('secrets', 's'), read('serviceaccounts', 'sa')]).toEqual(['allow', NONE, NONE])
  })
})

describe('the node’s own', () => {
  test.each([
    [about('get', 'nodes', { name: 'a' }), 'allow'],
    [about('get', 'nodes', { name: 'b' }), "node 'a' cannot read 'b', only its own Node object"],
    [about('list', 'nodes'), "node 'a' cannot read all nodes, only its own Node object"],
    [about('patch', 'nodes', { name: 'a', subresource: 'status' }), 'allow'],
    [about('delete', 'nodes', { name: 'a' }), ''],
    [about('list', 'pods', { fieldSelector: 'spec.nodeName=a' }), 'allow'],
    [about('list', 'pods', { fieldSelector: 'spec.nodeName!=a' }), 'can only list/watch pods with spec.nodeName field selector'],
    [about('watch', 'pods', { fieldSelector: 'spec.nodeName=b' }), 'can only list/watch pods with spec.nodeName field selector'],
    [about('watch', 'pods', { fieldSelector: '=' }), 'can only list/watch pods with spec.nodeName field selector'],
    [about('create', 'pods', { namespace: 'n', name: 'p', subresource: 'eviction' }), 'allow'],
    [about('get', 'pods', { namespace: 'n', name: 'p', subresource: 'log' }), ''],
    [about('list', 'secrets', { namespace: 'n' }), 'No Object name found'],
    [about('get', 'secrets', { name: 's' }), 'can only read namespaced object of this type'],
    [about('update', 'configmaps', { namespace: 'n', name: 'c' }), 'can only read resources of this type'],
    [about('update', 'leases', { apiGroup: 'coordination.k8s.io', namespace: 'kube-node-lease', name: 'a' }), 'allow'],
    [
      about('update', 'leases', { apiGroup: 'coordination.k8s.io', namespace: 'kube-node-lease', name: 'b' }),
      'can only access node lease with the same name as the requesting node',
    ],
    [
      about('get', 'leases', { apiGroup: 'coordination.k8s.io', namespace: 'n', name: 'a' }),
      'can only access leases in the "kube-node-lease" system namespace',
    ],
    [about('get', 'csinodes', { apiGroup: 'storage.k8s.io', name: 'a' }), 'allow'],
    [about('create', 'events', { namespace: 'n' }), 'allow'],
    [about('create', 'subjectaccessreviews', { apiGroup: 'authorization.k8s.io' }), 'allow'],
    [about('list', 'services'), 'allow'],
    [about('list', 'deployments', { apiGroup: 'apps' }), ''],
    [about('get', 'constructor', { name: 'x' }), ''],
  ])('%o: %s', (attributes, expected) => {
    expect(decide(attributes)).toBe(expected)
  })

  test('only members of system:nodes with a name are nodes', () => {
    const own = about('get', 'nodes', { name: 'a' })
    expect(decide(own, 'system:node:a', ['system:authenticated'])).toBe('')
    expect(decide(own, 'a')).toBe('')
    expect(decide(own, 'system:node:')).toBe('unknown node for user "system:node:"')
  })

  test('slices that say its name', () => {
    const slice = { metadata: { name: 'slice' }, spec: { nodeName: 'a' } }
    const ask = (): string => decide(about('delete', 'resourceslices', { apiGroup: 'resource.k8s.io', name: 'slice' }))
    expect(ask()).toBe(NONE)
    slices.put(slice)
    expect(ask()).toBe('allow')
    slices.delete(slice)
    expect(ask()).toBe(NONE)
  })
})
