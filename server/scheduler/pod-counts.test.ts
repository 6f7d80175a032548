import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Node, Pod, PodSpec, Strings, TopologySpreadConstraint } from '../client/objects.ts'
import { SchedulerCache } from './cache.ts'
import { CycleState, type Plugin } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import { podInfo } from './pod-info.ts'
import { testHandle, testProfile } from './testing/handle.ts'
import { makeNode, makePod } from './testing/objects.ts'

const [ZONE, HOST] = ['topology.kubernetes.io/zone', 'kubernetes.io/hostname']
const NODES = ['n0', 'n1', 'n2', 'n3', 'n4']

const maybe = <T>(values: readonly T[]): fc.Arbitrary<T | undefined> => fc.constantFrom(undefined, ...values)
const labels = fc.record({ app: maybe(['x', 'y']), rev: maybe(['1', '2']) }).map(present)
const node = fc.record({ zone: maybe(['', 'a', 'b', 'c']), disk: maybe(['ssd']), tainted: fc.boolean() }).map(
  (n) => (name: string) =>
    makeNode(name, {
      labels: { [HOST]: name, ...present({ [ZONE]: n.zone, disk: n.disk }) },
      ...(n.tainted ? { taints: [{ key: 'k', effect: 'NoSchedule' }] } : {}),
    }),
)
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant('put' as const),
      pod: fc.nat(9),
      node: fc.nat(4),
      labels,
      away: fc.boolean(),
      going: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('assume' as const), pod: fc.nat(9), node: fc.nat(4), labels }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constantFrom('forget' as const, 'delete' as const), pod: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('node' as const), node: fc.nat(4), make: node }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('node-gone' as const), node: fc.nat(4) }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('ask' as const) }) },
)
const constraint = fc.record({
  maxSkew: fc.constantFrom(1, 2),
  topologyKey: fc.constantFrom(ZONE, HOST),
  whenUnsatisfiable: fc.constantFrom('DoNotSchedule' as const, 'ScheduleAnyway' as const),
  labelSelector: fc.constantFrom(
    undefined,
    {},
    { matchLabels: { app: 'x' } },
    { matchExpressions: [{ key: 'app', operator: 'In' as const, values: ['x', 'y'] }] },
    { matchLabels: { app: 'x' }, matchExpressions: [{ key: 'rev', operator: 'NotIn' as const, values: ['2'] }] },
  ),
  nodeAffinityPolicy: fc.constantFrom('Honor' as const, 'Ignore' as const),
  nodeTaintsPolicy: fc.constantFrom('Honor' as const, 'Ignore' as const),
  minDomains: fc.constantFrom(undefined, 3),
})
const asking = fc.record({
  labels,
  constraints: fc.uniqueArray(constraint, { minLength: 1, maxLength: 3, selector: (c) => c.topologyKey + c.whenUnsatisfiable }),
  ssd: fc.boolean(),
  tolerates: fc.boolean(),
})

function present(values: Record<string, string | undefined>): Strings {
  return Object.fromEntries(Object.entries(values).filter((e): e is [string, string] => e[1] !== undefined))
}

function podOf(name: string, uid: string, more: { labels: Strings; away?: boolean; going?: boolean; spec?: PodSpec }): Pod {
  const p = makePod(name, {}, more.spec)
  Object.assign(p.metadata, { uid, labels: more.labels }, more.away === true ? { namespace: 'other' } : {})
  if (more.going === true) p.metadata.deletionTimestamp = '2026-01-01T00:00:00Z'
  return p
}

/** What the plugin says of each node: whether it takes the pod, and its score before it is normalized. */
function said(plugin: Plugin, pod: Pod, nodes: readonly NodeInfo[]): unknown[] {
  const [info, state] = [podInfo(pod), new CycleState()]
  const filters = plugin.preFilter!(info, state, nodes) !== 'skip'
  const scores = plugin.preScore!(info, state, nodes) !== 'skip'
  return nodes.map((n) => [filters ? plugin.filter!(info, n, state) : undefined, scores ? plugin.score!(info, n, state) : undefined])
}

/** A cache that is filled at once with what the other one came to step by step. */
function anew(cache: SchedulerCache): SchedulerCache {
  const out = new SchedulerCache()
  for (const { node } of cache.nodes) out.setNode(node!)
  for (const { name, pods } of cache.nodes)
    for (const { pod } of pods.values()) out.setPod({ ...pod, spec: { ...pod.spec, nodeName: name } })
  return out
}

const spreadOver = (cache: SchedulerCache): Plugin =>
  testProfile(testHandle(cache)).points.filter.find((plugin) => plugin.name === 'PodTopologySpread')!

const waiting = (a: { labels: Strings; constraints: readonly object[]; ssd: boolean; tolerates: boolean }): Pod =>
  podOf('waiting', 'waiting', {
    labels: a.labels,
    spec: {
      topologySpreadConstraints: a.constraints as TopologySpreadConstraint[],
      ...(a.ssd ? { nodeSelector: { disk: 'ssd' } } : {}),
      ...(a.tolerates ? { tolerations: [{ key: 'k', operator: 'Exists' }] } : {}),
    },
  })

test('whatever happens, spreading goes by what a count from the start would find', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), fc.array(asking, { minLength: 1, maxLength: 3 }), (steps, askers) => {
      const cache = new SchedulerCache()
      for (const [i, name] of NODES.entries()) cache.setNode(makeNode(name, { labels: { [HOST]: name, [ZONE]: 'ab'[i % 2]! } }))
      const plugin = spreadOver(cache)
      const pods = askers.map(waiting)
      const compare = (): void => {
        const fresh = anew(cache)
        const other = spreadOver(fresh)
        for (const pod of pods) expect(said(plugin, pod, cache.nodes)).toEqual(said(other, pod, fresh.nodes))
      }
      for (const s of steps) {
        const uid = 'pod' in s ? `uid-${s.pod}` : ''
        if (s.op === 'put') {
          const pod = podOf(uid, uid, s)
          cache.setPod({ ...pod, spec: { ...pod.spec, nodeName: NODES[s.node]! } })
        } else if (s.op === 'assume') cache.assume(podInfo(podOf(uid, uid, s)), NODES[s.node]!)
        else if (s.op === 'forget') cache.forget(uid)
        else if (s.op === 'delete') cache.removePod(uid)
        else if (s.op === 'node') cache.setNode(s.make(NODES[s.node]!) as Node)
        else if (s.op === 'node-gone') cache.removeNode(NODES[s.node]!)
        else compare()
      }
      compare()
    }),
  )
})
