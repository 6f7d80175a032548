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

/** The rules for DeleteOptions (apimachinery `meta/v1/validation`, ValidateDeleteOptions). @throws StatusError 422 */
export function validateDeleteOptions(raw: Readonly<Record<string, unknown>>): void {
  const { propagationPolicy: policy, orphanDependents, dryRun = [] } = raw
  if (policy !== undefined && !POLICIES.includes(String(policy))) {
    throw invalidOptions('DeleteOptions', [notSupported('propagationPolicy', policy, POLICIES)])
  }
  if (policy !== undefined && orphanDependents !== undefined) {
    const why = 'orphanDependents and deletionPropagation cannot be both set'
    throw invalidOptions('DeleteOptions', [invalid('propagationPolicy', policy, why)])
  }
  if ((dryRun as readonly unknown[]).some((d) => d !== 'All'))
    throw invalidOptions('DeleteOptions', [notSupported('dryRun', dryRun, ['All'])])
}
