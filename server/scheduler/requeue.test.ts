import { expect, test } from 'vitest'
import type { Node, PodSpec, Strings } from '../client/objects.ts'
import { FakeClock } from '../machinery/clock.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { ClusterEvent } from './framework.ts'
import { NodeInfo } from './node-info.ts'
import { podInfo, type PodInfo } from './pod-info.ts'
import { prioritySort } from './plugins/priority-sort/priority-sort.ts'
import { SchedulingQueue } from './queue.ts'
import { testProfile } from './testing/handle.ts'
import { makeNode, makePod } from './testing/objects.ts'

/** What brings a pod back that a plugin refused, as the plugins of Kubernetes 1.37 say in their queueing hints. */
const { interests } = testProfile()

function comesBack(plugin: string, info: PodInfo, event: ClusterEvent): boolean {
  const queue = new SchedulingQueue({
    clock: new FakeClock(),
    sort: prioritySort,
    gate: () => undefined,
    interests: () => interests,
    onReady: () => undefined,
  })
  queue.add(info)
  queue.refused(queue.pop()!, new Set([plugin]))
  if (event.type === 'PodUpdate') queue.update(event.pod, event.old)
  else queue.event(event)
  return queue.pop() !== undefined
}

const pod = (requests: Strings = {}, spec: PodSpec = {}): PodInfo => podInfo(makePod('p', requests, spec))
type Change = { labels?: Strings; requests?: Strings; spec?: PodSpec; status?: object }
const changed = (from: PodInfo, more: Change): PodInfo => {
  const { metadata, spec } = from.pod
  const containers = more.requests === undefined ? spec!.containers : [{ ...spec!.containers![0]!, resources: { requests: more.requests } }]
  return podInfo({
    ...from.pod,
    metadata: { ...metadata, ...(more.labels === undefined ? {} : { labels: more.labels }) },
    spec: { ...spec, containers, ...more.spec },
    status: { ...from.pod.status, ...more.status },
  })
}
const infoOf = (node: Node, ...pods: PodInfo[]): NodeInfo => {
  const info = new NodeInfo('n')
  info.setNode(node)
  for (const p of pods) info.addPod(p)
  return info
}

const node = makeNode('n')
const withStatus = (status: object, more: Parameters<typeof makeNode>[1] = {}): Node => {
  const made = makeNode('n', more)
  return { ...made, status: { ...made.status, ...status } }
}
const nodeUpdate = (now: Node, old = node, ...pods: PodInfo[]): ClusterEvent => ({ type: 'NodeUpdate', node: infoOf(now, ...pods), old })
const nodeAdd: ClusterEvent = { type: 'NodeAdd', node: infoOf(node) }
const labelled = makeNode('n', { labels: { zone: 'a' } })
const heartbeat = withStatus({ conditions: [{ type: 'Ready', status: 'True' }] })
const updated = (info: PodInfo, more: Change): ClusterEvent => ({
  type: 'PodUpdate',
  pod: changed(info, more),
  old: info,
})
const resized = (now: Strings, old: Strings): ClusterEvent => ({ type: 'AssignedPodUpdate', pod: pod(now), old: pod(old) })
const gone = (info: PodInfo): ClusterEvent => ({ type: 'AssignedPodDelete', pod: info })

/** Without `old` it is new. */
const storage = <K extends string>(type: K, now: object, old?: object): ClusterEvent => {
  const named = (of: object): KubeObject => ({ ...of, metadata: { name: 'x', ...(of as { metadata?: object }).metadata } }) as KubeObject
  return { type, now: named(now), ...(old === undefined ? {} : { old: named(old) }) } as never
}

const one = pod({ cpu: '1' })
const large = pod({ cpu: '6' })
const port = (hostIP?: string): PodInfo =>
  pod(
    {},
    { containers: [{ name: 'c', image: 'x', ports: [{ containerPort: 80, hostPort: 80, ...(hostIP === undefined ? {} : { hostIP }) }] }] },
  )
const claimed = pod({}, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'x' } }] })
const ephemeral = pod({}, { volumes: [{ name: 'v', ephemeral: {} }] })
const inline = pod({}, { volumes: [{ name: 'v', csi: { driver: 'x' } }] })
const disk = (iqn: string, readOnly = false): PodInfo => pod({}, { volumes: [{ name: 'v', iscsi: { iqn, readOnly } }] })
const own = { metadata: { namespace: 'default' } }
const annotated = { metadata: { namespace: 'default', annotations: { a: 'b' } } }
const drivers = (count?: number) => ({
  spec: { drivers: [{ name: 'd', nodeID: 'n', ...(count === undefined ? {} : { allocatable: { count } }) }] },
})
const migrated = { metadata: { annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': 'kubernetes.io/gce-pd' } } }
const attachment: ClusterEvent = { type: 'VolumeAttachmentDelete', old: { metadata: { name: 'a' }, spec: { attacher: 'd' } } as never }
const zone = (value: string) => ({ metadata: { labels: { 'topology.kubernetes.io/zone': value } } })
const more = makeNode('n', { allocatable: { cpu: '8' } })
const tolerant: Change = { spec: { tolerations: [{ key: 'k', operator: 'Exists' }] } }
const affine = pod({}, { nodeSelector: { zone: 'a' } })

type Row = readonly [plugin: string, what: string, helps: boolean, info: PodInfo, event: ClusterEvent]
const rows: readonly Row[] = [
  ['NodeResourcesFit', 'any pod goes, which makes room for one more', true, one, gone(pod())],
  ['NodeResourcesFit', 'a node is large enough, full or not', true, large, nodeUpdate(more, node, pod({ cpu: '8' }))],
  ['NodeResourcesFit', 'a node is not large enough', false, pod({ cpu: '9' }), nodeUpdate(more)],
  ['NodeResourcesFit', 'a node has more of something else', false, one, nodeUpdate(makeNode('n', { allocatable: { memory: '9Gi' } }))],
  ['NodeResourcesFit', 'a node takes more pods', true, one, nodeUpdate(makeNode('n', { allocatable: { pods: '111' } }))],
  ['NodeResourcesFit', 'a node has another label', false, one, nodeUpdate(labelled)],
  ['NodeResourcesFit', 'a pod needs less', true, one, resized({ cpu: '1' }, { cpu: '2' })],
  ['NodeResourcesFit', 'a pod needs less of something else', false, one, resized({ memory: '1' }, { memory: '2' })],
  ['NodeResourcesFit', 'a pod needs more', false, one, resized({ cpu: '2' }, { cpu: '1' })],
  ['NodeResourcesFit', 'it needs less itself', true, one, updated(one, { requests: { cpu: '500m' } })],
  ['NodeResourcesFit', 'it has another label', false, one, updated(one, { labels: { a: 'b' } })],
  [
    'NodeResourcesFit',
    'devices stand for what it needs',
    true,
    pod({ 'x.io/gpu': '1' }),
    storage('DeviceClass', { spec: { extendedResourceName: 'x.io/gpu' } }),
  ],
  [
    'NodeResourcesFit',
    'devices stand for what it needs, by their own name',
    true,
    pod({ 'deviceclass.resource.kubernetes.io/x': '1' }),
    storage('DeviceClass', {}),
  ],
  [
    'NodeResourcesFit',
    'devices stand for something else',
    false,
    pod({ 'x.io/gpu': '1' }),
    storage('DeviceClass', { spec: { extendedResourceName: 'x.io/nic' } }),
  ],
  [
    'NodeResourcesFit',
    'their class says the same as before',
    false,
    pod({ 'x.io/gpu': '1' }),
    storage('DeviceClass', { spec: { extendedResourceName: 'x.io/gpu' } }, { spec: { extendedResourceName: 'x.io/gpu' } }),
  ],
  ['NodeAffinity', 'a node is where it wants to be', true, affine, nodeUpdate(labelled)],
  ['NodeAffinity', 'it changes itself', false, affine, updated(affine, { labels: { a: 'b' } })],
  ['TaintToleration', 'a taint is gone', true, one, nodeUpdate(node, makeNode('n', { taints: [{ key: 'k', effect: 'NoSchedule' }] }))],
  ['TaintToleration', 'it tolerates more', true, one, updated(one, tolerant)],
  ['TaintToleration', 'it has another label', false, one, updated(one, { labels: { a: 'b' } })],
  ['NodeUnschedulable', 'a node takes pods again', true, one, nodeUpdate(node, makeNode('n', { unschedulable: true }))],
  ['NodeUnschedulable', 'it tolerates something else', false, one, updated(one, tolerant)],
  ['NodePorts', 'a node changes', false, port(), nodeUpdate(more)],
  ['NodePorts', 'the port is free on its address', true, port('10.0.0.1'), gone(port('10.0.0.1'))],
  ['NodePorts', 'the port is free on another address', false, port('10.0.0.1'), gone(port('10.0.0.2'))],
  ['NodePorts', 'the port is free on every address', true, port('10.0.0.1'), gone(port())],
  ['NodeDeclaredFeatures', 'a node declares something', true, one, nodeUpdate(withStatus({ declaredFeatures: ['A'] }))],
  ['NodeDeclaredFeatures', 'a node says that it is there', false, one, nodeUpdate(heartbeat)],
  ['InterPodAffinity', 'it has another label', true, one, updated(one, { labels: { a: 'b' } })],
  ['InterPodAffinity', 'it tolerates more', false, one, updated(one, tolerant)],
  ['VolumeBinding', 'its claim is there', true, claimed, storage('PersistentVolumeClaim', own)],
  ['VolumeBinding', 'its claim changes', true, claimed, storage('PersistentVolumeClaim', annotated, own)],
  [
    'VolumeBinding',
    'the claim that is made for it is there',
    true,
    ephemeral,
    storage('PersistentVolumeClaim', { metadata: { name: 'p-v', namespace: 'default' } }),
  ],
  [
    'VolumeBinding',
    'a claim of that name in another namespace',
    false,
    claimed,
    storage('PersistentVolumeClaim', { metadata: { namespace: 'other' } }),
  ],
  ['VolumeBinding', 'a volume changes', true, claimed, storage('PersistentVolume', annotated, own)],
  ['VolumeBinding', 'a class is there', true, claimed, storage('StorageClass', {})],
  ['VolumeBinding', 'a class is for other places', true, claimed, storage('StorageClass', { allowedTopologies: [{}] }, {})],
  ['VolumeBinding', 'a class has another annotation', false, claimed, storage('StorageClass', annotated, own)],
  ['VolumeBinding', 'a driver is on a node', true, claimed, storage('CSINode', {})],
  ['VolumeBinding', 'a driver takes a plugin over on a node', true, claimed, storage('CSINode', migrated, {})],
  ['VolumeBinding', 'a driver takes more volumes on a node', false, claimed, storage('CSINode', drivers(2), drivers(1))],
  ['VolumeBinding', 'there is storage', true, claimed, storage('CSIStorageCapacity', { capacity: '1Gi' })],
  ['VolumeBinding', 'there is more storage', true, claimed, storage('CSIStorageCapacity', { capacity: '2Gi' }, { capacity: '1Gi' })],
  ['VolumeBinding', 'there is less storage', false, claimed, storage('CSIStorageCapacity', { capacity: '1Gi' }, { capacity: '2Gi' })],
  [
    'VolumeBinding',
    'its driver has no capacity any more',
    true,
    inline,
    storage('CSIDriver', { spec: { storageCapacity: false } }, { spec: { storageCapacity: true } }),
  ],
  [
    'VolumeBinding',
    'its driver has capacity now',
    false,
    inline,
    storage('CSIDriver', { spec: { storageCapacity: true } }, { spec: { storageCapacity: false } }),
  ],
  [
    'VolumeBinding',
    'a driver has no capacity any more',
    false,
    claimed,
    storage('CSIDriver', { spec: { storageCapacity: false } }, { spec: { storageCapacity: true } }),
  ],
  ['VolumeBinding', 'a node has another label', true, claimed, nodeUpdate(labelled)],
  ['VolumeBinding', 'a node is larger', false, claimed, nodeUpdate(more)],
  ['VolumeZone', 'its claim changes', true, claimed, storage('PersistentVolumeClaim', annotated, own)],
  [
    'VolumeZone',
    'the claim that is made for it is there',
    false,
    ephemeral,
    storage('PersistentVolumeClaim', { metadata: { name: 'p-v', namespace: 'default' } }),
  ],
  ['VolumeZone', 'a volume is there', true, claimed, storage('PersistentVolume', {})],
  ['VolumeZone', 'a volume is in another zone', true, claimed, storage('PersistentVolume', zone('a'), zone('b'))],
  ['VolumeZone', 'a volume is in the same zone', false, claimed, storage('PersistentVolume', zone('a'), zone(' a'))],
  [
    'VolumeZone',
    'a class is there that waits for pods',
    true,
    claimed,
    storage('StorageClass', { volumeBindingMode: 'WaitForFirstConsumer' }),
  ],
  ['VolumeZone', 'a class is there that does not', false, claimed, storage('StorageClass', { volumeBindingMode: 'Immediate' })],
  ['VolumeZone', 'a node is larger', false, claimed, nodeUpdate(more)],
  ['VolumeRestrictions', 'its claim is there', true, claimed, storage('PersistentVolumeClaim', own)],
  ['VolumeRestrictions', 'its claim changes', false, claimed, storage('PersistentVolumeClaim', annotated, own)],
  ['VolumeRestrictions', 'a pod with its claim goes', true, claimed, gone(claimed)],
  ['VolumeRestrictions', 'a pod with its disk goes', true, disk('a'), gone(disk('a'))],
  ['VolumeRestrictions', 'a pod with a disk goes that both only read', false, disk('a', true), gone(disk('a', true))],
  ['VolumeRestrictions', 'a pod with another disk goes', false, disk('a'), gone(disk('b'))],
  ['NodeVolumeLimits', 'its claim is there', true, claimed, storage('PersistentVolumeClaim', own)],
  ['NodeVolumeLimits', 'its claim changes', false, claimed, storage('PersistentVolumeClaim', annotated, own)],
  [
    'NodeVolumeLimits',
    'the claim that is made for it is there',
    true,
    ephemeral,
    storage('PersistentVolumeClaim', { metadata: { name: 'p-v', namespace: 'default' } }),
  ],
  ['NodeVolumeLimits', 'a driver is on a node', true, claimed, storage('CSINode', {})],
  ['NodeVolumeLimits', 'a driver takes more volumes', true, claimed, storage('CSINode', drivers(2), drivers(1))],
  ['NodeVolumeLimits', 'a driver takes as many volumes', false, claimed, storage('CSINode', drivers(2), drivers(2))],
  ['NodeVolumeLimits', 'a driver names its limit', true, claimed, storage('CSINode', drivers(1), drivers())],
  ['NodeVolumeLimits', 'a volume has left a node', true, claimed, attachment],
  ['NodeVolumeLimits', 'a volume has left a node that is none of its', false, inline, attachment],
  ['NodeVolumeLimits', 'a node is there', false, claimed, nodeAdd],
  ['NodeVolumeLimits', 'a class is there', false, claimed, storage('StorageClass', {})],
  ['DynamicResources', 'a node has another label', true, one, nodeUpdate(labelled)],
  ['DynamicResources', 'a node has another taint', false, one, nodeUpdate(makeNode('n', { taints: [{ key: 'k', effect: 'NoSchedule' }] }))],
  ['DynamicResources', 'a class changes', true, one, storage('DeviceClass', annotated, own)],
  [
    'DynamicResources',
    'its claims are made',
    true,
    one,
    updated(one, { status: { resourceClaimStatuses: [{ name: 'a', resourceClaimName: 'x' }] } }),
  ],
  ['DynamicResources', 'it has another label', false, one, updated(one, { labels: { a: 'b' } })],
]

test.each(rows)('%s: %s: %s', (plugin, _what, helps, info, event) => {
  expect(comesBack(plugin, info, event)).toBe(helps)
})
