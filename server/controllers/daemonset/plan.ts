import type { DaemonSet } from '../../client/objects-apps.ts'
import type { Node, Pod } from '../../client/objects.ts'
import { scaled } from '../deployment/math.ts'
import { isAvailable, isReady } from '../pods.ts'
import { REVISION_LABEL } from '../revisions.ts'
import { byAge, isUpdated, placementOn } from './placement.ts'

/** The pods of a set by the node they are on or bound for. */
export type PodsByNode = ReadonlyMap<string, readonly Pod[]>

export interface Plan {
  /** Names of nodes that get a pod. */
  create: string[]
  remove: Pod[]
}

export interface PlanContext {
  ds: DaemonSet
  hash: string
  nodes: readonly Node[]
  pods: PodsByNode
  now: number
  /** True when the failed pod is to go now; else it stays for a while. */
  mayReplaceFailed(pod: Pod, node: string): boolean
  /** A pod that has ended by itself is to go. */
  ended(pod: Pod, node: string): void
}

const isDeleted = (pod: Pod): boolean => pod.metadata.deletionTimestamp != null
const available = (pod: Pod, { ds, now }: PlanContext): boolean => isAvailable(pod, ds.spec?.minReadySeconds ?? 0, now)

const rolling = (ds: DaemonSet) => (ds.spec?.updateStrategy?.type === 'RollingUpdate' ? ds.spec.updateStrategy.rollingUpdate : undefined)
const surge = (ds: DaemonSet, nodes: number): number => scaled(rolling(ds)?.maxSurge, nodes, true)

/** One pod on each node that is for the set, none on the others. */
export function placePods(c: PlanContext): Plan {
  const plan: Plan = { create: [], remove: [] }
  const known = new Set<string>()
  for (const node of c.nodes) {
    const { name = '' } = node.metadata
    known.add(name)
    const { run, stay } = placementOn(node, c.ds)
    const pods = c.pods.get(name)
    if (run && pods === undefined) plan.create.push(name)
    else if (stay) keepOne(c, name, pods ?? [], run, plan)
    else plan.remove.push(...(pods ?? []).filter((p) => !isDeleted(p)))
  }
  // Bound for a node that is no more.
  for (const [name, pods] of c.pods) {
    if (!known.has(name)) plan.remove.push(...pods.filter((p) => (p.spec?.nodeName ?? '') === ''))
  }
  return plan
}

function keepOne(c: PlanContext, node: string, pods: readonly Pod[], run: boolean, plan: Plan): void {
  const running: Pod[] = []
  for (const pod of pods) {
    if (isDeleted(pod)) continue
    const { phase } = pod.status ?? {}
    if (phase === 'Failed') {
      if (!c.mayReplaceFailed(pod, node)) continue
      c.ended(pod, node)
      plan.remove.push(pod)
    } else if (phase === 'Succeeded') {
      c.ended(pod, node)
      plan.remove.push(pod)
    } else running.push(pod)
  }
  running.sort(byAge)
  if (surge(c.ds, 1) === 0) return void plan.remove.push(...running.slice(1))
  if (running.length === 0 && run) return void plan.create.push(node)
  if (running.length <= 1) return
  // While it surges, a node may have one pod of the new template beside one of an old.
  const isNew = (p: Pod): boolean => p.metadata.labels?.[REVISION_LABEL] === c.hash
  const newest = running.find(isNew)
  const oldest = running.find((p) => !isNew(p))
  plan.remove.push(...running.filter((p) => p !== newest && p !== oldest))
  if (newest === undefined || oldest === undefined) return
  if (!isReady(oldest) || available(newest, c)) plan.remove.push(oldest)
}

/** Which old pods give way to new ones now, and where new ones come beside old ones. */
export function rollingUpdate(c: PlanContext): Plan {
  const byNode = new Map(c.pods)
  const runs = new Set<string>()
  for (const node of c.nodes) {
    const { name = '' } = node.metadata
    if (!placementOn(node, c.ds).run) continue
    runs.add(name)
    if (!byNode.has(name)) byNode.set(name, [])
  }
  const desired = runs.size
  const maxSurge = surge(c.ds, desired)
  let maxUnavailable = scaled(rolling(c.ds)?.maxUnavailable, desired, true)
  if (desired > 0 && maxUnavailable === 0 && maxSurge === 0) maxUnavailable = 1
  return maxSurge === 0 ? replace(c, byNode, maxUnavailable) : surgeOver(c, byNode, runs, maxSurge)
}

interface OnNode {
  fresh: Pod | undefined
  old: Pod | undefined
}

/** The new and the old pod of a node; undefined when there is more than one of a kind. */
function onNode({ ds, hash }: PlanContext, pods: readonly Pod[]): OnNode | undefined {
  const alive = pods.filter((p) => !isDeleted(p))
  const fresh = alive.filter((p) => isUpdated(p, ds, hash))
  const old = alive.filter((p) => !isUpdated(p, ds, hash))
  return fresh.length > 1 || old.length > 1 ? undefined : { fresh: fresh[0], old: old[0] }
}

/** Old pods that do not serve go at once, others as long as enough are left. */
function replace(c: PlanContext, byNode: PodsByNode, maxUnavailable: number): Plan {
  let unavailable = 0
  const broken: Pod[] = []
  const candidates: Pod[] = []
  for (const pods of byNode.values()) {
    const found = onNode(c, pods)
    if (found === undefined) {
      unavailable++
      continue
    }
    const { fresh, old } = found
    if ((fresh === undefined) === (old === undefined)) unavailable++
    else if (fresh !== undefined) {
      if (!available(fresh, c)) unavailable++
    } else if (!available(old!, c)) {
      broken.push(old!)
      unavailable++
    } else candidates.push(old!)
  }
  return { create: [], remove: [...broken, ...candidates.slice(0, Math.max(maxUnavailable - unavailable, 0))] }
}

/** New pods come before the old ones go. */
function surgeOver(c: PlanContext, byNode: PodsByNode, runs: ReadonlySet<string>, maxSurge: number): Plan {
  const plan: Plan = { create: [], remove: [] }
  const misplaced: Pod[] = []
  const candidates: string[] = []
  let surging = 0
  let serving = 0
  for (const [name, pods] of byNode) {
    const found = onNode(c, pods)
    if (found === undefined) {
      surging++
      continue
    }
    const { fresh, old } = found
    const served = old ?? fresh
    if (served !== undefined && available(served, c)) serving++
    if (old === undefined) continue
    if (fresh !== undefined) {
      if (available(fresh, c)) plan.remove.push(old)
      else surging++
    } else if (!available(old, c)) {
      if (runs.has(name)) plan.create.push(name)
      else plan.remove.push(old)
    } else if (runs.has(name)) candidates.push(name)
    else misplaced.push(old)
  }
  plan.remove.push(...misplaced.slice(0, Math.max(serving - runs.size, 0)))
  plan.create.push(...candidates.slice(0, Math.max(maxSurge - surging, 0)))
  return plan
}

type DaemonStatus = NonNullable<DaemonSet['status']>

/** The counts; `now` in ms. Those that Go leaves out at zero are left out. */
export function countPods(c: PlanContext): DaemonStatus {
  let [desired, current, misscheduled, ready, updated, serving] = [0, 0, 0, 0, 0, 0]
  for (const node of c.nodes) {
    const pods = [...(c.pods.get(node.metadata.name ?? '') ?? [])].sort(byAge)
    const [pod] = pods
    if (!placementOn(node, c.ds).run) {
      if (pod !== undefined) misscheduled++
      continue
    }
    desired++
    if (pod === undefined) continue
    current++
    if (isReady(pod)) {
      ready++
      if (available(pod, c)) serving++
    }
    if (isUpdated(pod, c.ds, c.hash)) updated++
  }
  return {
    currentNumberScheduled: current,
    numberMisscheduled: misscheduled,
    desiredNumberScheduled: desired,
    numberReady: ready,
    updatedNumberScheduled: updated,
    numberAvailable: serving,
    numberUnavailable: desired - serving,
  }
}
