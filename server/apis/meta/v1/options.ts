import { invalid, invalidObject, notSupported, type FieldError } from '../../../machinery/field-errors.ts'
import type { StatusError } from '../../../machinery/status.ts'

/** 422 for options of meta.k8s.io (ListOptions, CreateOptions, …). */
export function invalidOptions(kind: string, errors: FieldError[]): StatusError {
  return invalidObject({ group: 'meta.k8s.io', kind }, '', errors)
}

/** The values of `dryRun` in options. */
export const isDryRun = (dryRun: unknown): boolean => Array.isArray(dryRun) && dryRun.includes('All')

// Upstream's error text names a missing policy "nil".
const POLICIES = ['Foreground', 'Background', 'Orphan', 'nil']

/** DeleteOptions: away with an object that cannot be read, whatever it holds (KEP-3926). */
export const IGNORE_READ_ERRORS = 'ignoreStoreReadErrorWithClusterBreakingPotential'

/** Nothing that looks at the object goes with that option; in the order of upstream's checks. */
const BESIDE_IGNORED = ['propagationPolicy', 'orphanDependents', 'gracePeriodSeconds', 'preconditions'] as const

/** The rules for DeleteOptions (apimachinery `meta/v1/validation`, ValidateDeleteOptions). @throws StatusError 422 */
export function validateDeleteOptions(raw: Readonly<Record<string, unknown>>): void {
  const { propagationPolicy: policy, orphanDependents, dryRun = [] } = raw
  const errors: FieldError[] = []
  if (policy !== undefined && orphanDependents !== undefined)
    errors.push(invalid('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'))
  if (policy !== undefined && !POLICIES.includes(String(policy))) errors.push(notSupported('propagationPolicy', policy, POLICIES))
  if ((dryRun as readonly unknown[]).some((d) => d !== 'All')) errors.push(notSupported('dryRun', dryRun, ['All']))
  if (raw[IGNORE_READ_ERRORS] === true)
    for (const field of BESIDE_IGNORED)
      if (raw[field] !== undefined) errors.push(invalid(IGNORE_READ_ERRORS, true, `cannot be set together with .${field}`))
  if (errors.length > 0) throw invalidOptions('DeleteOptions', errors)
}
