import type { PluginArguments } from '../../config/types.ts'
import type { PluginFactory } from '../../framework.ts'
import type { Rejection } from '../../node-verdict.ts'
import type { NodeInfo } from '../../node-info.ts'
import type { PodInfo } from '../../pod-info.ts'
import { isByDevices } from '../dynamic-resources/extended-resources.ts'
import { allocationScore, resourceSignature } from './scoring.ts'

const NONE: ReadonlySet<string> = new Set()

/** Without a word: most nodes have room for most pods. Of extended resources it says nothing. */
function fits({ requests }: PodInfo, { pods, allowedPods, requested, allocatable }: NodeInfo): boolean {
  if (pods.size >= allowedPods || requests.scalars !== undefined) return false
  if (requests.milliCpu > 0 && requests.milliCpu > allocatable.milliCpu - requested.milliCpu) return false
  if (requests.memory > 0 && requests.memory > allocatable.memory - requested.memory) return false
  return requests.ephemeralStorage <= 0 || requests.ephemeralStorage <= allocatable.ephemeralStorage - requested.ephemeralStorage
}

/** What the node lacks for the pod, in the words of the message; undefined when it fits. */
export function lacking(
  pod: PodInfo,
  node: NodeInfo,
  ignored: (resource: string, node: NodeInfo) => boolean = () => false,
): Rejection | undefined {
  if (fits(pod, node)) return undefined
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
    if (ignored(name, node)) continue
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

/** Room for the pod's requests and one more pod; the score prefers nodes with more left over, or less, as the profile says. */
export const nodeResourcesFit: PluginFactory<PluginArguments['NodeResourcesFit']> = (handle, args) => {
  const names = new Set([...(args.ignoredResources ?? []), ...handle.extenders.flatMap((x) => x.ignoredResources)])
  const groups: ReadonlySet<string> = args.ignoredResourceGroups === undefined ? NONE : new Set(args.ignoredResourceGroups)
  const { deviceClasses } = handle.listers
  const ignored = (resource: string, node: NodeInfo): boolean =>
    names.has(resource) || (groups.size > 0 && groups.has(resource.split('/')[0]!)) || isByDevices(resource, node, deviceClasses)
  const refusal = (pod: PodInfo, node: NodeInfo): Rejection | undefined => lacking(pod, node, ignored)
  return {
    name: 'NodeResourcesFit',
    events: [
      // A node that is full of pods gets room by any pod's leaving.
      { on: ['AssignedPodDelete'], helps: (pod, e) => e.type === 'AssignedPodDelete' && (isSmall(pod) || sharesResource(pod, e.pod)) },
      { on: ['AssignedPodUpdate'] },
      {
        on: ['NodeAdd', 'NodeUpdate'],
        helps: (pod, e) => (e.type === 'NodeAdd' || e.type === 'NodeUpdate') && refusal(pod, e.node) === undefined,
      },
      { on: ['PodUpdate'] },
      // A class may have devices for a resource that no node has.
      { on: ['DeviceChange'], helps: (pod) => pod.requests.scalars !== undefined },
    ],
    // Whether devices stand for an extended resource is the classes' matter.
    sign: resourceSignature,
    filter: refusal,
    score: allocationScore(args.scoringStrategy),
  }
}

function isSmall(pod: PodInfo): boolean {
  const r = pod.requests
  return r.milliCpu === 0 && r.memory === 0 && r.ephemeralStorage === 0 && r.scalars === undefined
}
