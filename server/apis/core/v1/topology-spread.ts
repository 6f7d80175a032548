import { duplicate, forbiddenField, invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { validateLabelSelector } from '../../meta/v1/validation.ts'
import { validateMatchLabelKeys } from './affinity.ts'
import { checkPositive, checkQualifiedName } from './checks.ts'
import type { TopologySpreadConstraint } from './types.ts'

/** topologySpreadConstraints (core/validation validateTopologySpreadConstraints). */
export interface SpreadRules {
  allowInvalidSelector?: boolean
  /** What is stored breaks the rule of matchLabelKeys of today, so the one before 1.34 applies. */
  legacyMatchLabelKeys?: boolean
}

const actions = ['DoNotSchedule', 'ScheduleAnyway']
const policies = ['Honor', 'Ignore']

const pairOf = ({ topologyKey = '', whenUnsatisfiable = '' }: TopologySpreadConstraint): string =>
  JSON.stringify([topologyKey, whenUnsatisfiable])

function pairCounts(constraints: readonly TopologySpreadConstraint[] = []): Map<string, number> {
  const counts = new Map<string, number>()
  for (const c of constraints) counts.set(pairOf(c), (counts.get(pairOf(c)) ?? 0) + 1)
  return counts
}

export function validateTopologySpread(
  errors: FieldError[],
  constraints: readonly TopologySpreadConstraint[] | undefined,
  rules: SpreadRules,
  path: string,
): void {
  const later = pairCounts(constraints)
  constraints?.forEach((c, i) => {
    const at = `${path}[${i}]`
    const action = c.whenUnsatisfiable ?? ''
    checkPositive(errors, c.maxSkew ?? 0, `${at}.maxSkew`)
    if (!c.topologyKey) errors.push(required(`${at}.topologyKey`, 'can not be empty'))
    if (!actions.includes(action)) errors.push(notSupported(`${at}.whenUnsatisfiable`, action, actions))
    const pair = pairOf(c)
    const left = later.get(pair)! - 1
    later.set(pair, left)
    if (left > 0) {
      errors.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${c.topologyKey ?? ''}, ${action}}`))
    }
    if (c.minDomains !== undefined) {
      checkPositive(errors, c.minDomains, `${at}.minDomains`)
      const text = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`
      if (action !== 'DoNotSchedule') errors.push(invalid(`${at}.minDomains`, c.minDomains, text))
    }
    for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      const policy = c[field]
      if (policy !== undefined && !policies.includes(policy)) errors.push(notSupported(`${at}.${field}`, policy, policies))
    }
    if (rules.legacyMatchLabelKeys) legacyMatchLabelKeys(errors, c, `${at}.matchLabelKeys`)
    else validateMatchLabelKeys(errors, c, at)
    if (!rules.allowInvalidSelector) validateLabelSelector(errors, c.labelSelector, `${at}.labelSelector`)
  })
}

function legacyMatchLabelKeys(errors: FieldError[], c: TopologySpreadConstraint, path: string): void {
  if (!c.matchLabelKeys?.length) return
  if (!c.labelSelector) errors.push(forbiddenField(path, 'must not be specified when labelSelector is not set'))
  const used = new Set([...Object.keys(c.labelSelector?.matchLabels ?? {}), ...(c.labelSelector?.matchExpressions ?? []).map((e) => e.key)])
  c.matchLabelKeys.forEach((key, i) => {
    checkQualifiedName(errors, key, `${path}[${i}]`)
    if (used.has(key)) errors.push(invalid(`${path}[${i}]`, key, 'exists in both matchLabelKeys and labelSelector'))
  })
}
