import type { Random } from '../fuzz/random.ts'
import { ACCOUNTS, NAMES, NAMESPACES, NODES } from './matrix.ts'
import { post, type Json, type Write } from './policy.ts'

/** Objects from which the rights of nodes follow. Their names are few, so that many lead to the same ones. */
const names = NAMES.slice(1, 6)
const PODS = 8
const VOLUMES = 12

const secretRef = (random: Random, namespaced: boolean): Json => ({
  name: random.pick(names),
  ...(namespaced && random.chance(0.7) ? { namespace: random.pick(NAMESPACES) } : {}),
})

function podVolume(random: Random, i: number): Json {
  const name = random.pick(names)
  return {
    name: `v${i}`,
    ...random.weighted<Json>([
      [2, { secret: { secretName: name } }],
      [2, { configMap: { name } }],
      [2, { persistentVolumeClaim: { claimName: name } }],
      [1, { projected: { sources: [{ secret: { name } }, { configMap: { name: random.pick(names) } }] } }],
      [1, { csi: { driver: 'd.example.com', nodePublishSecretRef: { name } } }],
      [
        0.5,
        { ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } } } },
      ],
      [0.5, { cephfs: { monitors: ['m'], secretRef: { name } } }],
      [0.5, { iscsi: { targetPortal: '1.2.3.4', iqn: 'iqn.2000-01.com.example:a', lun: 0, secretRef: { name } } }],
      [0.5, { azureFile: { secretName: name, shareName: 's' } }],
    ]),
  }
}

function podOf(random: Random, name: string): Json {
  const env = random.chance(0.4)
    ? [{ name: 'E', valueFrom: { [random.chance(0.5) ? 'secretKeyRef' : 'configMapKeyRef']: { name: random.pick(names), key: 'k' } } }]
    : []
  const envFrom = random.chance(0.2) ? [{ [random.chance(0.5) ? 'secretRef' : 'configMapRef']: { name: random.pick(names) } }] : []
  const container = { name: 'c', image: 'i', env, envFrom }
  return {
    metadata: { name },
    spec: {
      ...(random.chance(0.85) ? { nodeName: random.pick(NODES) } : {}),
      serviceAccountName: random.pick(ACCOUNTS),
      automountServiceAccountToken: false,
      containers: [container],
      ...(random.chance(0.2) ? { initContainers: [{ ...container, name: 'i' }] } : {}),
      ...(random.chance(0.2) ? { imagePullSecrets: [{ name: random.pick(names) }] } : {}),
      ...(random.chance(0.2) ? { resourceClaims: [{ name: 'r', resourceClaimName: random.pick(names) }] } : {}),
      volumes: Array.from({ length: random.below(3) }, (_, i) => podVolume(random, i)),
    },
  }
}

function volumeOf(random: Random, name: string): Json {
  const source = random.weighted<Json>([
    [
      3,
      {
        csi: {
          ...{ driver: 'd.example.com', volumeHandle: name, nodePublishSecretRef: csiRef(random), nodeStageSecretRef: csiRef(random) },
          ...{ controllerPublishSecretRef: csiRef(random), nodeExpandSecretRef: csiRef(random) },
        },
      },
    ],
    [1, { iscsi: { targetPortal: '1.2.3.4', iqn: 'iqn.2000-01.com.example:a', lun: 0, secretRef: secretRef(random, true) } }],
    [1, { cephfs: { monitors: ['m'], secretRef: secretRef(random, true) } }],
    [1, { rbd: { monitors: ['m'], image: 'i', secretRef: secretRef(random, true) } }],
    [1, { flexVolume: { driver: 'a/b', secretRef: secretRef(random, true) } }],
    [
      1,
      {
        azureFile: {
          secretName: random.pick(names),
          shareName: 's',
          ...(random.chance(0.5) ? { secretNamespace: random.pick(NAMESPACES) } : {}),
        },
      },
    ],
    [1, { hostPath: { path: '/x' } }],
  ])
  return {
    metadata: { name },
    spec: {
      ...{ capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...source },
      ...(random.chance(0.8) ? { claimRef: { namespace: random.pick(NAMESPACES), name: random.pick(names) } } : {}),
    },
  }
}

const csiRef = (random: Random): Json => ({ name: random.pick(names), namespace: random.pick(NAMESPACES) })

export const attachment = (name: string, nodeName: string): Write =>
  post('/apis/storage.k8s.io/v1/volumeattachments', {
    metadata: { name },
    spec: { attacher: 'd.example.com', nodeName, source: { persistentVolumeName: 'a' } },
  })
export const slice = (name: string, nodeName: string): Write =>
  post('/apis/resource.k8s.io/v1/resourceslices', {
    metadata: { name },
    spec: { driver: 'd.example.com', nodeName, pool: { name: nodeName, generation: 1, resourceSliceCount: 1 }, devices: [] },
  })

export function* nodeObjects(random: Random): IterableIterator<Write> {
  for (const namespace of NAMESPACES) {
    for (const name of ACCOUNTS) yield post(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } })
    for (let i = 0; i < PODS; i++) yield post(`/api/v1/namespaces/${namespace}/pods`, podOf(random, names[i] ?? `pod-${i}`))
  }
  for (let i = 0; i < VOLUMES; i++) yield post('/api/v1/persistentvolumes', volumeOf(random, names[i] ?? `pv-${i}`))
  for (const name of names) {
    if (random.chance(0.8)) yield attachment(name, random.pick(NODES))
    if (random.chance(0.8)) yield slice(name, random.pick(NODES))
  }
}

/** Some go, and some come again on another node. */
export function* changedNodeObjects(random: Random): IterableIterator<Write> {
  const remove = (path: string): Write => ({ method: 'DELETE', path: `${path}?gracePeriodSeconds=0` })
  for (const namespace of NAMESPACES)
    for (let i = 0; i < PODS; i++) {
      if (random.chance(0.5)) continue
      const name = names[i] ?? `pod-${i}`
      const at = `/api/v1/namespaces/${namespace}/pods`
      yield remove(`${at}/${name}`)
      if (random.chance(0.6)) yield post(at, podOf(random, name))
    }
  for (const name of names) {
    if (random.chance(0.4)) yield* [remove(`/apis/storage.k8s.io/v1/volumeattachments/${name}`), attachment(name, random.pick(NODES))]
    if (random.chance(0.4)) yield remove(`/apis/resource.k8s.io/v1/resourceslices/${name}`)
    if (random.chance(0.4)) yield { method: 'PATCH', path: `/api/v1/persistentvolumes/${name}`, body: { spec: { claimRef: null } } }
  }
}
