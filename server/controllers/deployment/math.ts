import type { Deployment, IntOrString, ReplicaSet } from '../../client/objects.ts'

export const wanted = (d: Deployment): number => d.spec?.replicas ?? 1
export const sizeOf = (rs: ReplicaSet): number => rs.spec?.replicas ?? 1
export const sum = (sets: readonly ReplicaSet[], of: (rs: ReplicaSet) => number): number => sets.reduce((n, rs) => n + of(rs), 0)
/** Of those that may stay: a set that has just been made smaller still reports pods that are about to go. */
export const available = (rs: ReplicaSet): number => Math.min(rs.status?.availableReplicas ?? 0, sizeOf(rs))

export const isRollingUpdate = (d: Deployment): boolean => (d.spec?.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate'

/** A number, or a share of `total`, rounded up or down. */
export function scaled(value: IntOrString | undefined, total: number, up: boolean): number {
  if (value === undefined) return 0
  if (typeof value === 'number') return value
  const percent = Number(/^(\d+)%$/.exec(value)?.[1] ?? Number.NaN)
  if (Number.isNaN(percent)) throw new Error(`invalid value for IntOrString: invalid type: string is not a percentage`)
  return up ? Math.ceil((percent * total) / 100) : Math.floor((percent * total) / 100)
}

/** Pods that may be missing, and pods that may be too many, during a rollout. They are never both zero. */
export function fenceposts(d: Deployment): { maxSurge: number; maxUnavailable: number } {
  if (!isRollingUpdate(d)) return { maxSurge: 0, maxUnavailable: 0 }
  const n = wanted(d)
  const update = d.spec?.strategy?.rollingUpdate
  const maxSurge = scaled(update?.maxSurge, n, true)
  const unavailable = scaled(update?.maxUnavailable, n, false)
  if (maxSurge === 0 && unavailable === 0) return { maxSurge, maxUnavailable: n === 0 ? 0 : 1 }
  return { maxSurge, maxUnavailable: Math.min(unavailable, n) }
}

/** How large the new set may be now. */
export function newSetSize(d: Deployment, all: readonly ReplicaSet[], current: number): number {
  if (!isRollingUpdate(d)) return wanted(d)
  const room = wanted(d) + fenceposts(d).maxSurge - sum(all, sizeOf)
  return room <= 0 ? current : current + Math.min(room, wanted(d) - current)
}

const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas'

/** This set's share of `toAdd` pods (negative: to remove) when a deployment is resized in the middle of a rollout. */
export function proportion(rs: ReplicaSet, d: Deployment, toAdd: number, added: number): number {
  if (sizeOf(rs) === 0 || toAdd === 0 || toAdd === added) return 0
  const share = fraction(rs, d)
  return toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added)
}

function fraction(rs: ReplicaSet, d: Deployment): number {
  if (wanted(d) === 0) return -sizeOf(rs)
  const before = Number(rs.metadata.annotations?.[MAX_REPLICAS] ?? 0) || (d.status?.replicas ?? 0)
  if (before === 0) return 0
  const size = (sizeOf(rs) * (wanted(d) + fenceposts(d).maxSurge)) / before
  // Halves away from zero, as Go rounds.
  return Math.sign(size) * Math.round(Math.abs(size)) - sizeOf(rs)
}
