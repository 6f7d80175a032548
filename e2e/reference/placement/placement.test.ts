import fc from 'fast-check'
import { expect, test } from 'vitest'
import { summarizePlaced } from '../../../renderer/resources/pods/placement/placed.ts'
import type { Verdict } from '../../../renderer/resources/pods/placement/types.ts'
import { filters, type Verdicts, verdictsOf } from '../../../renderer/resources/pods/placement/verdicts.ts'
import { podView } from '../../../renderer/resources/pods/view.ts'
import type { Node, Pod } from '../../../server/client/objects.ts'
import type { KubeObject } from '../../../server/machinery/types.ts'
import { SchedulerCache } from '../../../server/scheduler/cache.ts'
import { CycleState } from '../../../server/scheduler/framework.ts'
import type { Rejection } from '../../../server/scheduler/node-verdict.ts'
import { podInfo } from '../../../server/scheduler/pod-info.ts'
import { testHandle, testProfile } from '../../../server/scheduler/testing/handle.ts'
import { clusters, type MadeCluster } from './clusters.ts'

/** Whatever the window says of why a pod waits, the scheduler says: each filter on each node, and of the pod itself. */

type Said = Record<string, string>

interface Answers {
  pod: Said
  /** By node. */
  nodes: Record<string, Said>
  /** Filters that the scheduler would not come to. */
  unreached?: string[]
}

/** Of claims that are not there or not the pod's: another filter has refused the pod before. */
const UNREACHED = /^looking up PVC |^PVC .* was not created for pod /

const sorted = (reasons: readonly string[]): string => [...reasons].sort().join(', ')

function askScheduler({ nodes, placed, pod, namespaces, claims, volumes, classes, ...csi }: MadeCluster): Answers {
  const cache = new SchedulerCache()
  for (const node of nodes) cache.setNode(node as unknown as Node)
  for (const other of placed) cache.setPod(other as unknown as Pod)
  const objects = {
    namespaces,
    persistentVolumeClaims: claims,
    persistentVolumes: volumes,
    storageClasses: classes,
    ...csi,
  } as unknown as Record<string, KubeObject[]>
  const { points } = testProfile(testHandle(cache, objects))
  const state = new CycleState()
  const info = podInfo(pod as unknown as Pod)
  const answers: Answers = { pod: {}, nodes: Object.fromEntries(nodes.map(({ metadata }) => [metadata.name, {}])) }
  const silent = new Set<string>()
  for (const plugin of points.preFilter) {
    const result = plugin.preFilter?.(info, state, cache.nodes)
    if (result === 'skip') silent.add(plugin.name)
    else if (result && 'reject' in result) answers.pod[plugin.name] = sorted(result.reject.reasons)
  }
  for (const node of cache.nodes)
    for (const plugin of points.filter) {
      if (silent.has(plugin.name) || answers.pod[plugin.name] !== undefined || !(plugin.name in filters)) continue
      const refusal: Rejection | undefined = plugin.filter?.(info, node, state)
      if (UNREACHED.test(refusal?.reasons[0] ?? '')) answers.unreached = [plugin.name]
      else if (refusal) answers.nodes[node.name]![plugin.name] = sorted(refusal.reasons)
    }
  return answers
}

const said = (verdicts: readonly Verdict[]): Said =>
  Object.fromEntries(verdicts.flatMap(({ filter, refusal }) => (refusal ? [[filter, sorted(refusal.reason.split(', '))]] : [])))

function askWindow(cluster: MadeCluster): Answers {
  const trimmed = cluster.placed.map((object) => ({ object: podView.trim(object as never) }))
  const namespaces = Object.fromEntries(
    cluster.namespaces.map(({ metadata }) => [metadata.name, (metadata as { labels?: Record<string, string> }).labels]),
  )
  const pod = cluster.pod as never
  const verdicts: Verdicts = verdictsOf(pod, {
    nodes: cluster.nodes as never,
    placed: summarizePlaced(trimmed as never, { pod, namespaces }),
    namespaceLabels: namespaces[cluster.pod.metadata.namespace ?? ''],
    storage: cluster as never,
  })
  return { pod: said(verdicts.pod), nodes: Object.fromEntries(verdicts.nodes.map(({ node, verdicts: of }) => [node, said(of)])) }
}

/** Without what is known of filters that refuse the pod itself, in either. */
const without = (silent: ReadonlySet<string>, nodes: Answers['nodes']): Answers['nodes'] =>
  Object.fromEntries(
    Object.entries(nodes).map(([node, of]) => [node, Object.fromEntries(Object.entries(of).filter(([name]) => !silent.has(name)))]),
  )

test('every filter on every node: the window refuses where the scheduler does, in the same words', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(clusters, (cluster) => {
      const theirs = askScheduler(cluster)
      const ours = askWindow(cluster)
      for (const of of [theirs.pod, ...Object.values(theirs.nodes)])
        for (const [name, reason] of Object.entries(of)) seen.add(`${name}: ${reason}`)
      // Of several that refuse the pod itself for one claim, the scheduler tells the first: so does the window, once.
      const [first] = Object.values(theirs.pod)
      expect(Object.values(ours.pod)).toEqual(first === undefined ? [] : expect.arrayContaining([first]))
      const silent = new Set([...Object.keys(theirs.pod), ...Object.keys(ours.pod), ...(theirs.unreached ?? [])])
      expect(without(silent, ours.nodes)).toEqual(without(silent, theirs.nodes))
    }),
    { numRuns: 600 },
  )
  // The clusters are such that every filter has something to say.
  const refusing = new Set([...seen].map((one) => one.split(':')[0]))
  expect([...refusing].sort()).toEqual(Object.keys(filters).sort())
  expect([...seen].map((one) => one.replace(/"[^"]*"/g, '…')).filter((one) => one.startsWith('VolumeBinding'))).toEqual(
    expect.arrayContaining([
      "VolumeBinding: node(s) didn't match PersistentVolume's node affinity",
      "VolumeBinding: node(s) didn't find available persistent volumes to bind",
      'VolumeBinding: pod has unbound immediate PersistentVolumeClaims',
    ]),
  )
})
