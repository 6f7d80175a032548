import { describe, expect, test } from 'vitest'
import type { Node, Pod, PodSpec, Strings, TopologySpreadConstraint } from '../../../client/objects.ts'
import { SchedulerCache } from '../../cache.ts'
import { placing } from '../../testing/place.ts'
import { makeNode, makePod } from '../../testing/objects.ts'

const ZONE = 'topology.kubernetes.io/zone'
const HOST = 'kubernetes.io/hostname'
const node = (name: string, zone: string, more: Parameters<typeof makeNode>[1] = {}): Node =>
  makeNode(name, { ...more, labels: { [ZONE]: zone, [HOST]: name } })
const nodes = (): Node[] => [node('a1', 'a'), node('a2', 'a'), node('b1', 'b')]
function pod(name: string, labels: Strings = { app: 'x' }, spec: PodSpec = {}): Pod {
  const p = makePod(name, {}, spec)
  return { ...p, metadata: { ...p.metadata, labels } }
}
const spread = (more: Partial<TopologySpreadConstraint> = {}): TopologySpreadConstraint => ({
  maxSkew: 1,
  topologyKey: ZONE,
  whenUnsatisfiable: 'DoNotSchedule',
  labelSelector: { matchLabels: { app: 'x' } },
  ...more,
})
const on = (...names: string[]): [Pod, string][] => names.map((n, i) => [pod(`x${i}`), n])

describe('DoNotSchedule', () => {
  const put = (c: TopologySpreadConstraint, bound: [Pod, string][], more: Node[] = nodes()) =>
    placing(pod('p', { app: 'x' }, { topologySpreadConstraints: [c] }), more, bound)

  test('keeps the skew', () => {
    expect(put(spread(), on('a1')).nodeName).toBe('b1')
    expect(put(spread(), on('a1', 'b1')).nodeName).toBeDefined()
    expect(put(spread({ maxSkew: 2 }), on('a1', 'a2')).nodeName).toBe('b1')
  })

  test('says when no node keeps it, and when nodes have no such label', () => {
    const crowded = [node('a1', 'a'), node('b1', 'b', { taints: [{ key: 'k', effect: 'NoSchedule' }] }), makeNode('bare')]
    expect(put(spread(), on('a1'), crowded).message).toBe(
      "0/3 nodes are available: 1 node(s) didn't match pod topology spread constraints, " +
        "1 node(s) didn't match pod topology spread constraints (missing required label), 1 node(s) had untolerated taint(s). " +
        'preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.',
    )
  })

  test('nodes that the pod may not go to count by the policies', () => {
    const tainted = [node('a1', 'a'), node('b1', 'b', { taints: [{ key: 'k', effect: 'NoSchedule' }] })]
    expect(put(spread({ nodeTaintsPolicy: 'Honor' }), on('a1'), tainted).nodeName).toBe('a1')
    const p = pod('p', { app: 'x' }, { nodeSelector: { [ZONE]: 'a' }, topologySpreadConstraints: [spread()] })
    expect(placing(p, nodes(), on('a1')).nodeName).toMatch(/^a/)
    p.spec!.topologySpreadConstraints = [spread({ nodeAffinityPolicy: 'Ignore' })]
    expect(placing(p, nodes(), on('a1')).nodeName).toBeUndefined()
  })

  test('fewer domains than minDomains count as one that is empty', () => {
    expect(put(spread({ minDomains: 3 }), on('a1', 'b1')).nodeName).toBeUndefined()
    expect(put(spread({ minDomains: 2 }), on('a1', 'b1')).nodeName).toBeDefined()
  })

  test('matchLabelKeys tells revisions apart', () => {
    const c = spread({ matchLabelKeys: ['rev'] })
    const bound: [Pod, string][] = [[pod('old', { app: 'x', rev: '1' }), 'a1']]
    const p = pod('p', { app: 'x', rev: '2' }, { topologySpreadConstraints: [c], nodeSelector: { [HOST]: 'a1' } })
    p.spec!.topologySpreadConstraints = [{ ...c, nodeAffinityPolicy: 'Ignore' }]
    expect(placing(p, nodes(), bound).nodeName).toBe('a1')
  })

  test('pods that are being deleted do not count, those of other namespaces neither', () => {
    const gone = pod('gone')
    gone.metadata.deletionTimestamp = '2026-01-01T00:00:00Z'
    const elsewhere = pod('elsewhere')
    elsewhere.metadata.namespace = 'other'
    const p = pod(
      'p',
      { app: 'x' },
      { topologySpreadConstraints: [spread({ nodeAffinityPolicy: 'Ignore' })], nodeSelector: { [ZONE]: 'a' } },
    )
    expect(
      placing(p, nodes(), [
        [gone, 'a1'],
        [elsewhere, 'a2'],
      ]).nodeName,
    ).toMatch(/^a/)
  })
})

describe('ScheduleAnyway', () => {
  test('prefers the emptier zone', () => {
    const c = spread({ whenUnsatisfiable: 'ScheduleAnyway' })
    expect(placing(pod('p', { app: 'x' }, { topologySpreadConstraints: [c] }), nodes(), on('a1', 'a2', 'a1')).nodeName).toBe('b1')
  })

  test('pods of one service or owner spread without being told to', () => {
    const service = { metadata: { name: 's', namespace: 'default' }, spec: { selector: { app: 'x' } } }
    const put = (objects: object) => placing(pod('p'), [node('a1', 'a'), node('b1', 'a')], on('a1', 'a1', 'a1'), objects)
    expect(put({ services: [service] }).nodeName).toBe('b1')
    const owned = pod('p')
    owned.metadata.ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'u', controller: true }]
    const rs = { metadata: { name: 'rs', namespace: 'default' }, spec: { selector: { matchLabels: { app: 'x' } } } }
    // A node that nothing else speaks against, but for three pods of the same set.
    const filled = makePod('filler', { cpu: '2', memory: '4Gi' })
    const bound: [Pod, string][] = [...on('a1', 'a1', 'a1'), [filled, 'b1']]
    const without = placing(pod('p'), [node('a1', 'a'), node('b1', 'a')], bound)
    const spreading = placing(owned, [node('a1', 'a'), node('b1', 'a')], bound, { replicaSets: [rs] })
    expect([without.nodeName, spreading.nodeName]).toEqual(['a1', 'b1'])
  })
})

test("a profile's constraints go by what the pod's set selects, and by no keys beside", () => {
  const { labelSelector: _, ...fallback } = spread({ matchLabelKeys: ['rev'] })
  const args = { defaultingType: 'List', defaultConstraints: [fallback] }
  const configuration = { profiles: [{ pluginConfig: [{ name: 'PodTopologySpread', args }] }] }
  const services = [{ metadata: { name: 's', namespace: 'default' }, spec: { selector: { app: 'x' } } }]
  const bound: [Pod, string][] = [[pod('old', { app: 'x', rev: '1' }), 'a1']]
  // One zone has a pod of the set already, the other no room.
  const zones = [node('a1', 'a'), node('b1', 'b', { allocatable: { pods: '0' } })]
  const put = placing(pod('p', { app: 'x', rev: '2' }), zones, bound, { services }, new SchedulerCache(), configuration)
  expect(put.message).toContain("1 node(s) didn't match pod topology spread constraints")
})
