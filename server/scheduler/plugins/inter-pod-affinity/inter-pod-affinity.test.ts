import { describe, expect, test } from 'vitest'
import type { Node, Pod, PodAffinity, PodAffinityTerm, Strings } from '../../../client/objects.ts'
import { SchedulerCache } from '../../cache.ts'
import { CycleState, unschedulable } from '../../framework.ts'
import { podInfo } from '../../pod-info.ts'
import { testHandle } from '../../testing/handle.ts'
import { interPodAffinity } from './inter-pod-affinity.ts'
import { placing, type Placement } from '../../testing/place.ts'
import { makeNode, makePod } from '../../testing/objects.ts'

const ZONE = 'topology.kubernetes.io/zone'
const HOST = 'kubernetes.io/hostname'
const node = (name: string, zone: string): Node => makeNode(name, { labels: { [ZONE]: zone, [HOST]: name } })
const nodes = (): Node[] => [node('a1', 'a'), node('a2', 'a'), node('b1', 'b')]
const term = (app: string, topologyKey = ZONE, more: Partial<PodAffinityTerm> = {}): PodAffinityTerm => ({
  topologyKey,
  labelSelector: { matchLabels: { app } },
  ...more,
})
const requires = (...terms: PodAffinityTerm[]): PodAffinity => ({ requiredDuringSchedulingIgnoredDuringExecution: terms })
const prefers = (weight: number, t: PodAffinityTerm): PodAffinity => ({
  preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm: t }],
})
function pod(name: string, labels: Strings, affinity: { near?: PodAffinity; apart?: PodAffinity } = {}, namespace = 'default'): Pod {
  const p = makePod(
    name,
    {},
    { affinity: { ...(affinity.near && { podAffinity: affinity.near }), ...(affinity.apart && { podAntiAffinity: affinity.apart }) } },
  )
  return { ...p, metadata: { ...p.metadata, labels, namespace } }
}
const put = (p: Pod, bound: [Pod, string][] = [], namespaces: [string, Strings][] = []): Placement =>
  placing(p, nodes(), bound, { namespaces: namespaces.map(([name, labels]) => ({ metadata: { name, labels } })) })

describe('required', () => {
  test('near: only where such a pod is', () => {
    const db = pod('db', { app: 'db' })
    expect(put(pod('p', {}, { near: requires(term('db')) }), [[db, 'b1']]).nodeName).toBe('b1')
    expect(put(pod('p', {}, { near: requires(term('db')) })).message).toBe(
      "0/3 nodes are available: 3 node(s) didn't match pod affinity rules. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    )
  })

  test('the first of a group that wants to be together goes anywhere, but only to nodes with the label', () => {
    const first = pod('p', { app: 'db' }, { near: requires(term('db')) })
    expect(put(first).nodeName).toBeDefined()
    expect(placing(first, [makeNode('bare')], []).message).toContain("1 node(s) didn't match pod affinity rules")
    expect(put(first, [[pod('q', { app: 'db' }), 'a1']]).nodeName).toMatch(/^a/)
  })

  test('apart: nowhere near such a pod', () => {
    const bound: [Pod, string][] = [[pod('db', { app: 'db' }), 'a1']]
    expect(put(pod('p', {}, { apart: requires(term('db')) }), bound).nodeName).toBe('b1')
    const host = put(
      pod('p', { app: 'x' }, { apart: requires(term('x', HOST)) }),
      ['a1', 'a2', 'b1'].map((n) => [pod(`x-${n}`, { app: 'x' }), n]),
    )
    expect(host.message).toBe(
      "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules. " +
        'preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.',
    )
  })

  test('what is there and wants nobody near keeps a pod away that says nothing itself', () => {
    const loner = pod('loner', {}, { apart: requires(term('web')) })
    expect(put(pod('p', { app: 'web' }), [[loner, 'a1']]).nodeName).toBe('b1')
    expect(put(pod('p', { app: 'other' }), [[loner, 'a1']]).nodeName).toBeDefined()
    const everywhere = placing(pod('p', { app: 'web' }), [node('a1', 'a')], [[loner, 'a1']])
    expect(everywhere.message).toContain("1 node(s) didn't satisfy existing pods anti-affinity rules")
  })

  test('namespaces: its own, those named, those selected', () => {
    const other = pod('db', { app: 'db' }, {}, 'other')
    const near = (more: Partial<PodAffinityTerm>) =>
      put(pod('p', {}, { near: requires(term('db', ZONE, more)) }), [[other, 'b1']], [['other', { team: 't' }]])
    expect(near({}).nodeName).toBeUndefined()
    expect(near({ namespaces: ['other'] }).nodeName).toBe('b1')
    expect(near({ namespaceSelector: { matchLabels: { team: 't' } } }).nodeName).toBe('b1')
    expect(near({ namespaceSelector: {} }).nodeName).toBe('b1')
    expect(near({ namespaceSelector: { matchLabels: { team: 'u' } } }).nodeName).toBeUndefined()
  })
})

describe('preferred', () => {
  test.each([
    ['near', { near: prefers(100, term('db')) }, /^a/],
    ['apart', { apart: prefers(100, term('db')) }, /^b1$/],
  ])('%s', (_, affinity, where) => {
    expect(put(pod('p', {}, affinity), [[pod('db', { app: 'db' }), 'a1']]).nodeName).toMatch(where)
  })

  test('what others prefer counts as well', () => {
    expect(put(pod('p', { app: 'web' }), [[pod('x', {}, { apart: prefers(100, term('web')) }), 'a1']]).nodeName).toBe('b1')
    expect(put(pod('p', { app: 'web' }), [[pod('x', {}, { near: prefers(100, term('web', HOST)) }), 'a2']]).nodeName).toBe('a2')
  })
})

test('a victim that is in the way by anti-affinity can be preempted', () => {
  const low = pod('low', { app: 'db' })
  const high = pod('high', {}, { apart: requires(term('db')) })
  high.spec!.priority = 10
  const cache = new SchedulerCache()
  const placement = placing(high, [node('a1', 'a')], [[low, 'a1']], {}, cache)
  expect(placement.message).toMatch(/preempting 1 victims$/)
  expect(cache.node('a1')!.pods.size).toBe(1)
})

describe('preferences of pods that have a node may be left out', () => {
  const args = { hardPodAffinityWeight: 1, ignorePreferredTermsOfExistingPods: true }
  const configuration = { profiles: [{ pluginConfig: [{ name: 'InterPodAffinity', args }] }] }
  const ignoring = (p: Pod): string | undefined =>
    placing(p, nodes(), [[pod('x', {}, { near: prefers(100, term('web')) }), 'a1']], {}, new SchedulerCache(), configuration).nodeName
  test('unless the pod prefers something itself', () => {
    expect(ignoring(pod('p', { app: 'web' }))).toBe('b1')
    expect(ignoring(pod('p', { app: 'web' }, { near: prefers(1, term('nobody')) }))).toMatch(/^a/)
  })
})

describe('a pod that says nothing of others', () => {
  const web = podInfo(pod('p', { app: 'web' }))
  const loner = pod('loner', {}, { apart: requires(term('web')) })
  const fan = pod('fan', {}, { near: prefers(1, term('web')) })
  const at = (p: Pod, nodeName: string): Pod => ({ ...p, spec: { ...p.spec, nodeName } })
  const named = (nodes: Iterable<{ name: string }>): string[] => [...nodes].map(({ name }) => name).sort()

  test('has those nodes looked at that have pods which say something of it', () => {
    const cache = new SchedulerCache()
    for (const n of nodes()) cache.setNode(n)
    cache.setPod(at(pod('quiet', { app: 'web' }), 'a2'))
    const here = cache.setPod(at(loner, 'a1'))
    cache.setPod(at(fan, 'b1'))
    expect([named(cache.nodesWithAffinity), named(cache.nodesWithRequiredAntiAffinity)]).toEqual([['a1', 'b1'], ['a1']])
    cache.assume(here, 'a2')
    expect([named(cache.nodesWithAffinity), named(cache.nodesWithRequiredAntiAffinity)]).toEqual([['a2', 'b1'], ['a2']])
    cache.setPod(at({ ...fan, spec: {} }, 'b1'))
    cache.forget(here.uid)
    expect([named(cache.nodesWithAffinity), named(cache.nodesWithRequiredAntiAffinity)]).toEqual([[], []])
  })

  test('a node that is gone is none of them, and one that comes after its pods is', () => {
    const cache = new SchedulerCache()
    cache.setPod(at(loner, 'a1'))
    expect(named(cache.nodesWithRequiredAntiAffinity)).toEqual([])
    cache.setNode(node('a1', 'a'))
    expect(named(cache.nodesWithRequiredAntiAffinity)).toEqual(['a1'])
    cache.removeNode('a1')
    expect([named(cache.nodesWithAffinity), named(cache.nodesWithRequiredAntiAffinity)]).toEqual([[], []])
  })

  test('is refused by such a node, and asks no other', () => {
    const cache = new SchedulerCache()
    for (const n of nodes()) cache.setNode(n)
    const plugin = interPodAffinity(testHandle(cache), { hardPodAffinityWeight: 1 })
    const state = new CycleState()
    expect(plugin.preFilter!(web, state, cache.nodes)).toBe('skip')
    cache.setPod(at(loner, 'a1'))
    const none = new Proxy([], { get: () => expect.unreachable('the list of all nodes was read') })
    expect(plugin.preFilter!(web, state, none)).toBeUndefined()
    expect(named(cache.nodes.filter((n) => plugin.filter!(web, n, state) !== undefined))).toEqual(['a1', 'a2'])
    expect(plugin.filter!(web, cache.node('a1')!, state)).toEqual(unschedulable("node(s) didn't satisfy existing pods anti-affinity rules"))
  })
})
