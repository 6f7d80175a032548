import { describe, expect, test } from 'vitest'
import type { Node, Pod, Strings, Volume } from '../../../client/objects.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { placing, type Placement } from '../../testing/place.ts'
import { makeNode, makePod } from '../../testing/objects.ts'

const ZONE = 'topology.kubernetes.io/zone'
const node = (name: string, zone = 'a'): Node => makeNode(name, { labels: { [ZONE]: zone, 'kubernetes.io/hostname': name } })
const uses = (...claims: string[]): Volume[] => claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } }))
const pod = (volumes: Volume[], name = 'p'): Pod => makePod(name, {}, { volumes })

const claim = (
  name: string,
  more: { volumeName?: string; storageClassName?: string; accessModes?: string[]; annotations?: Strings } = {},
): KubeObject => {
  const { annotations, ...spec } = more
  const bound = spec.volumeName === undefined ? undefined : { 'pv.kubernetes.io/bind-completed': 'yes' }
  return {
    metadata: { name, namespace: 'default', uid: name, annotations: { ...bound, ...annotations } },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  }
}
const volume = (name: string, more: { zone?: string; node?: string; spec?: object; storage?: string } = {}): KubeObject => ({
  metadata: { name, ...(more.zone === undefined ? {} : { labels: { [ZONE]: more.zone } }) },
  spec: {
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: more.storage ?? '1Gi' },
    storageClassName: 'late',
    ...(more.node === undefined
      ? {}
      : {
          nodeAffinity: {
            required: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [more.node] }] }],
            },
          },
        }),
    ...more.spec,
  },
  status: { phase: 'Available' },
})
const late = (provisioner: string, more: object = {}): KubeObject => ({
  metadata: { name: 'late' },
  provisioner,
  volumeBindingMode: 'WaitForFirstConsumer',
  ...more,
})

interface Stored {
  claims?: KubeObject[]
  volumes?: KubeObject[]
  classes?: KubeObject[]
  csiNodes?: KubeObject[]
  csiDrivers?: KubeObject[]
  attachments?: KubeObject[]
  bound?: [Pod, string][]
}
const put = (
  p: Pod,
  { claims = [], volumes = [], classes = [], csiNodes = [], csiDrivers = [], attachments = [], bound = [] }: Stored,
): Placement =>
  placing(p, [node('n1', 'a'), node('n2', 'b')], bound, {
    persistentVolumeClaims: claims,
    persistentVolumes: volumes,
    storageClasses: classes,
    csiNodes,
    csiDrivers,
    volumeAttachments: attachments,
  })
const NOT_HELPFUL = 'preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.'

describe('a pod waits', () => {
  test.each([
    ['without its claim', {}, 'persistentvolumeclaim "c" not found'],
    ['for a claim that is not bound', { claims: [claim('c')] }, 'pod has unbound immediate PersistentVolumeClaims'],
  ])('%s', (_, stored, why) => {
    expect(put(pod(uses('c')), stored).message).toBe(`0/2 nodes are available: ${why}. ${NOT_HELPFUL}`)
  })

  test('for the controller that makes its ephemeral claim', () => {
    const p = pod([{ name: 'e', ephemeral: {} }])
    expect(put(p, {}).message).toContain('waiting for ephemeral volume controller to create the persistentvolumeclaim "p-e"')
    expect(put(p, { claims: [claim('p-e', { volumeName: 'v' })], volumes: [volume('v')] }).message).toContain(
      'was not created for pod default/p',
    )
  })

  test('for a claim that is lost, or on its way out', () => {
    const lost = { ...claim('c', { volumeName: 'v' }), status: { phase: 'Lost' } }
    expect(put(pod(uses('c')), { claims: [lost] }).message).toContain(
      'persistentvolumeclaim "c" bound to non-existent persistentvolume "v"',
    )
    const going = claim('c', { volumeName: 'v' })
    going.metadata.deletionTimestamp = '2026-01-01T00:00:00Z'
    expect(put(pod(uses('c')), { claims: [going] }).message).toContain('persistentvolumeclaim "c" is being deleted')
  })
})

describe('a pod goes where its volume is', () => {
  test('by the volume’s affinity, and by its zone', () => {
    const claims = [claim('c', { volumeName: 'v' })]
    expect(put(pod(uses('c')), { claims, volumes: [volume('v', { node: 'n2' })] }).nodeName).toBe('n2')
    expect(put(pod(uses('c')), { claims, volumes: [volume('v', { zone: 'b__c' })] }).nodeName).toBe('n2')
    expect(put(pod(uses('c')), { claims, volumes: [volume('v', { node: 'n9' })] }).message).toContain(
      "2 node(s) didn't match PersistentVolume's node affinity",
    )
    expect(put(pod(uses('c')), { claims, volumes: [volume('v', { zone: 'z' })] }).message).toContain(
      '2 node(s) had no available volume zone',
    )
  })

  test('a delayed claim takes a volume of the node, or one that can be made there', () => {
    const claims = [claim('c', { storageClassName: 'late' })]
    const byHand = [late('kubernetes.io/no-provisioner')]
    expect(put(pod(uses('c')), { claims, classes: byHand, volumes: [volume('v', { node: 'n2' })] }).nodeName).toBe('n2')
    expect(put(pod(uses('c')), { claims, classes: byHand, volumes: [volume('v', { storage: '1Mi' })] }).message).toBe(
      `0/2 nodes are available: 2 node(s) didn't find available persistent volumes to bind. ${NOT_HELPFUL}`,
    )
    expect(put(pod(uses('c')), { claims, classes: [late('example.com/x')] }).nodeName).toBeDefined()
    const inB = { allowedTopologies: [{ matchLabelExpressions: [{ key: ZONE, values: ['b'] }] }] }
    expect(put(pod(uses('c')), { claims, classes: [late('example.com/x', inB)] }).nodeName).toBe('n2')
    const chosen = [claim('c', { storageClassName: 'late', annotations: { 'volume.kubernetes.io/selected-node': 'n2' } })]
    expect(put(pod(uses('c')), { claims: chosen, classes: [late('example.com/x')] }).nodeName).toBe('n2')
  })

  test('two claims of a pod do not take the same volume', () => {
    const claims = ['a', 'b'].map((name) => claim(name, { storageClassName: 'late' }))
    const classes = [late('kubernetes.io/no-provisioner')]
    const volumes = [volume('v1', { node: 'n1' }), volume('v2', { node: 'n2' }), volume('w2', { node: 'n2' })]
    expect(put(pod(uses('a', 'b')), { claims, classes, volumes }).nodeName).toBe('n2')
  })
})

test('a claim for one pod alone keeps others waiting', () => {
  const claims = [claim('c', { volumeName: 'v', accessModes: ['ReadWriteOncePod'] })]
  const stored: Stored = { claims, volumes: [volume('v')] }
  expect(put(pod(uses('c')), stored).nodeName).toBeDefined()
  expect(put(pod(uses('c')), { ...stored, bound: [[pod(uses('c'), 'q'), 'n1']] }).message).toContain(
    '2 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
  )
  const high = pod(uses('c'))
  high.spec!.priority = 5
  expect(put(high, { ...stored, bound: [[pod(uses('c'), 'q'), 'n1']] }).message).toMatch(/on node n1, preempting 1 victims$/)
})

test('a disk is attached once, unless all only read', () => {
  const disk = (readOnly: boolean): Volume => ({ name: 'd', gcePersistentDisk: { pdName: 'x', readOnly } })
  expect(put(pod([disk(false)]), { bound: [[pod([disk(true)], 'q'), 'n1']] }).nodeName).toBe('n2')
  expect(
    put(pod([disk(true)]), {
      bound: [
        [pod([disk(true)], 'q'), 'n1'],
        [pod([disk(true)], 'r'), 'n2'],
      ],
    }).nodeName,
  ).toBeDefined()
})

test('a node takes as many volumes of a driver as it says', () => {
  const csi = (name: string) => volume(name, { spec: { csi: { driver: 'x', volumeHandle: name } } })
  const claims = ['a', 'b', 'c'].map((name) => claim(name, { volumeName: `v${name}` }))
  const volumes = ['va', 'vb', 'vc'].map(csi)
  const csiNodes = ['n1', 'n2'].map((name) => ({ metadata: { name }, spec: { drivers: [{ name: 'x', allocatable: { count: 1 } }] } }))
  const full: Stored = { claims, volumes, csiNodes, bound: [[pod(uses('a'), 'q'), 'n1']] }
  expect(put(pod(uses('b')), full).nodeName).toBe('n2')
  expect(put(pod(uses('a')), full).nodeName).toBeDefined()
  expect(put(pod(uses('b', 'c')), full).message).toContain('2 node(s) exceed max volume count')
})

describe('disks of plugins that drivers have taken over', () => {
  const driver = 'ebs.csi.aws.com'
  const csiNodes = ['n1', 'n2'].map((name) => ({ metadata: { name }, spec: { drivers: [{ name: driver, allocatable: { count: 1 } }] } }))
  const disk = (volumeID: string, readOnly = false): Volume => ({ name: volumeID, awsElasticBlockStore: { volumeID, readOnly } })
  const old = (name: string, volumeID: string) => volume(name, { spec: { awsElasticBlockStore: { volumeID } } })

  test('count for the drivers, whoever names them: a volume, a pod, a class', () => {
    const claims = [claim('c', { volumeName: 'v' }), claim('d', { storageClassName: 'late' })]
    const classes = [late('kubernetes.io/aws-ebs')]
    const there: Stored = { claims, classes, csiNodes, volumes: [old('v', 'aws://z/vol-1')], bound: [[pod(uses('c'), 'q'), 'n1']] }
    expect(put(pod([disk('vol-2')]), there).nodeName).toBe('n2')
    expect(put(pod(uses('d')), there).nodeName).toBe('n2')
    expect(put(pod([disk('vol-2'), disk('vol-3')]), there).message).toContain('2 node(s) exceed max volume count')
    // The same disk by another name.
    expect(put(pod([disk('vol-1'), disk('vol-2')]), { ...there, bound: [] }).message).toContain('2 node(s) exceed max volume count')
    const files = volume('v', { spec: { azureFile: { shareName: 's', secretNamespace: 'n' } } })
    const limited = ['n1', 'n2'].map((name) => ({
      metadata: { name },
      spec: { drivers: [{ name: 'file.csi.azure.com', allocatable: { count: 0 } }] },
    }))
    expect(put(pod(uses('c')), { claims, volumes: [files], csiNodes: limited }).nodeName).toBeDefined()
  })

  test('are used where the driver says that their zone is', () => {
    const there = (labels: Strings, annotations: Strings): Placement => {
      const zoned = { ...old('v', 'vol-1'), metadata: { name: 'v', labels } }
      const nodes = [
        makeNode('n1', { labels: { 'topology.ebs.csi.aws.com/zone': 'a' } }),
        makeNode('n2', { labels: { 'topology.ebs.csi.aws.com/zone': 'b' } }),
      ]
      return placing(pod(uses('c')), nodes, [], {
        persistentVolumeClaims: [claim('c', { volumeName: 'v' })],
        persistentVolumes: [zoned],
        csiNodes: ['n1', 'n2'].map((name) => ({ metadata: { name, annotations } })),
      })
    }
    const moved = { 'storage.alpha.kubernetes.io/migrated-plugins': 'kubernetes.io/gce-pd,kubernetes.io/aws-ebs' }
    expect(there({ [ZONE]: 'b' }, moved).nodeName).toBe('n2')
    expect(there({ 'failure-domain.beta.kubernetes.io/zone': 'z' }, moved).message).toContain(
      "2 node(s) didn't match PersistentVolume's node affinity",
    )
    expect(there({ [ZONE]: 'z' }, {}).nodeName).toBeDefined()
  })
})

test('what a pod that has gone leaves attached counts until it is not, and what pods use counts once', () => {
  const csi = (name: string) => volume(name, { spec: { csi: { driver: 'x', volumeHandle: name } } })
  const claims = ['a', 'b'].map((name) => claim(name, { volumeName: `v${name}` }))
  const csiNodes = ['n1', 'n2'].map((name) => ({ metadata: { name }, spec: { drivers: [{ name: 'x', allocatable: { count: 1 } }] } }))
  const attached = (persistentVolumeName: string) => ({
    metadata: { name: persistentVolumeName },
    spec: { attacher: 'x', nodeName: 'n1', source: { persistentVolumeName } },
  })
  const stored: Stored = { claims, volumes: ['va', 'vb', 'vc'].map(csi), csiNodes, attachments: [attached('vc')] }
  expect(put(pod(uses('b')), stored).nodeName).toBe('n2')
  const two = csiNodes.map((n) => ({ ...n, spec: { drivers: [{ name: 'x', allocatable: { count: 2 } }] } }))
  const shared: Stored = {
    ...stored,
    csiNodes: [two[0]!, csiNodes[1]!],
    attachments: [attached('va')],
    bound: [
      [pod(uses('a'), 'q'), 'n1'],
      [pod(uses('a'), 'r'), 'n2'],
    ],
  }
  expect(put(pod(uses('b')), shared).nodeName).toBe('n1')
})

test('a driver that wants no pods where it is not installed gets none there', () => {
  const claims = [claim('c', { volumeName: 'v' })]
  const volumes = [volume('v', { spec: { csi: { driver: 'x', volumeHandle: 'v' } } })]
  const csiDrivers = [{ metadata: { name: 'x' }, spec: { preventPodSchedulingIfMissing: true } }]
  const csiNodes = [{ metadata: { name: 'n2' }, spec: { drivers: [{ name: 'x' }] } }]
  expect(put(pod(uses('c')), { claims, volumes, csiDrivers, csiNodes }).nodeName).toBe('n2')
  expect(put(pod(uses('c')), { claims, volumes, csiDrivers }).message).toContain('2 x CSI driver is not installed on the node')
  expect(put(pod(uses('c')), { claims, volumes, csiDrivers: [{ metadata: { name: 'x' }, spec: {} }] }).nodeName).toBeDefined()
})
