import { findCondition, type Condition, type Pod } from '../../../client/objects.ts'
import { PODS } from '../../../client/resource.ts'
import { formatTime } from '../../../machinery/clock.ts'
import { errorText } from '../../../machinery/error-text.ts'
import { isStatusError } from '../../../machinery/status.ts'
import type { PluginArguments } from '../../config/types.ts'
import { noFitMessage } from '../../diagnosis.ts'
import {
  unresolvable,
  type Extender,
  type FilterOutcome,
  type Handle,
  type Plugin,
  type PostFilterResult,
  type RejectedNode,
} from '../../framework.ts'
import { outcomeOf } from '../../outcome.ts'
import type { PodInfo } from '../../pod-info.ts'
import { bestCandidate, type Candidate } from './candidates.ts'
import { selectVictims } from './victims.ts'

const REASON = 'PreemptionByScheduler'

const UNDER_WAY = unresolvable('waiting for the preemption for this pod to be finished')

/** Waits for all of them. @throws what the first one failed with */
async function allOf(tries: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(tries)).find((r) => r.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

const NOT_HELPFUL = 'Preemption is not helpful for scheduling'

/**
 * Makes room for a pod that fits nowhere by deleting pods of lower priority from one node, as few and as unimportant ones as will do, and
 * keeps that room for it (nominated node). Budgets are respected where another choice is left.
 */
export function defaultPreemption(handle: Handle, args: PluginArguments['DefaultPreemption'], random: () => number = Math.random): Plugin {
  // So many nodes with victims are enough to choose from.
  const { minCandidateNodesPercentage: percent, minCandidateNodesAbsolute: absolute } = args
  /** Victims whose deletion was asked for and is not seen yet, with their node. */
  const doomed = new Map<string, string>()
  /** Pods for which that is being done. */
  const preempting = new Set<string>()
  const isGoing = ({ pod, uid }: PodInfo): boolean => {
    if (doomed.has(uid)) return true
    const mark = findCondition(pod.status?.conditions, 'DisruptionTarget')
    return pod.metadata.deletionTimestamp != null && mark?.status === 'True' && mark.reason === REASON
  }

  const isSeenGoing = (uid: string, nodeName: string): boolean => {
    const seen = handle.cache.node(nodeName)?.pods.get(uid)
    return seen === undefined || seen.pod.metadata.deletionTimestamp != null
  }
  const forgetSeen = (): void => {
    for (const [uid, nodeName] of doomed) if (isSeenGoing(uid, nodeName)) doomed.delete(uid)
  }

  function refusalToTry(pod: PodInfo, outcome: FilterOutcome): string | undefined {
    if (pod.pod.spec?.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.'
    const nominated = handle.nominated.nodeOf(pod.uid)
    const lost = outcome.rejected.some((r) => r.node.name === nominated && r.rejection.unresolvable)
    const node = nominated === '' || lost ? undefined : handle.cache.node(nominated)
    if (node === undefined) return undefined
    const waits = [...node.pods.values()].some((p) => p.priority < pod.priority && isGoing(p))
    return waits ? 'not eligible due to a terminating pod on the nominated node.' : undefined
  }

  /** Nodes with their victims. Why there are none on a node goes to `reasons`; where the pod fits as it is, to `faults`. */
  function candidates(pod: PodInfo, outcome: FilterOutcome, reasons: string[], faults: string[]): Candidate[] {
    const nodes = outcome.rejected.filter((r) => !r.rejection.unresolvable)
    const enough = Math.min(Math.max(Math.floor((nodes.length * percent) / 100), absolute), nodes.length)
    const first = Math.floor(random() * nodes.length)
    const found: Candidate[] = []
    let harmless = false
    for (let i = 0; i < nodes.length; i++) {
      const { node }: RejectedNode = nodes[(first + i) % nodes.length]!
      const result = selectVictims(pod, node, outcome, handle)
      if ('reasons' in result) {
        reasons.push(...result.reasons)
        continue
      }
      // An extender alone has refused the node: taking pods from it would change nothing.
      if (result.victims.length === 0) {
        faults.push(`expected at least one victim pod on node "${node.name}"`)
        continue
      }
      found.push({ node, ...result })
      harmless ||= result.violations === 0
      if (harmless && found.length >= enough) break
    }
    return found
  }

  /** A pod that is not bound yet only gives its place up. @returns whether that was all, so that its deletion will not be told of */
  async function evict(victim: PodInfo, preemptor: PodInfo, nodeName: string): Promise<boolean> {
    const isOff = handle.waitingPods.preempt(victim.uid) || handle.preBinding.cancel(victim.uid, 'preempted by DefaultPreemption')
    if (!isOff && !(await remove(victim))) return false
    const about = { apiVersion: 'v1', kind: 'Pod', object: victim.pod }
    const note = `Preempted by pod ${preemptor.uid} on node ${nodeName}${isOff ? ' (in kube-scheduler memory).' : ''}`
    handle.recorder.event(about, 'Normal', 'Preempted', note, 'Preempting')
    return isOff
  }

  /** @returns false when it is gone already */
  async function remove(victim: PodInfo): Promise<boolean> {
    const { client, clock, signal, schedulerName } = handle
    const { name = '', namespace, uid, generation } = victim.pod.metadata
    const old = findCondition(victim.pod.status?.conditions, 'DisruptionTarget')
    const condition: Condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: REASON,
      message: `${schedulerName}: preempting to accommodate a higher priority pod`,
      lastTransitionTime: old?.status === 'True' ? (old.lastTransitionTime ?? null) : formatTime(clock.now()),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    }
    const pods = client.resource<Pod>(PODS)
    const body = { metadata: { uid }, status: { conditions: [condition] } }
    try {
      await pods.patch(name, { type: 'strategic', body }, { namespace, subresource: 'status', signal })
      await pods
        .delete(name, { namespace, preconditions: uid === undefined ? {} : { uid }, signal })
        .catch((e: unknown) => outcomeOf(e, () => goes(victim), handle))
    } catch (e) {
      if (!isStatusError(e, 'NotFound')) throw e
      return false
    }
    return true
  }

  /** Whether it is being deleted, or gone: then it was by the request that has had no answer. */
  async function goes({ uid, pod }: PodInfo): Promise<true | undefined> {
    const { name = '', namespace } = pod.metadata
    try {
      const { metadata } = await handle.client.resource<Pod>(PODS).get(name, { namespace, signal: handle.signal })
      return metadata.uid !== uid || metadata.deletionTimestamp != null || undefined
    } catch (e) {
      if (isStatusError(e, 'NotFound')) return true
      throw e
    }
  }

  /** The last victim goes when all others do: a pod that comes back meanwhile would ask for more of them. */
  async function makeRoom(pod: PodInfo, { node, victims }: Candidate): Promise<void> {
    const going = victims.filter((v) => v.pod.metadata.deletionTimestamp == null && !doomed.has(v.uid))
    if (going.length === 0) return
    for (const v of going) doomed.set(v.uid, node.name)
    const remain = new Set(going)
    const evicted = async (victim: PodInfo): Promise<boolean> => {
      const isOff = await evict(victim, pod, node.name)
      // One that was deleted stays on the list until that is seen.
      if (!isOff) remain.delete(victim)
      return isOff
    }
    preempting.add(pod.uid)
    try {
      await clearLower(pod, node.name)
      await allOf(going.slice(0, -1).map((v) => evicted(v)))
      const last = going.at(-1)!
      const isOff = await evicted(last)
      preempting.delete(pod.uid)
      if (isOff) handle.activate(pod.uid)
      // Otherwise its end is still to be told of, and brings the pod back.
      else if (handle.cache.node(node.name)?.pods.has(last.uid) !== true) handle.reconsider(pod.uid)
    } catch (e) {
      preempting.delete(pod.uid)
      if (handle.signal.aborted) return
      handle.onError(e, `preemption for pod ${pod.key}`)
      handle.activate(pod.uid)
    } finally {
      for (const v of remain) doomed.delete(v.uid)
    }
  }

  /** Pods of lower priority that were promised room on the node look for another. */
  async function clearLower(pod: PodInfo, nodeName: string): Promise<void> {
    const lower = handle.nominated.on(nodeName).filter((p) => p.priority < pod.priority)
    for (const p of lower) {
      handle.nominated.set(p, '')
      const { name = '', namespace, uid } = p.pod.metadata
      const body = { metadata: { uid }, status: { nominatedNodeName: null } }
      await handle.client
        .resource(PODS)
        .patch(name, { type: 'merge', body }, { namespace, subresource: 'status', signal: handle.signal })
        .catch((e: unknown) => {
          if (!handle.signal.aborted && !isStatusError(e, 'NotFound')) handle.onError(e, `nomination of pod ${p.key}`)
        })
    }
  }

  /** What the extenders leave of the nodes and victims, asked one after the other. */
  async function agreed(pod: PodInfo, found: readonly Candidate[], extenders: readonly Extender[]): Promise<readonly Candidate[]> {
    let left = found
    for (const extender of extenders) {
      if (left.length === 0) break
      try {
        left = await extender.preempt(pod.pod, left)
      } catch (e) {
        if (!extender.isIgnorable) throw e
      }
    }
    return left
  }

  function preempt(pod: PodInfo, outcome: FilterOutcome, found: readonly Candidate[], reasons: string[]): PostFilterResult {
    const best = bestCandidate(found, handle.clock.now())
    if (best === undefined) {
      const tried = outcome.rejected.filter((r) => !r.rejection.unresolvable).length
      for (let i = tried; i < outcome.totalNodes; i++) reasons.push(NOT_HELPFUL)
      return { message: `preemption: ${noFitMessage(outcome.totalNodes, reasons)}`, nominatedNodeName: '' }
    }
    void makeRoom(pod, best)
    const message = `preemption: found a potential placement for pod on node ${best.node.name}, preempting ${best.victims.length} victims`
    return { message, nominatedNodeName: best.node.name }
  }

  return {
    name: 'DefaultPreemption',
    events: [{ on: ['AssignedPodDelete'] }],
    preEnqueue: ({ metadata }) => (preempting.has(metadata.uid ?? '') ? UNDER_WAY : undefined),
    postFilter(pod, outcome): PostFilterResult | Promise<PostFilterResult> {
      forgetSeen()
      const refusal = refusalToTry(pod, outcome)
      if (refusal !== undefined) return { message: `preemption: ${refusal}` }
      const reasons: string[] = []
      const faults: string[] = []
      const found = candidates(pod, outcome, reasons, faults)
      if (found.length === 0 && faults.length > 0) return { message: `preemption: ${errorText(faults)}` }
      const asked = found.length === 0 ? [] : handle.extenders.filter((x) => x.preempts && x.isInterested(pod.pod))
      if (asked.length === 0) return preempt(pod, outcome, found, reasons)
      return agreed(pod, found, asked).then((left) => preempt(pod, outcome, left, reasons))
    },
  }
}
