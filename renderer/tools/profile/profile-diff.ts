import { buildFlame, type FlameNode, topTable } from './flame.ts'
import type { Profile } from './pprof.ts'

/** Whether two profiles count the same things. */
export const sameTypes = (a: Profile, b: Profile): boolean =>
  a.sampleTypes.length === b.sampleTypes.length &&
  a.sampleTypes.every(({ type, unit }, index) => b.sampleTypes[index]?.type === type && b.sampleTypes[index].unit === unit)

/**
 * By how much the earlier profile's values are multiplied, so that two that were taken for unlike times are compared by what a second costs.
 * 1 for those that tell no duration, and for a heap: what is held now is no course, however long the process has been sampled.
 */
export function scaleOf(before: Profile, after: Profile): number {
  if (!after.sampleTypes.some(({ unit }) => unit === 'nanoseconds')) return 1
  if (before.durationNanos <= 0 || after.durationNanos <= 0) return 1
  const scale = after.durationNanos / before.durationNanos
  // Profilers stop some milliseconds late; that is no other duration.
  return Math.abs(scale - 1) < 0.02 ? 1 : scale
}

export function scaled(profile: Profile, scale: number): Profile {
  if (scale === 1) return profile
  const samples = profile.samples.map(({ stack, values }) => ({ stack, values: values.map((value) => value * scale) }))
  return { ...profile, samples }
}

export interface FunctionChange {
  name: string
  file: string
  state: 'added' | 'gone' | 'changed' | 'same'
  before: { self: number; total: number }
  after: { self: number; total: number }
  /** After less before. */
  delta: { self: number; total: number }
}

const none = { self: 0, total: 0 }

/** What each function costs in both, for one sample type. */
export function diffTable(before: Profile, after: Profile, type: number): FunctionChange[] {
  const then = new Map(topTable(before, type).map((row) => [row.name, row]))
  const now = new Map(topTable(after, type).map((row) => [row.name, row]))
  return [...new Set([...now.keys(), ...then.keys()])].map((name) => {
    const [old, next] = [then.get(name), now.get(name)]
    const [was, is] = [old ?? none, next ?? none]
    const delta = { self: is.self - was.self, total: is.total - was.total }
    return {
      name,
      file: (next ?? old)?.file ?? '',
      state: !old ? 'added' : !next ? 'gone' : delta.self === 0 && delta.total === 0 ? 'same' : 'changed',
      before: { self: was.self, total: was.total },
      after: { self: is.self, total: is.total },
      delta,
    }
  })
}

/**
 * Both profiles in one tree. Its values are the sums of both, so that what is gone has a place beside what is new and callees fit into their
 * callers; `before` tells the earlier one's share of each.
 */
export function diffFlame(before: Profile, after: Profile, type: number): FlameNode {
  const root = buildFlame({ ...after, samples: [...before.samples, ...after.samples] }, type)
  mark(root, buildFlame(before, type))
  return root
}

function mark(node: FlameNode, earlier: FlameNode | undefined): void {
  node.before = { total: earlier?.total ?? 0, self: earlier?.self ?? 0 }
  for (const [name, child] of node.children) mark(child, earlier?.children.get(name))
}
