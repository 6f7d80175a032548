import { validateTolerations } from '../apis/core/v1/tolerations.ts'
import type { FieldError } from '../machinery/field-errors.ts'
import { versionedConfiguration } from './configuration.ts'
import { readToleration, type PodTolerations } from './pod-toleration-restriction.ts'

/** What PodTolerationRestriction is told for all namespaces. @throws Error of one sentence */
export function readPodTolerationRestrictionConfiguration(value: unknown): PodTolerations {
  const top = versionedConfiguration(value, 'podtolerationrestriction.admission.k8s.io/v1alpha1')
  const read = {
    default: top.objects('default', 'Toleration').map(readToleration),
    whitelist: top.objects('whitelist', 'Toleration').map(readToleration),
  }
  const errors: FieldError[] = []
  for (const field of ['default', 'whitelist'] as const) validateTolerations(errors, read[field], `podtolerationrestriction.${field}`)
  if (errors.length > 0) throw new Error(`invalid config: [${errors.map((e) => `${e.field}: ${e.body}`).join(' ')}]`)
  return read
}
