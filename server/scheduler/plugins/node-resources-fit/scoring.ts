import type { PluginArguments } from '../../config/types.ts'
import { MAX_NODE_SCORE } from '../../framework.ts'
import type { NodeInfo } from '../../node-info.ts'
import type { PodInfo } from '../../pod-info.ts'
import type { TotalsOf } from '../dynamic-resources/device-totals.ts'
import { along, type Rate } from '../shape.ts'

/** The amounts that a pod is weighed by; undefined with extended resources, for which devices may stand. */
export function resourceSignature({ requests, scoringCpu, scoringMemory }: PodInfo): string | undefined {
  if (requests.scalars !== undefined) return undefined
  return [requests.milliCpu, requests.memory, requests.ephemeralStorage, scoringCpu, scoringMemory].join()
}

/** What of a resource would be requested on the node with the pod; containers that ask for no cpu or memory count as a little. */
export function requestedForScoring(name: string, pod: PodInfo, node: NodeInfo): number {
  if (name === 'cpu') return node.scoringCpu + pod.scoringCpu
  if (name === 'memory') return node.scoringMemory + pod.scoringMemory
  return requestedOf(name, pod, node)
}

/** The same of what is really requested. */
export function requestedOf(name: string, pod: PodInfo, node: NodeInfo): number {
  if (name === 'cpu') return node.requested.milliCpu + pod.requests.milliCpu
  if (name === 'memory') return node.requested.memory + pod.requests.memory
  if (name === 'ephemeral-storage') return node.requested.ephemeralStorage + pod.requests.ephemeralStorage
  return (node.requested.scalars?.get(name) ?? 0) + (pod.requests.scalars?.get(name) ?? 0)
}

/** 0 where the node has none, and for an extended resource that the pod does not ask for: it does not count then. */
export function capacityOf(name: string, pod: PodInfo, node: NodeInfo): number {
  const { allocatable } = node
  if (name === 'cpu') return allocatable.milliCpu
  if (name === 'memory') return allocatable.memory
  if (name === 'ephemeral-storage') return allocatable.ephemeralStorage
  return (pod.requests.scalars?.get(name) ?? 0) === 0 ? 0 : (allocatable.scalars?.get(name) ?? 0)
}

/** Capacity and request of what the node has none of itself and devices stand for; undefined where they do not. */
export function byDevices(
  name: string,
  { requests }: PodInfo,
  node: NodeInfo,
  totals: TotalsOf | undefined,
): { capacity: number; requested: number } | undefined {
  const wanted = totals === undefined ? 0 : (requests.scalars?.get(name) ?? 0)
  if (totals === undefined || wanted === 0) return undefined
  const { capacity, allocated } = totals(name, node)
  return capacity === 0 ? undefined : { capacity, requested: allocated + wanted }
}

const least: Rate = (requested, capacity) => (requested > capacity ? 0 : Math.floor(((capacity - requested) * MAX_NODE_SCORE) / capacity))
const most: Rate = (requested, capacity) => Math.floor((Math.min(requested, capacity) * MAX_NODE_SCORE) / capacity)

/** Score of a node by what of its resources would be requested with the pod, from 0 to 100 (noderesources *_allocated.go). */
export function allocationScore({
  type,
  resources,
  requestedToCapacityRatio,
}: PluginArguments['NodeResourcesFit']['scoringStrategy']): (pod: PodInfo, node: NodeInfo, totals?: TotalsOf) => number {
  const byRatio = type === 'RequestedToCapacityRatio'
  const rate = byRatio ? along(requestedToCapacityRatio?.shape ?? []) : type === 'MostAllocated' ? most : least
  return (pod, node, totals) => {
    let sum = 0
    let weights = 0
    for (const { name, weight } of resources) {
      const own = capacityOf(name, pod, node)
      const devices = own === 0 ? byDevices(name, pod, node, totals) : undefined
      const capacity = devices?.capacity ?? own
      if (capacity === 0) continue
      const score = rate(devices?.requested ?? requestedForScoring(name, pod, node), capacity)
      // What does not score takes no part in the mean there.
      if (byRatio && score <= 0) continue
      sum += score * weight
      weights += weight
    }
    if (weights === 0) return 0
    return byRatio ? Math.round(sum / weights) : Math.floor(sum / weights)
  }
}
