import { expect, test } from 'vitest'
import type { Row } from '../../../kube/store.ts'
import type { Node } from '../../nodes/types.ts'
import type { Claim, Volume } from '../../volumes/types.ts'
import type { Pod, PodSpec } from '../types.ts'
import { podView } from '../view.ts'
import { readMessage } from './message.ts'
import { summarizePlaced } from './placed.ts'
import { requestsOf } from './requests.ts'
import type { Storage, Surroundings } from './types.ts'
import { verdictsOf } from './verdicts.ts'

// e2e/reference/placement asks the scheduler the same of thousands of clusters. Here stand who is told to be in the way, and what those clusters seldom have.

const pod = (spec: PodSpec = {}, name = 'p', labels: Record<string, string> = {}): Pod => ({
  metadata: { name, namespace: 'shop', labels },
  spec,
})
const node = (name: string, more: Omit<Node, 'metadata'> & { labels?: Record<string, string> } = {}): Node => ({
  metadata: { name, labels: more.labels ?? {} },
  ...(more.spec ? { spec: more.spec } : {}),
  status: more.status ?? { allocatable: { cpu: '2', memory: '4Gi', pods: '10' } },
})
const around = (p: Pod, nodes: Node[], placed: Pod[] = [], storage?: Storage): Surroundings => ({
  nodes,
  placed: summarizePlaced(
    placed.map((object) => ({ object: podView.trim(object) }) as unknown as Row),
    { pod: p, namespaces: {} },
  ),
  storage,
})
/** On each node, in the order of their names. */
const refusals = (p: Pod, nodes: Node[], placed: Pod[] = [], storage?: Storage) =>
  verdictsOf(p, around(p, nodes, placed, storage))
    .nodes.sort((a, b) => (a.node < b.node ? -1 : 1))
    .map(({ verdicts }) =>
      verdicts
        .flatMap(({ filter, refusal }) => (refusal ? [`${filter}: ${refusal.reason}${refusal.detail ? ` (${refusal.detail})` : ''}`] : []))
        .join('; '),
    )

test('a node that nothing speaks against', () => expect(refusals(pod(), [node('a')])).toEqual(['']))

const taint = { key: 'tide', value: '5', effect: 'NoSchedule' }
test.each<[string, PodSpec['tolerations'], boolean]>([
  ['none', [], false],
  ['everything', [{ operator: 'Exists' }], true],
  ['the same key and value', [{ key: 'tide', value: '5' }], true],
  ['another value', [{ key: 'tide', value: '6' }], false],
  ['any value', [{ key: 'tide', operator: 'Exists', effect: 'NoSchedule' }], true],
  ['another effect', [{ key: 'tide', operator: 'Exists', effect: 'NoExecute' }], false],
  ['a larger value than', [{ key: 'tide', operator: 'Gt', value: '4' }], true],
  ['a larger value than the same', [{ key: 'tide', operator: 'Gt', value: '5' }], false],
  ['a smaller value than', [{ key: 'tide', operator: 'Lt', value: '10' }], true],
  ['a smaller value than one below zero', [{ key: 'tide', operator: 'Lt', value: '-1' }], false],
  ['a larger value than what is no number', [{ key: 'tide', operator: 'Gt', value: '04' }], false],
  ['a larger value than more than 64 bits', [{ key: 'tide', operator: 'Lt', value: '9223372036854775808' }], false],
  ['an operator that nobody knows', [{ key: 'tide', operator: 'Near', value: '5' }], false],
])('a toleration of %s', (_, tolerations, tolerated) =>
  expect(refusals(pod({ tolerations }), [node('a', { spec: { taints: [taint] } })])).toEqual([
    tolerated ? '' : 'TaintToleration: node(s) had untolerated taint(s) (tide=5:NoSchedule)',
  ]),
)

test('a taint that only prefers keeps nobody away; a cordon does, unless it is tolerated', () => {
  expect(refusals(pod(), [node('a', { spec: { taints: [{ ...taint, effect: 'PreferNoSchedule' }] } })])).toEqual([''])
  const cordoned = node('a', { spec: { unschedulable: true } })
  expect(refusals(pod(), [cordoned])).toEqual(['NodeUnschedulable: node(s) were unschedulable'])
  expect(refusals(pod({ tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }] }), [cordoned])).toEqual([''])
})

const affinity = (...nodeSelectorTerms: object[]): PodSpec => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: nodeSelectorTerms as never } } },
})
const expression = (key: string, operator: string, ...values: string[]) => ({ matchExpressions: [{ key, operator, values }] })
test.each<[string, PodSpec, boolean]>([
  ['selector', { nodeSelector: { zone: 'a' } }, true],
  ['selector of another zone', { nodeSelector: { zone: 'b' } }, false],
  ['In', affinity(expression('zone', 'In', 'a', 'b')), true],
  ['NotIn', affinity(expression('zone', 'NotIn', 'a')), false],
  ['NotIn of a label that it lacks', affinity(expression('rack', 'NotIn', 'a')), true],
  ['Exists', affinity(expression('rack', 'Exists')), false],
  ['DoesNotExist', affinity(expression('rack', 'DoesNotExist')), true],
  ['Gt', affinity(expression('size', 'Gt', '7')), true],
  ['Gt, the same', affinity(expression('size', 'Gt', '8')), false],
  ['Lt', affinity(expression('size', 'Lt', '9')), true],
  ['one of two terms', affinity(expression('zone', 'In', 'b'), expression('size', 'Exists')), true],
  ['a term that says nothing', affinity({}), false],
  ['its name', affinity({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }), true],
  ['another name', affinity({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['b'] }] }), false],
])('node affinity: %s', (_, spec, fits) =>
  expect(refusals(pod(spec), [node('a', { labels: { zone: 'a', size: '8' } })])).toEqual([
    fits ? '' : "NodeAffinity: node(s) didn't match Pod's node affinity/selector",
  ]),
)

test('resources: what is asked for against what the pods that are there leave, to the last thousandth', () => {
  const asks = (requests: Record<string, string>): PodSpec => ({ containers: [{ name: 'c', resources: { requests } }] })
  const wants = pod(asks({ cpu: '0.1', memory: '1Gi', 'example.com/crane': '1' }))
  expect(refusals(wants, [node('a')])).toEqual(['NodeResourcesFit: Insufficient example.com/crane'])
  const crane = node('a', { status: { allocatable: { cpu: '0.3', memory: '4Gi', pods: '2', 'example.com/crane': '1' } } })
  const there = (cpu: string): Pod => pod({ ...asks({ cpu }), nodeName: 'a' }, 'q')
  expect(refusals(wants, [crane], [there('0.2')])).toEqual([''])
  expect(refusals(wants, [crane], [there('201m')])).toEqual(['NodeResourcesFit: Insufficient cpu'])
  expect(refusals(pod(), [crane], [there('0'), there('0')])).toEqual(['NodeResourcesFit: Too many pods'])
})

test('pods that have ended hold nothing; one that is being resized holds the larger of what was and will be', () => {
  const spec: PodSpec = { nodeName: 'a', containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] }
  const wants = pod({ containers: [{ name: 'c', resources: { requests: { cpu: '500m' } } }] })
  const small = node('a', { status: { allocatable: { cpu: '1800m', pods: '9' } } })
  expect(refusals(wants, [small], [{ ...pod(spec, 'q'), status: { phase: 'Succeeded' } }, pod(spec, 'r')])).toEqual([''])
  const resized: Pod = {
    ...pod(spec, 'q'),
    status: {
      phase: 'Running',
      conditions: [{ type: 'PodResizeInProgress', status: 'True' }],
      containerStatuses: [{ name: 'c', allocatedResources: { cpu: '1500m' } }],
    },
  }
  expect(refusals(wants, [small], [resized])).toEqual(['NodeResourcesFit: Insufficient cpu'])
})

test('what a pod asks for: the largest moment of its life', () => {
  const asks = (cpu: string, restartPolicy?: string) => ({
    name: 'c',
    resources: { requests: { cpu } },
    ...(restartPolicy ? { restartPolicy } : {}),
  })
  expect(requestsOf(pod({ containers: [asks('1'), asks('500m')], initContainers: [asks('2')] }))).toEqual({ cpu: 2000 })
  expect(requestsOf(pod({ containers: [asks('1')], initContainers: [asks('500m', 'Always'), asks('2')] }))).toEqual({ cpu: 2500 })
  expect(requestsOf(pod({ containers: [asks('1')], overhead: { cpu: '250m' } }))).toEqual({ cpu: 1250 })
  expect(requestsOf(pod({ containers: [asks('1')], resources: { requests: { cpu: '3' } } }))).toEqual({ cpu: 3000 })
})

test('a host port is told with the pod that has it', () => {
  const spec: PodSpec = { containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: 8080 }] }] }
  expect(refusals(pod(spec), [node('a'), node('b')], [pod({ ...spec, nodeName: 'b' }, 'q')])).toEqual([
    '',
    "NodePorts: node(s) didn't have free ports for the requested pod ports (8080/TCP shop/q)",
  ])
})

const zone = 'topology.kubernetes.io/zone'
const zoned = (name: string, value?: string): Node => node(name, { labels: value === undefined ? {} : { [zone]: value } })
const selectsApp = { matchLabels: { app: 'x' } }
const term = (topologyKey = zone) => ({ requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: selectsApp }] })
const named = (name: string, nodeName: string, spec: PodSpec = {}): Pod => pod({ ...spec, nodeName }, name, { app: 'x' })

test('affinity, anti-affinity and that of others, with whom it is about', () => {
  const nodes = [zoned('a', 'east'), zoned('b', 'west'), zoned('c')]
  expect(refusals(pod({ affinity: { podAffinity: term() } }), nodes, [named('q', 'b')])).toEqual([
    `InterPodAffinity: node(s) didn't match pod affinity rules (${zone}=east)`,
    '',
    `InterPodAffinity: node(s) didn't match pod affinity rules (${zone})`,
  ])
  const avoids = `InterPodAffinity: node(s) didn't match pod anti-affinity rules (${zone}=west shop/q)`
  expect(refusals(pod({ affinity: { podAntiAffinity: term() } }), nodes, [named('q', 'b')])).toEqual(['', avoids, ''])
  const avoided = `InterPodAffinity: node(s) didn't satisfy existing pods anti-affinity rules (${zone}=west shop/q)`
  const shy = named('q', 'b', { affinity: { podAntiAffinity: term() } })
  expect(refusals(pod({}, 'p', { app: 'x' }), nodes, [shy])).toEqual(['', avoided, ''])
})

test('the first of a group that wants to be together may go anywhere that has the label', () => {
  const first = pod({ affinity: { podAffinity: term() } }, 'p', { app: 'x' })
  expect(refusals(first, [zoned('a', 'east'), zoned('b')])).toEqual([
    '',
    `InterPodAffinity: node(s) didn't match pod affinity rules (${zone})`,
  ])
})

test('a spread says how uneven it would be; domains that there should be count as empty', () => {
  const spread = (minDomains?: number): PodSpec => ({
    topologySpreadConstraints: [
      {
        topologyKey: zone,
        maxSkew: 1,
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: selectsApp,
        ...(minDomains ? { minDomains } : {}),
      },
    ],
  })
  const wants = (spec: PodSpec): Pod => pod(spec, 'p', { app: 'x' })
  const uneven = (value: string): string =>
    `PodTopologySpread: node(s) didn't match pod topology spread constraints (${zone}=${value}: skew 2 > maxSkew 1)`
  const nodes = [zoned('a', 'east'), zoned('b', 'west'), zoned('c')]
  const unlabelled = `PodTopologySpread: node(s) didn't match pod topology spread constraints (missing required label) (${zone})`
  expect(refusals(wants(spread()), nodes, [named('q', 'a')])).toEqual([uneven('east'), '', unlabelled])
  const both = [named('q', 'a'), named('r', 'b')]
  expect(refusals(wants(spread()), nodes, both)).toEqual(['', '', unlabelled])
  expect(refusals(wants(spread(3)), nodes, both)).toEqual([uneven('east'), uneven('west'), unlabelled])
})

const uses = (...claims: string[]): PodSpec => ({
  volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })),
})
const claim = (name: string, storage: string, more: Claim['spec'] = {}): Claim => ({
  metadata: { name, namespace: 'shop' },
  spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'hand', resources: { requests: { storage } }, ...more },
})
const volume = (name: string, storage: string): Volume => ({
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'hand', capacity: { storage } },
  status: { phase: 'Available' },
})
const stored = (more: Partial<Storage>): Storage => ({
  claims: [],
  volumes: [],
  classes: [
    { metadata: { name: 'hand' }, provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' },
    { metadata: { name: 'csi' }, provisioner: 'csi.example.com', volumeBindingMode: 'WaitForFirstConsumer' },
  ],
  ...{ csiNodes: [], csiDrivers: [], csiStorageCapacities: [], volumeAttachments: [] },
  ...more,
})

test('two claims do not get one volume, and the smaller chooses first', () => {
  const claims = [claim('large', '5Gi'), claim('small', '1Gi')]
  const both = pod(uses('large', 'small'))
  const one = [volume('v1', '8Gi')]
  const lacks = (name: string): string => `VolumeBinding: node(s) didn't find available persistent volumes to bind (${name})`
  expect(refusals(both, [node('a')], [], stored({ claims, volumes: one }))).toEqual([lacks('large')])
  expect(refusals(both, [node('a')], [], stored({ claims, volumes: [...one, volume('v2', '1Gi')] }))).toEqual([''])
})

test('a driver that tells of its storage makes a volume where it has room', () => {
  const csiDrivers = [{ metadata: { name: 'csi.example.com' }, spec: { storageCapacity: true } }]
  const nodeTopology = { matchLabels: { disk: 'big' } }
  const csiStorageCapacities = [{ metadata: { name: 'a' }, storageClassName: 'csi', capacity: '1Gi', nodeTopology }]
  const claims = [claim('mine', '1Gi', { storageClassName: 'csi' }), claim('more', '2Gi', { storageClassName: 'csi' })]
  const known = stored({ claims, csiDrivers, csiStorageCapacities })
  const lacks = (name: string): string => `VolumeBinding: node(s) did not have enough free storage (${name})`
  expect(refusals(pod(uses('mine')), [node('a', { labels: { disk: 'big' } }), node('b')], [], known)).toEqual(['', lacks('mine')])
  expect(refusals(pod(uses('more')), [node('a', { labels: { disk: 'big' } })], [], known)).toEqual([lacks('more')])
})

test('an ephemeral volume of a pod that is there takes its place of the limit', () => {
  const csiNodes = [{ metadata: { name: 'a' }, spec: { drivers: [{ name: 'csi.example.com', allocatable: { count: 1 } }] } }]
  const claims = [claim('mine', '1Gi', { storageClassName: 'csi' }), claim('q-scratch', '1Gi', { storageClassName: 'csi' })]
  const other = pod({ nodeName: 'a', volumes: [{ name: 'scratch', ephemeral: {} }] }, 'q')
  expect(refusals(pod(uses('mine')), [node('a')], [], stored({ claims, csiNodes }))).toEqual([''])
  expect(refusals(pod(uses('mine')), [node('a')], [other], stored({ claims, csiNodes }))).toEqual([
    'NodeVolumeLimits: node(s) exceed max volume count (csi.example.com: 1 + 1 > 1)',
  ])
})

test('what is not there keeps the pod from every node, and is told once', () => {
  const p = pod(uses('gone'))
  expect(verdictsOf(p, around(p, [node('a')], [], stored({}))).pod).toEqual([
    { filter: 'VolumeRestrictions', refusal: { reason: 'persistentvolumeclaim "gone" not found' } },
  ])
})

test('of volumes that may not be read nothing is said, and of pods without any nothing needs to be known', () => {
  const p = pod(uses('mine'))
  expect(verdictsOf(p, around(p, [node('a')])).pod).toEqual([
    { filter: 'NodeVolumeLimits', unknown: true },
    { filter: 'VolumeBinding', unknown: true },
    { filter: 'VolumeZone', unknown: true },
  ])
  expect(verdictsOf(pod(), around(pod(), [node('a')])).pod).toEqual([])
})

test('nodes that come nearest stand first', () => {
  const far = node('a', { spec: { unschedulable: true, taints: [taint] } })
  const nodes = [far, node('c', { spec: { unschedulable: true } }), node('b')]
  expect(verdictsOf(pod(), around(pod(), nodes)).nodes.map(({ node: name, refused }) => [name, refused])).toEqual([
    ['b', 0],
    ['c', 1],
    ['a', 2],
  ])
})

test("the scheduler's message", () => {
  expect(
    readMessage(
      '0/5 nodes are available: 1 Insufficient cpu, 3 node(s) had untolerated taint {a: b}, 1 node(s) were unschedulable. preemption: 0/5 nodes are available: 5 Preemption is not helpful for scheduling.',
    ),
  ).toEqual({
    nodes: 5,
    reasons: [
      { count: 3, reason: 'node(s) had untolerated taint {a: b}' },
      { count: 1, reason: 'Insufficient cpu' },
      { count: 1, reason: 'node(s) were unschedulable' },
    ],
    rest: 'preemption: 0/5 nodes are available: 5 Preemption is not helpful for scheduling.',
  })
  expect(readMessage('0/2 nodes are available: persistentvolumeclaim "a" not found.')?.reasons).toEqual([
    { count: 2, reason: 'persistentvolumeclaim "a" not found' },
  ])
  expect(readMessage('no nodes available to schedule pods')).toBeUndefined()
})
