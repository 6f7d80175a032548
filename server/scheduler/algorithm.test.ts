import { describe, expect, test } from 'vitest'
import type { Node, Pod } from '../client/objects.ts'
import { enoughNodes, SchedulingAlgorithm } from './algorithm.ts'
import { SchedulerCache } from './cache.ts'
import { failureMessage } from './diagnosis.ts'
import { CycleState, type PostFilterResult } from './framework.ts'
import { podInfo } from './pod-info.ts'
import { testHandle, testProfile } from './testing/handle.ts'
import { makeNode, makePod } from './testing/objects.ts'

function cluster(nodes: Node[], bound: Array<[Pod, string]> = []): SchedulerCache {
  const cache = new SchedulerCache()
  for (const n of nodes) cache.setNode(n)
  for (const [pod, nodeName] of bound) cache.setPod({ ...pod, spec: { ...pod.spec, nodeName } })
  return cache
}

/** The node, or the whole message. */
function place(pod: Pod, cache: SchedulerCache): string {
  const info = podInfo(pod)
  const handle = testHandle(cache)
  const profile = testProfile(handle)
  const decision = new SchedulingAlgorithm(profile, handle.nominated, () => 0.999).decide(info, cache.nodes)
  if (decision.nodeName !== undefined) return decision.nodeName
  const room = profile.points.postFilter.at(-1)!.postFilter!(info, decision.outcome, decision.state) as PostFilterResult | undefined
  return failureMessage(decision.outcome, room?.message)
}

const three = () => [
  makeNode('node-1', { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] }),
  makeNode('node-2', { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] }),
  makeNode('node-3'),
]
const pinnedTo = (name: string) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] }],
      },
    },
  },
})
const hostPort = { containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: 80 }] }] }
const UNHELPFUL = 'preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.'

// The texts that kube-scheduler 1.37.2 wrote for these pods and nodes (the one about preemptionPolicy: from its rules).
describe('messages', () => {
  test.each([
    [
      'too much cpu',
      makePod('p', { cpu: '100' }),
      `0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. ${UNHELPFUL}`,
    ],
    [
      'node selector',
      makePod('p', {}, { nodeSelector: { nope: 'x' } }),
      `0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. ${UNHELPFUL}`,
    ],
    [
      'pinned to no node',
      makePod('p', {}, pinnedTo('node-77')),
      `0/3 nodes are available: 3 node(s) didn't satisfy plugin(s) [NodeAffinity]. ${UNHELPFUL}`,
    ],
    [
      'pinned to a tainted node',
      makePod('p', {}, pinnedTo('node-1')),
      `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. ${UNHELPFUL}`,
    ],
    [
      'host port taken',
      makePod('p', {}, hostPort),
      "0/3 nodes are available: 1 node(s) didn't have free ports for the requested pod ports, 1 node(s) had untolerated taint(s), " +
        '1 node(s) were unschedulable. preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, ' +
        '2 Preemption is not helpful for scheduling.',
    ],
    [
      'no preemption wanted',
      makePod('p', { cpu: '100' }, { preemptionPolicy: 'Never' }),
      '0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. ' +
        'preemption: not eligible due to preemptionPolicy=Never.',
    ],
  ])('%s', (_, pod, message) => {
    expect(place(pod, cluster(three(), [[makePod('holder', {}, hostPort), 'node-3']]))).toBe(message)
  })

  test('several lacks of one node are all named', () => {
    const cache = cluster([makeNode('n', { allocatable: { pods: '0' } })])
    expect(place(makePod('p', { cpu: '5', memory: '9Gi', 'example.com/gpu': '1' }), cache)).toBe(
      '0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient example.com/gpu, 1 Insufficient memory, 1 Too many pods. ' +
        'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    )
  })

  test('terms that contradict themselves are said once, not for each node', () => {
    const pod = makePod('p', {}, pinnedTo('node-1'))
    pod.spec!.affinity!.nodeAffinity!.requiredDuringSchedulingIgnoredDuringExecution!.nodeSelectorTerms[0]!.matchFields!.push({
      key: 'metadata.name',
      operator: 'In',
      values: ['node-2'],
    })
    expect(place(pod, cluster(three()))).toBe(`0/3 nodes are available: pod affinity terms conflict. ${UNHELPFUL}`)
  })

  test('preemption says what it does', () => {
    const cache = cluster([makeNode('n')], [[makePod('low', { cpu: '4' }), 'n']])
    expect(place(makePod('high', { cpu: '1' }, { priority: 10 }), cache)).toBe(
      '0/1 nodes are available: 1 Insufficient cpu. preemption: found a potential placement for pod on node n, preempting 1 victims',
    )
    expect(cache.nodes[0]!.requested.milliCpu).toBe(4000)
  })
})

describe('choice', () => {
  test('the emptier node wins', () => {
    const cache = cluster([makeNode('a'), makeNode('b')], [[makePod('x', { cpu: '3', memory: '6Gi' }), 'a']])
    expect(place(makePod('p', { cpu: '100m', memory: '100Mi' }), cache)).toBe('b')
  })

  test('preferred affinity and PreferNoSchedule count', () => {
    const preferred = {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 10, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
      ],
    }
    const liked = cluster([makeNode('a'), makeNode('b', { labels: { disk: 'ssd' } }), makeNode('c')])
    expect(place(makePod('p', {}, { affinity: { nodeAffinity: preferred } }), liked)).toBe('b')
    const disliked = cluster([makeNode('a', { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] }), makeNode('b')])
    expect(place(makePod('p'), disliked)).toBe('b')
  })

  test('a node that has the image wins, and no tag means latest', () => {
    const having = makeNode('b')
    having.status!.images = [{ names: ['big:latest'], sizeBytes: 800e6 }]
    const nodes = [makeNode('a'), having]
    const image = (name: string) => makePod('p', {}, { containers: [{ name: 'c', image: name }] })
    expect(place(image('big'), cluster(nodes))).toBe('b')
    expect(place(image('big:2'), cluster(nodes))).toBe('a')
    const mounted = { ...image('other').spec, volumes: [{ name: 'v', image: { reference: 'big' } }] }
    expect(place(makePod('p', {}, mounted as NonNullable<Pod['spec']>), cluster(nodes))).toBe('b')
  })

  test('balance is that of the resources that the node has', () => {
    const resources = ['cpu', 'memory', 'ephemeral-storage'].map((name) => ({ name, weight: 1 }))
    const pluginConfig = [{ name: 'NodeResourcesBalancedAllocation', args: { resources } }]
    const cache = cluster([makeNode('all'), makeNode('none', { allocatable: { 'ephemeral-storage': '0' } })])
    const { points } = testProfile(testHandle(cache), { profiles: [{ pluginConfig }] })
    const plugin = points.score.find(({ name }) => name === 'NodeResourcesBalancedAllocation')!
    const info = podInfo(makePod('p', { cpu: '2', memory: '2Gi', 'ephemeral-storage': '5Gi' }))
    // Deviations of 0.118 from a third, and of 0.125 from three eighths.
    expect([...cache.nodes, ...cache.nodes].map((n) => plugin.score!(info, n, new CycleState()))).toEqual([69, 68, 69, 68])
  })

  test('a toleration opens a tainted node, Gt and Lt compare integers', () => {
    const pod = makePod('p', {}, { tolerations: [{ key: 'k', operator: 'Exists' }], ...pinnedTo('node-1') })
    expect(place(pod, cluster(three()))).toBe('node-1')
    const gt = makePod(
      'p',
      {},
      {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'gen', operator: 'Gt', values: ['9'] }] }],
            },
          },
        },
      },
    )
    expect(place(gt, cluster([makeNode('a', { labels: { gen: '9' } }), makeNode('b', { labels: { gen: '10' } })]))).toBe('b')
  })

  test('host addresses collide only with themselves and the wildcard', () => {
    const on = (hostIP: string) => makePod('p', {}, { containers: [{ name: 'c', ports: [{ containerPort: 1, hostPort: 80, hostIP }] }] })
    const cache = cluster([makeNode('n')], [[on('10.0.0.1'), 'n']])
    expect(place(on('10.0.0.2'), cache)).toBe('n')
    expect(place(on('10.0.0.1'), cache)).toMatch(/free ports/)
    expect(place(on(''), cache)).toMatch(/free ports/)
  })

  test('pods fill the nodes evenly until none has room, and never beyond', () => {
    const cache = cluster(Array.from({ length: 10 }, (_, i) => makeNode(`n${i}`)))
    const algorithm = new SchedulingAlgorithm(testProfile(testHandle(cache)))
    let placed = 0
    for (;;) {
      const info = podInfo(makePod(`p${placed}`, { cpu: '1', memory: '1Gi' }))
      const decision = algorithm.decide(info, cache.nodes)
      if (decision.nodeName === undefined) break
      cache.assume(info, decision.nodeName)
      placed++
      const counts = cache.nodes.map((n) => n.pods.size)
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
    }
    expect(placed).toBe(40)
    expect(cache.nodes.every((n) => n.requested.milliCpu === 4000)).toBe(true)
  })

  test('large clusters are searched in part', () => {
    expect([99, 1000, 5000].map((n) => enoughNodes(n, 30))).toEqual([99, 300, 1500])
    expect([50, 99, 100, 150, 1000, 5000, 6000, 20_000].map((n) => enoughNodes(n))).toEqual([50, 99, 100, 100, 420, 500, 300, 1000])
  })

  test('how many are enough goes by the nodes that are named, and is one where nobody prefers any', () => {
    const names = Array.from({ length: 400 }, (_, i) => `n${i}`)
    const cache = cluster(names.map((name) => makeNode(name)))
    const feasible = (pod: Pod, configuration?: object): number | undefined => {
      const handle = testHandle(cache)
      const profile = testProfile(handle, configuration)
      const decision = new SchedulingAlgorithm(profile, handle.nominated).decide(podInfo(pod), cache.nodes)
      return decision.nodeName === undefined ? undefined : decision.feasible
    }
    const values = names.slice(0, 250)
    const pinned = { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values }] }] }
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: pinned } }
    // 47 % of 400; 48 % of 250.
    expect(feasible(makePod('p'))).toBe(188)
    expect(feasible(makePod('p', {}, { affinity } as NonNullable<Pod['spec']>))).toBe(120)
    const plugins = { multiPoint: { enabled: [] }, score: { disabled: [{ name: '*' }] } }
    expect(feasible(makePod('p'), { profiles: [{ schedulerName: 'default-scheduler', plugins }] })).toBe(1)
  })
})
