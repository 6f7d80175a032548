import { describe, expect, test } from 'vitest'
import type { Node } from '../../../client/objects.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { makeNode, makePod } from '../../testing/objects.ts'
import { placing, type Placement } from '../../testing/place.ts'
import { capacityScore } from './provisioning.ts'

const HOST = 'kubernetes.io/hostname'
const node = (name: string): Node => makeNode(name, { labels: { [HOST]: name } })
const claim = (name: string, storage: string): KubeObject => ({
  metadata: { name, namespace: 'default', uid: name },
  spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'local', resources: { requests: { storage } } },
})
const volume = (name: string, on: string, storage: string): KubeObject => ({
  metadata: { name },
  spec: {
    ...{ accessModes: ['ReadWriteOnce'], capacity: { storage }, storageClassName: 'local' },
    nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: HOST, operator: 'In', values: [on] }] }] } },
  },
  status: { phase: 'Available' },
})
const classes = [{ metadata: { name: 'local' }, provisioner: 'csi.example.com', volumeBindingMode: 'WaitForFirstConsumer' }]
const driver = (storageCapacity: boolean): KubeObject => ({ metadata: { name: 'csi.example.com' }, spec: { storageCapacity } })
const left = (on: string | undefined, more: object): KubeObject => ({
  metadata: { name: `of-${on}`, namespace: 'kube-system' },
  storageClassName: 'local',
  ...(on === undefined ? {} : { nodeTopology: { matchLabels: { [HOST]: on } } }),
  ...more,
})

interface Stored {
  claims: KubeObject[]
  volumes?: KubeObject[]
  csiDrivers?: KubeObject[]
  csiStorageCapacities?: KubeObject[]
}
const put = ({ claims, volumes = [], ...csi }: Stored, configuration?: object): Placement => {
  const uses = claims.map(({ metadata: { name = '' } }) => ({ name, persistentVolumeClaim: { claimName: name } }))
  const objects = { persistentVolumeClaims: claims, persistentVolumes: volumes, storageClasses: classes, ...csi }
  return placing(makePod('p', {}, { volumes: uses }), [node('n1'), node('n2'), node('n3')], [], objects, undefined, configuration)
}

describe('a driver that tells of its storage', () => {
  const csiDrivers = [driver(true)]
  const one = [claim('c', '10Gi')]
  test('gets no claim for which it has no room', () => {
    const csiStorageCapacities = [left('n1', { capacity: '9Gi' }), left('n2', { capacity: '10Gi' }), left(undefined, { capacity: '1Ti' })]
    expect(put({ claims: one, csiDrivers, csiStorageCapacities }).nodeName).toBe('n2')
    expect(put({ claims: one, csiDrivers }).message).toBe(
      '0/3 nodes are available: 3 node(s) did not have enough free storage. ' +
        'preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    )
  })
  test('by the size of the largest volume, where that is told', () => {
    const csiStorageCapacities = [
      left('n1', { capacity: '100Gi', maximumVolumeSize: '9Gi' }),
      left('n3', { capacity: '9Gi', maximumVolumeSize: '10Gi' }),
      left('n2', { capacity: '100Gi', storageClassName: 'other' }),
    ]
    expect(put({ claims: one, csiDrivers, csiStorageCapacities }).nodeName).toBe('n3')
  })
  test('is not asked unless it says that it tells', () => {
    expect(put({ claims: one, csiDrivers: [driver(false)] }).nodeName).toBeDefined()
    expect(put({ claims: one }).nodeName).toBeDefined()
  })
})

describe('of nodes that have room', () => {
  const csiDrivers = [driver(true)]
  const csiStorageCapacities = [left('n1', { capacity: '20Gi' }), left('n2', { capacity: '50Gi' }), left('n3', { capacity: '40Gi' })]
  const claims = [claim('a', '5Gi'), claim('b', '5Gi')]
  test('the one with the most left is taken', () => {
    expect(put({ claims, csiDrivers, csiStorageCapacities }).nodeName).toBe('n2')
  })
  test('or as the shape of the arguments says', () => {
    const shape = [
      { utilization: 0, score: 0 },
      { utilization: 100, score: 10 },
    ]
    const pluginConfig = [{ name: 'VolumeBinding', args: { shape } }]
    expect(put({ claims, csiDrivers, csiStorageCapacities }, { profiles: [{ pluginConfig }] }).nodeName).toBe('n1')
  })
  test('volumes that are there already are held against what they have', () => {
    const volumes = [volume('v1', 'n1', '20Gi'), volume('v2', 'n2', '10Gi'), volume('v3', 'n3', '15Gi')]
    expect(put({ claims: [claim('c', '10Gi')], volumes }).nodeName).toBe('n1')
  })
})

test('numbers: a class has its storage once, classes count the same, volumes that are there count alone', () => {
  const score = capacityScore([
    { utilization: 0, score: 10 },
    { utilization: 100, score: 0 },
  ])
  const of = (name: string, storage: string): never => claim(name, storage) as never
  const room = (capacity: string): never => left('n1', { capacity }) as never
  const ten = { claim: of('a', '10Gi'), capacity: room('100Gi') }
  expect(score([], [ten, { ...ten, claim: of('b', '10Gi') }])).toBe(80)
  const other = { metadata: { name: 'd' }, spec: { storageClassName: 'other', resources: { requests: { storage: '1Gi' } } } } as never
  expect(score([], [ten, { claim: other, capacity: room('2Gi') }])).toBe(70)
  expect(score([{ claim: of('c', '1Gi'), volume: volume('v', 'n1', '4Gi') as never }], [ten])).toBe(75)
  expect(score([], [{ ...ten, capacity: undefined }])).toBe(0)
})
