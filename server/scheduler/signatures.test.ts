import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Node, PodSpec, Strings } from '../client/objects.ts'
import { SchedulingAlgorithm } from './algorithm.ts'
import { SchedulerCache } from './cache.ts'
import { failureMessage } from './diagnosis.ts'
import { podInfo, type PodInfo } from './pod-info.ts'
import type { Profile } from './profile.ts'
import { testHandle, testProfile } from './testing/handle.ts'
import { makeNode, makePod } from './testing/objects.ts'

const LABELS = { app: 'a' }
const ZONE = 'topology.kubernetes.io/zone'
const selector = { matchLabels: LABELS }
const DEDICATED = { key: 'dedicated', value: 'x', effect: 'NoSchedule' }

/** Pods that differ in what one plugin each goes by, and some in what depends on other pods. */
const SPECS: readonly (readonly [Strings, PodSpec])[] = [
  [{ cpu: '1' }, {}],
  [{ cpu: '1', memory: '3Gi' }, {}],
  [{}, {}],
  [{ cpu: '1', 'example.com/device': '1' }, {}],
  [{ cpu: '1' }, { nodeSelector: { disk: 'ssd' } }],
  [{ cpu: '1' }, { tolerations: [{ key: 'dedicated', operator: 'Exists' }] }],
  [{ cpu: '1' }, { tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }] }],
  [{ cpu: '1' }, { tolerations: [{ key: 'soft', operator: 'Exists' }] }],
  [{}, { containers: [{ name: 'c', image: 'big:1', ports: [{ containerPort: 80, hostPort: 80 }] }] }],
  [{}, { containers: [{ name: 'c', image: 'other:1' }] }],
  [
    { cpu: '1' },
    { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: selector, topologyKey: ZONE }] } } },
  ],
  [
    { cpu: '1' },
    { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', labelSelector: selector }] },
  ],
  [
    { cpu: '1' },
    {
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 50, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
          ],
        },
      },
    },
  ],
]

/** What a node may become. */
const FORMS: readonly ((name: string, zone: string) => Node)[] = [
  (name, zone) => makeNode(name, { labels: { [ZONE]: zone } }),
  (name, zone) => makeNode(name, { labels: { [ZONE]: zone, disk: 'ssd' } }),
  (name, zone) => makeNode(name, { labels: { [ZONE]: zone }, taints: [DEDICATED] }),
  (name, zone) => makeNode(name, { labels: { [ZONE]: zone }, taints: [{ key: 'soft', effect: 'PreferNoSchedule' }] }),
  (name, zone) => makeNode(name, { labels: { [ZONE]: zone }, unschedulable: true }),
  (name, zone) => makeNode(name, { labels: { [ZONE]: zone }, allocatable: { cpu: '2', pods: '3', 'example.com/device': '1' } }),
  (name, zone) => withImage(makeNode(name, { labels: { [ZONE]: zone } }), 'big:1'),
  (name, zone) => withImage(makeNode(name, { labels: { [ZONE]: zone } }), 'other:1'),
]

const withImage = (node: Node, image: string): Node => ({
  ...node,
  status: { ...node.status, images: [{ names: [image], sizeBytes: 700 * 1024 * 1024 }] },
})

/** The same plugins, each of which is asked of every node each time. */
function withoutSignatures(profile: Profile): Profile {
  const plain = new Map(
    Object.values(profile.points).flatMap((plugins) => plugins.map((plugin) => [plugin, { ...plugin, sign: undefined as never }])),
  )
  const points = Object.entries(profile.points).map(([point, plugins]) => [point, plugins.map((plugin) => plain.get(plugin)!)])
  return { ...profile, points: Object.fromEntries(points) as Profile['points'] }
}

const index = fc.nat({ max: 5 })
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('place' as const), what: fc.nat({ max: SPECS.length - 1 }), labelled: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('node' as const), which: index, what: fc.nat({ max: FORMS.length - 1 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('no node' as const), which: index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pod gone' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('promise' as const), which: index, what: fc.nat({ max: SPECS.length - 1 }) }) },
)

describe('what is remembered of nodes for pods of one signature', () => {
  test('changes no decision', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
        const cache = new SchedulerCache()
        const handle = testHandle(cache)
        const profile = testProfile(handle)
        const said = (algorithm: SchedulingAlgorithm, pod: PodInfo): string => {
          const decision = algorithm.decide(pod, cache.nodes)
          return decision.nodeName ?? failureMessage(decision.outcome, undefined)
        }
        const [remembers, asks] = [profile, withoutSignatures(profile)].map(
          (p) => new SchedulingAlgorithm(p, handle.nominated, () => 0.999),
        )
        const placed: string[] = []
        const nodeOf = (which: number, what: number): void => void cache.setNode(FORMS[what]!(`node-${which}`, `zone-${which % 3}`))
        for (let i = 0; i < 4; i++) nodeOf(i, i % 2)
        for (const s of steps) {
          if (s.do === 'node') nodeOf(s.which, s.what)
          else if (s.do === 'no node') cache.removeNode(`node-${s.which}`)
          else if (s.do === 'pod gone') cache.removePod(placed[s.which % Math.max(placed.length, 1)] ?? '')
          else {
            const made = makePod('p', ...SPECS[s.what]!)
            const labelled = s.do === 'place' && s.labelled
            const pod = podInfo({ ...made, metadata: { ...made.metadata, labels: labelled ? LABELS : {} } })
            if (s.do === 'promise') {
              handle.nominated.set(pod, `node-${s.which}`)
              continue
            }
            const answer = said(remembers!, pod)
            expect(answer).toBe(said(asks!, pod))
            if (cache.node(answer) === undefined) continue
            cache.assume(pod, answer)
            placed.push(pod.uid)
          }
        }
      }),
      { numRuns: 200 },
    )
  })

  test('an image that comes to another node counts for all', () => {
    const cache = new SchedulerCache()
    for (const name of ['a', 'b']) cache.setNode(withImage(makeNode(name), 'big:1'))
    const before = cache.nodeImages
    cache.setNode(withImage(makeNode('a', { labels: { x: 'y' } }), 'big:1'))
    expect(cache.nodeImages).toBe(before)
    cache.setNode(withImage(makeNode('a'), 'other:1'))
    expect(cache.nodeImages).not.toBe(before)
    expect([cache.nodesWithImage('big:1'), cache.nodesWithImage('other:1')]).toEqual([1, 1])
    const then = cache.nodeImages
    cache.removeNode('a')
    expect(cache.nodeImages).not.toBe(then)
    const signature = testProfile(testHandle(cache)).points.score.find((p) => p.name === 'ImageLocality')!.sign!
    const pod = podInfo(makePod('p'))
    const signed = signature(pod)
    cache.setNode(withImage(makeNode('c'), 'big:1'))
    expect(signature(pod)).not.toBe(signed)
  })

  test('nodes are asked once for all pods of a workload, and again when something changes on them', () => {
    const cache = new SchedulerCache()
    for (const name of ['a', 'b', 'c']) cache.setNode(makeNode(name))
    const handle = testHandle(cache)
    const profile = testProfile(handle)
    const fit = profile.points.filter.find((plugin) => plugin.name === 'NodeResourcesFit')!
    const asked: string[] = []
    const counting = {
      ...fit,
      filter: (...args: Parameters<NonNullable<typeof fit.filter>>) => (asked.push(args[1].name), fit.filter!(...args)),
    }
    const filter = profile.points.filter.map((plugin) => (plugin === fit ? counting : plugin))
    const algorithm = new SchedulingAlgorithm({ ...profile, points: { ...profile.points, filter } }, handle.nominated, () => 0.999)
    const place = (): string => {
      const pod = podInfo(makePod('p', { cpu: '100m' }))
      const { nodeName } = algorithm.decide(pod, cache.nodes)
      cache.assume(pod, nodeName!)
      return nodeName!
    }
    const first = place()
    expect(asked.splice(0)).toEqual(['a', 'b', 'c'])
    place()
    expect(asked.splice(0)).toEqual([first])
  })
})
