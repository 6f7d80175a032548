import type { PluginArguments } from '../../config/types.ts'
import type { Node } from '../../../client/objects.ts'
import type { ClusterEvent, PluginFactory } from '../../framework.ts'
import type { Rejection } from '../../node-verdict.ts'
import { NodeInfo } from '../../node-info.ts'
import type { PodInfo } from '../../pod-info.ts'
import type { Resources } from '../../resources.ts'
import { IMPLICIT, isByDevices } from '../dynamic-resources/extended-resources.ts'
import { deviceTotals, totalsOf } from '../dynamic-resources/device-totals.ts'
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

/** Whether there is more of something that the pod asks for. */
function isMore({ requests: wanted }: PodInfo, now: Resources, old: Resources): boolean {
  if (wanted.milliCpu > 0 && now.milliCpu > old.milliCpu) return true
  if (wanted.memory > 0 && now.memory > old.memory) return true
  if (wanted.ephemeralStorage > 0 && now.ephemeralStorage > old.ephemeralStorage) return true
  return [...(wanted.scalars ?? [])].some(([name, n]) => n > 0 && (now.scalars?.get(name) ?? 0) > (old.scalars?.get(name) ?? 0))
}

function emptyNode(node: Node): NodeInfo {
  const info = new NodeInfo(node.metadata.name ?? '')
  info.setNode(node)
  return info
}

/** A class that comes to stand for a resource that the pod asks for. */
function classHelps({ requests }: PodInfo, e: ClusterEvent): boolean {
  if (e.type !== 'DeviceClass') return false
  const named = e.now.spec?.extendedResourceName ?? ''
  if (e.old !== undefined && (e.old.spec?.extendedResourceName ?? '') === named) return false
  const implicit = e.old === undefined && requests.scalars?.has(`${IMPLICIT}${e.now.metadata.name}`) === true
  return implicit || requests.scalars?.has(named) === true
}

/** Room for the pod's requests and one more pod; the score prefers nodes with more left over, or less, as the profile says. */
export const nodeResourcesFit: PluginFactory<PluginArguments['NodeResourcesFit']> = (handle, args) => {
  const names = new Set([...(args.ignoredResources ?? []), ...handle.extenders.flatMap((x) => x.ignoredResources)])
  const groups: ReadonlySet<string> = args.ignoredResourceGroups === undefined ? NONE : new Set(args.ignoredResourceGroups)
  const { deviceClasses } = handle.listers
  const { resources } = args.scoringStrategy
  const note = deviceTotals(
    handle,
    resources.map((r) => r.name),
  )
  const score = allocationScore(args.scoringStrategy)
  const ignored = (resource: string, node: NodeInfo): boolean =>
    names.has(resource) || (groups.size > 0 && groups.has(resource.split('/')[0]!)) || isByDevices(resource, node, deviceClasses)
  const refusal = (pod: PodInfo, node: NodeInfo): Rejection | undefined => lacking(pod, node, ignored)
  /** Of pods that are there it is not looked: whoever may push them out wants to know of a node that is large enough. */
  function nodeHelps(pod: PodInfo, e: ClusterEvent): boolean {
    if ((e.type !== 'NodeAdd' && e.type !== 'NodeUpdate') || e.node.node === undefined) return false
    const now = emptyNode(e.node.node)
    if (refusal(pod, now) !== undefined) return false
    if (e.type === 'NodeAdd') return true
    const old = emptyNode(e.old)
    if (now.allowedPods > old.allowedPods || isMore(pod, now.allocatable, old.allocatable)) return true
    return [...(pod.requests.scalars ?? [])].some(([name, n]) => n > 0 && isByDevices(name, now, deviceClasses))
  }
  return {
    name: 'NodeResourcesFit',
    events: [
      // A node that is full of pods gets room by any pod's leaving.
      { on: ['AssignedPodDelete'] },
      {
        on: ['AssignedPodUpdate'],
        changes: ['scaleDown'],
        helps: (pod, e) => e.type === 'AssignedPodUpdate' && isMore(pod, e.old.requests, e.pod.requests),
      },
      { on: ['NodeAdd', 'NodeUpdate'], changes: ['allocatable'], helps: nodeHelps },
      { on: ['PodUpdate'], changes: ['scaleDown'] },
      { on: ['DeviceClass'], helps: classHelps },
    ],
    // Whether devices stand for an extended resource is the classes' matter.
    sign: resourceSignature,
    filter: refusal,
    preScore(pod, state) {
      note(pod, state)
      return undefined
    },
    score: (pod, node, state) => score(pod, node, totalsOf(state)),
  }
}
