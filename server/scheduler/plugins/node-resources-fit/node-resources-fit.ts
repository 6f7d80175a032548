import { MAX_NODE_SCORE, type Plugin, type Rejection } from '../../framework.ts'
import type { NodeInfo } from '../../node-info.ts'
import type { PodInfo } from '../../pod-info.ts'

/** What the node lacks for the pod, in the words of the message; undefined when it fits. */
export function lacking(pod: PodInfo, node: NodeInfo): Rejection | undefined {
  let reasons: string[] | undefined
  let hopeless = false
  const check = (name: string, want: number, used: number, capacity: number): void => {
    if (want <= 0 || want <= capacity - used) return
    ;(reasons ??= []).push(`Insufficient ${name}`)
    if (want > capacity) hopeless = true
  }
  if (node.pods.size + 1 > node.allowedPods) (reasons ??= []).push('Too many pods')
  const { requests } = pod
  const { requested, allocatable } = node
  check('cpu', requests.milliCpu, requested.milliCpu, allocatable.milliCpu)
  check('memory', requests.memory, requested.memory, allocatable.memory)
  check('ephemeral-storage', requests.ephemeralStorage, requested.ephemeralStorage, allocatable.ephemeralStorage)
  for (const [name, want] of requests.scalars ?? []) {
    check(name, want, requested.scalars?.get(name) ?? 0, allocatable.scalars?.get(name) ?? 0)
  }
  return reasons === undefined ? undefined : { unresolvable: hopeless, reasons }
}

/** Whether the two pods ask for a common resource, so that one leaving may make room for the other. */
function sharesResource(pod: PodInfo, leaving: PodInfo): boolean {
  const [a, b] = [pod.requests, leaving.requests]
  if (a.milliCpu > 0 && b.milliCpu > 0) return true
  if (a.memory > 0 && b.memory > 0) return true
  if (a.ephemeralStorage > 0 && b.ephemeralStorage > 0) return true
  return a.scalars !== undefined && b.scalars !== undefined && [...a.scalars.keys()].some((name) => b.scalars!.has(name))
}

const leastAllocated = (requested: number, capacity: number): number =>
  requested > capacity ? 0 : Math.floor(((capacity - requested) * MAX_NODE_SCORE) / capacity)

/** Room for the pod's requests and one more pod; nodes with more left over score higher (LeastAllocated, cpu and memory alike). */
export const nodeResourcesFit: Plugin = {
  name: 'NodeResourcesFit',
  events: [
    // A node that is full of pods gets room by any pod's leaving.
    { on: ['AssignedPodDelete'], helps: (pod, e) => e.type === 'AssignedPodDelete' && (isSmall(pod) || sharesResource(pod, e.pod)) },
    { on: ['AssignedPodUpdate'] },
    {
      on: ['NodeAdd', 'NodeUpdate'],
      helps: (pod, e) => (e.type === 'NodeAdd' || e.type === 'NodeUpdate') && lacking(pod, e.node) === undefined,
    },
    { on: ['PodUpdate'] },
  ],
  filter: lacking,
  score(pod, node) {
    let sum = 0
    let parts = 0
    const { milliCpu, memory } = node.allocatable
    if (milliCpu > 0) {
      sum += leastAllocated(node.scoringCpu + pod.scoringCpu, milliCpu)
      parts++
    }
    if (memory > 0) {
      sum += leastAllocated(node.scoringMemory + pod.scoringMemory, memory)
      parts++
    }
    return parts === 0 ? 0 : Math.floor(sum / parts)
  },
}

function isSmall(pod: PodInfo): boolean {
  const r = pod.requests
  return r.milliCpu === 0 && r.memory === 0 && r.ephemeralStorage === 0 && r.scalars === undefined
}
