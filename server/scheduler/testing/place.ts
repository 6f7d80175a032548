import type { Node, Pod } from '../../client/objects.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { SchedulingAlgorithm } from '../algorithm.ts'
import { SchedulerCache } from '../cache.ts'
import { failureMessage } from '../diagnosis.ts'
import type { Listers } from '../framework.ts'
import { podInfo } from '../pod-info.ts'
import { testHandle, testPlugins } from './handle.ts'

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
): Placement {
  for (const node of nodes) cache.setNode(node)
  for (const [p, nodeName] of bound) cache.setPod({ ...p, spec: { ...p.spec, nodeName } })
  const handle = testHandle(cache, objects)
  const plugins = testPlugins(handle)
  const info = podInfo(pod)
  const decision = new SchedulingAlgorithm(plugins, handle.nominated, () => 0.999).decide(info, cache.nodes)
  if (decision.nodeName !== undefined) return { nodeName: decision.nodeName }
  const room = plugins.map(({ plugin }) => plugin.postFilter?.(info, decision.outcome)).find((r) => r !== undefined)
  return { nodeName: undefined, message: failureMessage(decision.outcome, room?.message) }
}
