import { expect, test } from 'vitest'
import type { KubeObject } from '../../kube/types.ts'
import { mayUse, usersOf } from './users.ts'

const kinds: Record<string, string> = {
  'deployments.apps': 'Deployment',
  'replicasets.apps': 'ReplicaSet',
  'cronjobs.batch': 'CronJob',
  'jobs.batch': 'Job',
  serviceaccounts: 'ServiceAccount',
  'ingresses.networking.k8s.io': 'Ingress',
  'gateways.gateway.networking.k8s.io': 'Gateway',
}
const listed = (objects: { key: string; object: KubeObject }[]) => objects.map((one) => ({ ...one, kind: kinds[one.key] ?? '' }))

const object = (name: string, spec: object, more: object = {}) =>
  ({ metadata: { name, namespace: 'shop', uid: name, resourceVersion: '1', ...more }, spec }) as unknown as KubeObject
const template = (configMap: string) => ({
  template: {
    spec: {
      containers: [{ name: 'web', envFrom: [{ configMapRef: { name: configMap } }] }],
      volumes: [{ name: 'v', configMap: { name: configMap } }],
    },
  },
})
const ownedBy = (uid: string) => ({ ownerReferences: [{ uid, kind: 'x', name: uid, controller: true }] })

test('workloads, jobs and what they made: the maker stands for what it made, unless only the made one names it', () => {
  const objects = [
    { key: 'deployments.apps', object: object('front', template('charts-2')) },
    { key: 'replicasets.apps', object: object('front-2', { replicas: 1, ...template('charts-2') }, ownedBy('front')) },
    // A rollout that hangs: what is running still reads the old one.
    { key: 'replicasets.apps', object: object('front-1', { replicas: 3, ...template('charts-1') }, ownedBy('front')) },
    { key: 'replicasets.apps', object: object('front-0', { replicas: 0, ...template('charts-1') }, ownedBy('front')) },
    { key: 'cronjobs.batch', object: object('report', { jobTemplate: { spec: template('charts-1') } }) },
    { key: 'jobs.batch', object: object('report-1', template('charts-1'), ownedBy('report')) },
  ]
  const where = ['volumes[v]', 'containers[web].envFrom']
  expect(usersOf('ConfigMap', 'charts-2', listed(objects))).toEqual([{ key: 'deployments.apps', kind: 'Deployment', name: 'front', where }])
  expect(usersOf('ConfigMap', 'charts-1', listed(objects))).toEqual([
    { key: 'replicasets.apps', kind: 'ReplicaSet', name: 'front-1', where },
    { key: 'cronjobs.batch', kind: 'CronJob', name: 'report', where },
  ])
  expect(usersOf('Secret', 'charts-1', listed(objects))).toEqual([])
})

test('a Secret is named by accounts, ingresses and gateways too', () => {
  const objects = [
    {
      key: 'serviceaccounts',
      object: { ...object('pilot', {}), imagePullSecrets: [{ name: 'quay' }], secrets: [{ name: 'quay' }] } as KubeObject,
    },
    { key: 'ingresses.networking.k8s.io', object: object('front', { tls: [{ hosts: ['a.example', 'b.example'], secretName: 'quay' }] }) },
    {
      key: 'gateways.gateway.networking.k8s.io',
      object: object('edge', {
        listeners: [
          { name: 'web', tls: { certificateRefs: [{ name: 'quay' }] } },
          { name: 'far', tls: { certificateRefs: [{ name: 'quay', namespace: 'other' }] } },
          { name: 'map', tls: { certificateRefs: [{ name: 'quay', kind: 'ConfigMap' }] } },
        ],
      }),
    },
  ]
  expect(usersOf('Secret', 'quay', listed(objects)).map(({ name, where }) => [name, where])).toEqual([
    ['pilot', ['imagePullSecrets', 'secrets']],
    ['front', ['tls[a.example, b.example]']],
    ['edge', ['listeners[web].tls']],
  ])
})

test('what cannot name a kind is not read for it', () => {
  expect(mayUse('ConfigMap')).not.toContain('ingresses.networking.k8s.io')
  expect(mayUse('Secret')).toContain('ingresses.networking.k8s.io')
})
