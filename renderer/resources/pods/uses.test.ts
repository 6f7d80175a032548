import { expect, test } from 'vitest'
import type { PodSpec } from './types.ts'
import { useKeys, usesOf } from './uses.ts'

const spec = {
  volumes: [
    { name: 'config', configMap: { name: 'charts' } },
    { name: 'keys', secret: { secretName: 'keys' } },
    { name: 'hold', persistentVolumeClaim: { claimName: 'hold' } },
    { name: 'scratch', ephemeral: {} },
    { name: 'both', projected: { sources: [{ configMap: { name: 'root' } }, { secret: { name: 'token' } }, { downwardAPI: {} }] } },
    { name: 'disk', csi: { driver: 'x', nodePublishSecretRef: { name: 'disk-login' } } },
    { name: 'ceph', rbd: { secretRef: { name: 'ceph-login' } } },
    { name: 'none', emptyDir: {} },
  ],
  initContainers: [{ name: 'first', envFrom: [{ secretRef: { name: 'keys' } }, { configMapRef: { name: 'charts' } }] }],
  containers: [
    {
      name: 'web',
      env: [
        { name: 'PLAIN', value: 'x' },
        { name: 'DB', valueFrom: { secretKeyRef: { name: 'db', key: 'url' } } },
        { name: 'DEPTH', valueFrom: { configMapKeyRef: { name: 'charts', key: 'depth' } } },
        { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      ],
    },
  ],
  imagePullSecrets: [{ name: 'quay' }, {}],
} as unknown as PodSpec

test('every place where a pod names an object of its namespace', () => {
  const found = usesOf(spec, 'alpha').map(({ kind, name, where }) => `${where}: ${kind} ${name}`)
  expect(found).toEqual([
    'volumes[config]: ConfigMap charts',
    'volumes[keys]: Secret keys',
    'volumes[hold]: PersistentVolumeClaim hold',
    'volumes[scratch]: PersistentVolumeClaim alpha-scratch',
    'volumes[both]: ConfigMap root',
    'volumes[both]: Secret token',
    'volumes[disk]: Secret disk-login',
    'volumes[ceph]: Secret ceph-login',
    'initContainers[first].envFrom: Secret keys',
    'initContainers[first].envFrom: ConfigMap charts',
    'containers[web].env[DB]: Secret db',
    'containers[web].env[DEPTH]: ConfigMap charts',
    'imagePullSecrets: Secret quay',
  ])
})

test('a template has no claims of its own yet, and each object is kept once', () => {
  expect(useKeys(usesOf(spec)).filter((key) => key.startsWith('PersistentVolumeClaim'))).toEqual(['PersistentVolumeClaim/hold'])
  expect(useKeys(usesOf(spec)).filter((key) => key === 'ConfigMap/charts')).toHaveLength(1)
  expect(usesOf(undefined)).toEqual([])
})

test.each([
  [{ volumes: [{ name: 'x', configMap: null, projected: { sources: null } }] }],
  [{ containers: [{ name: 'x', env: null, envFrom: [null] }] }],
])('what is not as it should be names nothing: %j', (odd) => expect(usesOf(odd as unknown as PodSpec)).toEqual([]))
