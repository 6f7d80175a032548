import { emptyAt } from '../../../machinery/empty-fields.ts'
import { forbiddenField, invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { selectorFromObject, type LabelSelectorObject } from '../../../machinery/labels.ts'
import type { ObjectMeta } from '../../../machinery/types.ts'
import { checkNotNegative } from '../../core/v1/checks.ts'
import { validateKubeFinalizers, validDeletionCost } from '../../core/v1/pod-metadata.ts'
import { rulesForCreate, rulesForUpdate } from '../../core/v1/pod-rules.ts'
import { validatePodTemplate } from '../../core/v1/pod.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import type { PodTemplateSpec } from '../../core/v1/types.ts'
import { IMMUTABLE, validateLabelSelector, validateObjectMetaUpdate, type LabelSelector } from '../../meta/v1/validation.ts'
import type { WorkloadStatus } from './types.ts'

/** What Deployments and ReplicaSets have in common: a selector over the pods of a template, and counts of them. */
export function validateWorkloadMeta(meta: ObjectMeta, old?: ObjectMeta): FieldError[] {
  const errors = old === undefined ? [] : validateObjectMetaUpdate(meta, old, 'metadata')
  validateKubeFinalizers(errors, meta.finalizers)
  return errors
}

/** metav1.LabelSelector in its declared order, without empty members. */
export function selectorValue(s: LabelSelector): unknown {
  return {
    ...(s.matchLabels && Object.keys(s.matchLabels).length > 0 ? { matchLabels: sorted(s.matchLabels) } : {}),
    ...(s.matchExpressions?.length
      ? {
          matchExpressions: s.matchExpressions.map((e) => ({
            key: e.key,
            operator: e.operator,
            ...(e.values?.length ? { values: e.values } : {}),
          })),
        }
      : {}),
  }
}

export const sorted = (map: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)))

/** The labels of a template are not those that are asked for. */
export function unselected({ metadata }: PodTemplateSpec): FieldError {
  const shown = metadata?.labels ? sorted(metadata.labels) : emptyAt(metadata, 'labels')
  return invalid('spec.template.metadata.labels', shown, '`selector` does not match template `labels`')
}

interface Selecting {
  selector?: LabelSelector
  template?: PodTemplateSpec
}

export function validateSelectorAndTemplate(errors: FieldError[], spec: Selecting, old: Selecting | undefined): void {
  const { template = {} } = spec
  // The decoder writes null for it, as Go prints a pointer that is always printed.
  const selector = spec.selector ?? undefined
  const before = errors.length
  if (selector) validateLabelSelector(errors, selector, 'spec.selector')
  else errors.push(required('spec.selector'))
  const unusable = selector !== undefined && errors.length > before
  if (selector && Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions?.length ?? 0) === 0) {
    errors.push(invalid('spec.selector', selectorValue(selector), 'empty selector is invalid for deployment'))
  }
  if (unusable) {
    errors.push(invalid('spec.selector', selectorValue(selector), 'invalid label selector'))
    return
  }
  // No selector at all selects nothing.
  const parsed = selectorFromObject(selector as LabelSelectorObject | undefined)
  if (!parsed?.empty && !parsed?.matches(template.metadata?.labels)) errors.push(unselected(template))
  validateRunningTemplate(errors, template, old?.template, 'ReplicaSet')
}

export function validateTemplate(errors: FieldError[], template: PodTemplateSpec, old: PodTemplateSpec | undefined, path: string): void {
  const rules = old?.spec ? rulesForUpdate(false, old.spec) : rulesForCreate(false)
  if (old !== undefined) rules.allowInvalidDeletionCost = !validDeletionCost(old.metadata?.annotations)
  validatePodTemplate(errors, template, rules, path)
}

/** Of pods that are to run for ever. Where nothing selects them, only that is looked at. */
export function validateRunningTemplate(
  errors: FieldError[],
  template: PodTemplateSpec,
  old: PodTemplateSpec | undefined,
  kind: string,
  selected = true,
): void {
  if (selected) validateTemplate(errors, template, old, 'spec.template')
  const { restartPolicy = '', activeDeadlineSeconds } = template.spec ?? {}
  if (restartPolicy !== 'Always') errors.push(notSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']))
  if (activeDeadlineSeconds !== undefined) {
    errors.push(forbiddenField('spec.template.spec.activeDeadlineSeconds', `activeDeadlineSeconds in ${kind} is not Supported`))
  }
}

export function validateSelectorKept(errors: FieldError[], now: LabelSelector | undefined, old: LabelSelector | undefined): void {
  if (semanticEqual(now, old)) return
  errors.push(invalid('spec.selector', now ? selectorValue(now) : null, IMMUTABLE))
}

/** Counts of status: none negative, `parts` no more than all replicas, and no more available than ready. */
export function checkCounts(
  errors: FieldError[],
  status: WorkloadStatus,
  fields: readonly (keyof WorkloadStatus)[],
  parts: readonly (keyof WorkloadStatus)[],
): void {
  for (const field of fields) checkNotNegative(errors, status[field], `status.${field}`)
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = status
  for (const field of parts) {
    const n = status[field] ?? 0
    if (n > replicas) errors.push(invalid(`status.${field}`, n, 'cannot be greater than status.replicas'))
  }
  if (availableReplicas > readyReplicas) {
    errors.push(invalid('status.availableReplicas', availableReplicas, 'cannot be greater than readyReplicas'))
  }
}
