import { findCondition, type Condition, type Deployment, type ReplicaSet } from '../../client/objects.ts'
import { withoutZeros } from '../controller.ts'
import { available, fenceposts, sizeOf, sum, wanted } from './math.ts'

export type DeploymentStatus = NonNullable<Deployment['status']>

// No deadline is written as the largest int32.
const NO_DEADLINE = 2147483647

export function progressDeadline(d: Deployment): number | undefined {
  const seconds = d.spec?.progressDeadlineSeconds
  return seconds === undefined || seconds === NO_DEADLINE ? undefined : seconds
}

/** Sets a condition; one with the same status and reason stays as it is, and the transition time moves with the status only. */
export function withCondition(
  conditions: readonly Condition[],
  next: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>,
  now: string,
): Condition[] {
  const old = findCondition(conditions, next.type)
  if (old?.status === next.status && old.reason === next.reason) return [...conditions]
  return replaceCondition(conditions, next, now)
}

/** As withCondition, but always written: lastUpdateTime tells when progress was last seen. */
function replaceCondition(
  conditions: readonly Condition[],
  next: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>,
  now: string,
): Condition[] {
  const old = findCondition(conditions, next.type)
  const lastTransitionTime = old?.status === next.status ? (old.lastTransitionTime ?? now) : now
  return [...conditions.filter((c) => c.type !== next.type), { ...next, lastUpdateTime: now, lastTransitionTime }]
}

/**
 * How many pods are ending, as far as sets tell: one that was never looked at has none, and one that was and does not say leaves the sum
 * open (GetTerminatingReplicaCountForReplicaSets).
 */
function terminating(all: readonly ReplicaSet[]): number | undefined {
  const told = all.filter(({ status }) => (status?.observedGeneration ?? 0) > 0 || status?.terminatingReplicas !== undefined)
  return told.every(({ status }) => status?.terminatingReplicas !== undefined)
    ? sum(told, (rs) => rs.status?.terminatingReplicas ?? 0)
    : undefined
}

/** Counts over all sets, and whether enough pods are available. `now` is RFC 3339. */
export function calculateStatus(
  d: Deployment,
  all: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: string,
  countsTerminating = true,
): DeploymentStatus {
  const availableReplicas = sum(all, available)
  const enough = availableReplicas >= wanted(d) - fenceposts(d).maxUnavailable
  const { collisionCount } = d.status ?? {}
  const terminatingReplicas = countsTerminating ? terminating(all) : undefined
  return {
    ...withoutZeros({
      observedGeneration: d.metadata.generation,
      replicas: sum(all, (rs) => rs.status?.replicas ?? 0),
      updatedReplicas: newSet?.status?.replicas,
      readyReplicas: sum(all, (rs) => rs.status?.readyReplicas ?? 0),
      availableReplicas,
      unavailableReplicas: Math.max(sum(all, sizeOf) - availableReplicas, 0),
    }),
    ...(terminatingReplicas === undefined ? {} : { terminatingReplicas }),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: withCondition(
      d.status?.conditions ?? [],
      {
        type: 'Available',
        status: enough ? 'True' : 'False',
        reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
        message: enough ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.',
      },
      now,
    ),
  }
}

export function isComplete(d: Deployment, s: DeploymentStatus): boolean {
  const n = wanted(d)
  return (
    (s.updatedReplicas ?? 0) === n &&
    (s.replicas ?? 0) === n &&
    (s.availableReplicas ?? 0) === n &&
    (s.observedGeneration ?? 0) >= (d.metadata.generation ?? 0)
  )
}

function madeProgress(old: DeploymentStatus, s: DeploymentStatus): boolean {
  const outdated = (x: DeploymentStatus): number => (x.replicas ?? 0) - (x.updatedReplicas ?? 0)
  return (
    (s.updatedReplicas ?? 0) > (old.updatedReplicas ?? 0) ||
    outdated(s) < outdated(old) ||
    (s.readyReplicas ?? 0) > (old.readyReplicas ?? 0) ||
    (s.availableReplicas ?? 0) > (old.availableReplicas ?? 0)
  )
}

/** Milliseconds until the rollout counts as stuck (not positive: it does); undefined when it cannot. */
export function timeLeft(d: Deployment, s: DeploymentStatus, nowMs: number): number | undefined {
  const deadline = progressDeadline(d)
  const c = findCondition(s.conditions, 'Progressing')
  if (deadline === undefined || c === undefined || c.reason === 'NewReplicaSetAvailable') return undefined
  if (c.reason === 'ProgressDeadlineExceeded') return 0
  return Date.parse(c.lastUpdateTime ?? '') + deadline * 1000 - nowMs
}

/** The status after a round of a rollout, with the Progressing and ReplicaFailure conditions. */
export function rolloutStatus(
  d: Deployment,
  all: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  nowMs: number,
  now: string,
  countsTerminating = true,
): DeploymentStatus {
  const status = calculateStatus(d, all, newSet, now, countsTerminating)
  const current = findCondition(d.status?.conditions, 'Progressing')
  const who = newSet === undefined ? `Deployment "${d.metadata.name}"` : `ReplicaSet "${newSet.metadata.name}"`
  const type = 'Progressing'
  let conditions = status.conditions ?? []
  if (progressDeadline(d) === undefined) conditions = conditions.filter((c) => c.type !== type)
  else if ((status.replicas ?? 0) !== (status.updatedReplicas ?? 0) || current?.reason !== 'NewReplicaSetAvailable') {
    if (isComplete(d, status)) {
      const message = `${who} has successfully progressed.`
      conditions = withCondition(conditions, { type, status: 'True', reason: 'NewReplicaSetAvailable', message }, now)
    } else if (madeProgress(d.status ?? {}, status)) {
      conditions = replaceCondition(
        conditions,
        { type, status: 'True', reason: 'ReplicaSetUpdated', message: `${who} is progressing.` },
        now,
      )
    } else if ((timeLeft(d, status, nowMs) ?? 1) < 0 || current?.reason === 'ProgressDeadlineExceeded') {
      const message = `${who} has timed out progressing.`
      conditions = withCondition(conditions, { type, status: 'False', reason: 'ProgressDeadlineExceeded', message }, now)
    }
  }
  const failure = [newSet, ...all].map((rs) => findCondition(rs?.status?.conditions, 'ReplicaFailure')).find((c) => c !== undefined)
  conditions =
    failure === undefined
      ? conditions.filter((c) => c.type !== 'ReplicaFailure')
      : withCondition(conditions, { type: 'ReplicaFailure', status: failure.status, reason: failure.reason, message: failure.message }, now)
  return { ...status, conditions }
}
