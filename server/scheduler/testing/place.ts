import type { Node, Pod } from '../../client/objects.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { SchedulingAlgorithm } from '../algorithm.ts'
import { SchedulerCache } from '../cache.ts'
import { failureMessage } from '../diagnosis.ts'
import type { Listers, PostFilterResult } from '../framework.ts'
import { podInfo } from '../pod-info.ts'
import { testHandle, testProfile } from './handle.ts'

export interface Placement {
  nodeName: string | undefined
  /** The whole message; undefined when there is a node. */
  message?: string
}

/** Where the default plugins put a pod on these nodes with these pods on them, or why nowhere. */
export function placing(
  pod: Pod,
  nodes: readonly Node[],
  bound: readonly (readonly [Pod, string])[],
  objects: Partial<Record<keyof Listers, readonly KubeObject[]>> = {},
  cache = new SchedulerCache(),
  configuration?: object,
): Placement {
  for (const node of nodes) cache.setNode(node)
  for (const [p, nodeName] of bound) cache.setPod({ ...p, spec: { ...p.spec, nodeName } })
  const handle = testHandle(cache, objects)
  const profile = testProfile(handle, configuration)
  const info = podInfo(pod)
  const decision = new SchedulingAlgorithm(profile, handle.nominated, () => 0.999).decide(info, cache.nodes)
  if (decision.nodeName !== undefined) return { nodeName: decision.nodeName }
  const rooms = profile.points.postFilter.map((plugin) => plugin.postFilter?.(info, decision.outcome, decision.state))
  const room = rooms.find((r): r is PostFilterResult => r !== undefined && !('then' in r))
  return { nodeName: undefined, message: failureMessage(decision.outcome, room?.message) }
}
