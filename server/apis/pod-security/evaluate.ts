import type { PodSpec } from '../core/v1/types.ts'
import type { ObjectMeta } from '../../machinery/types.ts'
import { baselineChecks } from './baseline.ts'
import type { Check, PodCheck, Violation } from './check.ts'
import type { LevelVersion } from './policy.ts'
import { restrictedChecks } from './restricted.ts'

/** The newest minor in which a check changed: the standards of later ones are the same. */
const NEWEST = Math.max(...[...baselineChecks, ...restrictedChecks].flatMap((c) => c.versions.map((v) => v.since)))

function inVersion(checks: readonly Check[], minor: number): Map<string, { check: PodCheck; overrides: string | undefined }> {
  const found = new Map<string, { check: PodCheck; overrides: string | undefined }>()
  for (const { id, versions, overrides } of checks) {
    const version = versions.findLast((v) => v.since <= minor)
    if (version !== undefined) found.set(id, { check: version.check, overrides })
  }
  return found
}

/** Checks of each level for each minor, the baseline's first. */
const byVersion = Array.from({ length: NEWEST + 1 }, (_, minor) => {
  const [baseline, restricted] = [inVersion(baselineChecks, minor), inVersion(restrictedChecks, minor)]
  const overridden = new Set([...restricted.values()].map((c) => c.overrides))
  const kept = [...baseline].filter(([id]) => !overridden.has(id))
  return {
    privileged: [],
    baseline: [...baseline.values()].map((c) => c.check),
    restricted: [...kept.map(([, c]) => c), ...restricted.values()].map((c) => c.check),
  }
})

/** Everything that is against a pod at a level; empty when it may run. Linear in the pod. */
export function violations({ level, version }: LevelVersion, metadata: Pick<ObjectMeta, 'annotations'>, spec: PodSpec): Violation[] {
  const minor = version === 'latest' ? NEWEST : Math.min(version, NEWEST)
  const found: Violation[] = []
  for (const check of byVersion[minor]![level]) {
    const violation = check(metadata, spec)
    if (violation !== undefined) found.push(violation)
  }
  return found
}

/** `privileged, host namespaces`, for many pods at once. */
export const reasonsText = (found: readonly Violation[]): string => found.map((v) => v.reason).join(', ')

/** `host namespaces (hostNetwork=true), hostPort (…)`, for one pod. */
export const detailsText = (found: readonly Violation[]): string =>
  found.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ')
