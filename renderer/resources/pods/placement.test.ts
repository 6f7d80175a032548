import { expect, test } from 'vitest'
import type { Node } from '../nodes/types.ts'
import { readMessage, requestsOf, verdictsOf } from './placement.ts'
import type { Pod, PodSpec } from './types.ts'

const pod = (spec: PodSpec = {}): Pod => ({ metadata: { name: 'p' }, spec })
const node = (name: string, more: Omit<Node, 'metadata'> & { labels?: Record<string, string> } = {}): Node => ({
  metadata: { name, labels: more.labels ?? {} },
  ...(more.spec ? { spec: more.spec } : {}),
  status: more.status ?? { allocatable: { cpu: '2', memory: '4Gi', pods: '10' } },
})
const refusals = (p: Pod, n: Node, asked: Parameters<typeof verdictsOf>[2] = {}) =>
  verdictsOf(p, [n], asked)[0]?.verdicts.flatMap(({ filter, reason }) => (reason === undefined ? [] : [`${filter}: ${reason}`]))

test('a node that nothing speaks against', () => expect(refusals(pod(), node('a'))).toEqual([]))

const taint = { key: 'tide', value: 'low', effect: 'NoSchedule' }
test.each<[string, PodSpec['tolerations'], boolean]>([
  ['none', [], false],
  ['everything', [{ operator: 'Exists' }], true],
  ['the same key and value', [{ key: 'tide', value: 'low' }], true],
  ['another value', [{ key: 'tide', value: 'high' }], false],
  ['any value', [{ key: 'tide', operator: 'Exists', effect: 'NoSchedule' }], true],
  ['another effect', [{ key: 'tide', operator: 'Exists', effect: 'NoExecute' }], false],
  ['no key, but a value', [{ value: 'low' }], false],
])('a toleration of %s', (_, tolerations, tolerated) =>
  expect(refusals(pod({ tolerations }), node('a', { spec: { taints: [taint] } }))).toEqual(
    tolerated ? [] : ['TaintToleration: node(s) had untolerated taint(s) {tide: low}'],
  ),
)

test('a taint that only prefers keeps nobody away; a cordon does, unless it is tolerated', () => {
  expect(refusals(pod(), node('a', { spec: { taints: [{ ...taint, effect: 'PreferNoSchedule' }] } }))).toEqual([])
  const cordoned = node('a', { spec: { unschedulable: true } })
  expect(refusals(pod(), cordoned)).toEqual(['NodeUnschedulable: node(s) were unschedulable'])
  expect(refusals(pod({ tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }] }), cordoned)).toEqual([])
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
  expect(refusals(pod(spec), node('a', { labels: { zone: 'a', size: '8' } }))).toEqual(
    fits ? [] : ["NodeAffinity: node(s) didn't match Pod's node affinity/selector"],
  ),
)

test('resources: what is asked for against what the pods that are there leave', () => {
  const wants = pod({ containers: [{ name: 'c', resources: { requests: { cpu: '500m', memory: '1Gi', 'example.com/crane': '1' } } }] })
  const plain = node('a')
  expect(refusals(wants, plain)).toEqual(['NodeResourcesFit: Insufficient example.com/crane'])
  const crane = node('a', { status: { allocatable: { cpu: '2', memory: '4Gi', pods: '10', 'example.com/crane': '1' } } })
  expect(refusals(wants, crane, { a: { pods: 3, resources: { cpu: 1.5 } } })).toEqual([])
  expect(refusals(wants, crane, { a: { pods: 3, resources: { cpu: 1.51, memory: 3.5 * 2 ** 30 } } })).toEqual([
    'NodeResourcesFit: Insufficient cpu, Insufficient memory',
  ])
  expect(refusals(pod(), plain, { a: { pods: 10, resources: {} } })).toEqual(['NodeResourcesFit: Too many pods'])
})

test('what a pod asks for: the largest moment of its life', () => {
  const asks = (cpu: string, restartPolicy?: string) => ({
    name: 'c',
    resources: { requests: { cpu } },
    ...(restartPolicy ? { restartPolicy } : {}),
  })
  expect(requestsOf(pod({ containers: [asks('1'), asks('500m')], initContainers: [asks('2')] }))).toEqual({ cpu: 2 })
  expect(requestsOf(pod({ containers: [asks('1')], initContainers: [asks('500m', 'Always'), asks('2')] }))).toEqual({ cpu: 2.5 })
  expect(requestsOf(pod({ containers: [asks('1')], overhead: { cpu: '250m' } }))).toEqual({ cpu: 1.25 })
})

test('nodes that come nearest stand first', () => {
  const far = node('a', { spec: { unschedulable: true, taints: [taint] } })
  expect(
    verdictsOf(pod(), [far, node('c', { spec: { unschedulable: true } }), node('b')], {}).map(({ node: name, refused }) => [name, refused]),
  ).toEqual([
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
