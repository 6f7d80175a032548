import { addErrors, forbiddenField, invalid, required, type FieldError } from '../../../machinery/field-errors.ts'
import { nameIsSubdomain, rangeText } from '../../../machinery/names.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from '../../meta/v1/validation.ts'
import { validateImageSpaces } from './container.ts'
import { copyWith } from '../../../machinery/empty-fields.ts'
import { internalDiff, internalValue } from './internal-form.ts'
import { validateAnnotationUpdates, validateKubeFinalizers, validatePodAnnotations, validDeletionCost } from './pod-metadata.ts'
import { rulesForUpdate } from './pod-rules.ts'
import type { PodRules } from './pod-spec.ts'
import { validatePodMetadataAndSpec } from './pod.ts'
import { semanticEqual } from './semantic-equal.ts'
import { validateAddedTolerations } from './tolerations.ts'
import type { Container, NodeAffinity, NodeSelectorTerm, Pod, PodSpec } from './types.ts'

/** Updates of pods (core/validation ValidatePodUpdate). */
const updatable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',')

export function updateRules(old: Pod): PodRules {
  return { ...rulesForUpdate(true, old.spec), allowInvalidDeletionCost: !validDeletionCost(old.metadata.annotations) }
}

/** What every update of a pod's spec checks first: metadata, then the whole pod as if it were new. */
export function validateWholePod(errors: FieldError[], pod: Pod, old: Pod, rules: PodRules): void {
  addErrors(errors, validateObjectMetaUpdate(pod.metadata, old.metadata, 'metadata'))
  validateKubeFinalizers(errors, pod.metadata.finalizers)
  addErrors(errors, validateObjectMeta(pod.metadata, { namespaced: true, nameErrors: nameIsSubdomain }, 'metadata'))
  validatePodMetadataAndSpec(errors, pod, rules)
}

export function validateAnnotationChange(errors: FieldError[], pod: Pod, old: Pod, rules: PodRules): void {
  validateAnnotationUpdates(errors, pod.metadata.annotations, old.metadata.annotations, 'metadata.annotations')
  validatePodAnnotations(errors, pod.metadata.annotations, pod.spec, rules.allowInvalidDeletionCost ?? false, 'metadata.annotations')
}

export function validatePodUpdate(pod: Pod, old: Pod): FieldError[] {
  const errors: FieldError[] = []
  const rules = updateRules(old)
  validateWholePod(errors, pod, old, rules)
  validateAnnotationChange(errors, pod, old, rules)
  if (!validateImages(errors, pod.spec.containers, old.spec.containers, 'spec.containers')) return errors
  if (!validateImages(errors, pod.spec.initContainers, old.spec.initContainers, 'spec.initContainers')) return errors
  if (!validateDeadline(errors, pod.spec, old.spec)) return errors
  validateAddedTolerations(errors, pod.spec.tolerations, old.spec.tolerations, 'spec.tolerations')
  validateGates(errors, pod.spec, old.spec)
  if (semanticEqual(pod.spec, old.spec)) return errors
  const rest = withoutUpdatable(errors, pod.spec, old.spec)
  if (!semanticEqual(rest, old.spec)) {
    const diff = internalDiff('PodSpec', old.spec, rest)
    errors.push(forbiddenField('spec', `pod updates may not change fields other than ${updatable}\n${diff}`))
  }
  return errors
}

/** False when the number of containers changed, which ends the checks. */
function validateImages(errors: FieldError[], now: Container[] | undefined, old: Container[] | undefined, path: string): boolean {
  if ((now?.length ?? 0) !== (old?.length ?? 0)) {
    errors.push(forbiddenField(path, 'pod updates may not add or remove containers'))
    return false
  }
  now?.forEach((c, i) => {
    if (!c.image) errors.push(required(`${path}[${i}].image`))
    validateImageSpaces(errors, c, `${path}[${i}]`)
  })
  return true
}

function validateDeadline(errors: FieldError[], now: PodSpec, old: PodSpec): boolean {
  const path = 'spec.activeDeadlineSeconds'
  const value = now.activeDeadlineSeconds
  const before = old.activeDeadlineSeconds
  if (value === undefined) {
    if (before !== undefined) errors.push(invalid(path, null, 'must not update from a positive integer to nil value'))
    return true
  }
  if (value < 0 || value > 2147483647) errors.push(invalid(path, value, rangeText(0, 2147483647)))
  else if (before !== undefined && before < value) errors.push(invalid(path, value, 'must be less than or equal to previous value'))
  else return true
  return false
}

function validateGates(errors: FieldError[], now: PodSpec, old: PodSpec): void {
  const before = new Set(old.schedulingGates?.map((g) => g.name))
  // A gate that is named twice is reported once, at its last place.
  const places = new Map((now.schedulingGates ?? []).map(({ name = '' }, i) => [name, i]))
  for (const [name, i] of places) {
    if (before.has(name)) continue
    errors.push(forbiddenField(`spec.schedulingGates[${i}].name`, `only deletion is allowed, but found new scheduling gate '${name}'`))
  }
}

const withImagesOf = (now: Container[] | undefined, old: Container[] | undefined): Container[] | undefined =>
  now?.map((c, i) => ({ ...c, image: old![i]!.image }))

/** The new spec with everything that may change set back, so that whatever is left may not. */
function withoutUpdatable(errors: FieldError[], now: PodSpec, old: PodSpec): PodSpec {
  const rest = copyWith(now, {
    containers: withImagesOf(now.containers, old.containers),
    initContainers: withImagesOf(now.initContainers, old.initContainers),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    schedulingGates: old.schedulingGates,
    tolerations: old.tolerations,
  })
  const grace = old.terminationGracePeriodSeconds
  if (grace !== undefined && grace < 0 && rest.terminationGracePeriodSeconds === 1) rest.terminationGracePeriodSeconds = grace
  if (old.schedulingGates?.length) allowGated(errors, rest, old)
  return rest
}

/** A pod that waits behind gates may narrow down where it goes (KEP-3838). */
function allowGated(errors: FieldError[], rest: PodSpec, old: PodSpec): void {
  if (!semanticEqual(rest.nodeSelector, old.nodeSelector, 'nodeSelector')) {
    if (Object.entries(old.nodeSelector ?? {}).some(([k, v]) => rest.nodeSelector?.[k] !== v)) {
      const text = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'
      errors.push(invalid('spec.nodeSelector', rest.nodeSelector ?? null, text))
    }
    rest.nodeSelector = old.nodeSelector
  }
  const before = old.affinity?.nodeAffinity
  const after = rest.affinity?.nodeAffinity
  if (semanticEqual(before, after)) return
  validateNodeAffinityChange(
    errors,
    after,
    before,
    'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms',
  )
  if (rest.affinity === undefined) rest.affinity = before === undefined ? undefined : { nodeAffinity: before }
  else if (old.affinity === undefined && !rest.affinity.podAffinity && !rest.affinity.podAntiAffinity) rest.affinity = undefined
  else rest.affinity = { ...rest.affinity, nodeAffinity: before }
}

function validateNodeAffinityChange(
  errors: FieldError[],
  now: NodeAffinity | undefined,
  old: NodeAffinity | undefined,
  path: string,
): void {
  const required = old?.requiredDuringSchedulingIgnoredDuringExecution
  if (!required) return
  const before = required.nodeSelectorTerms ?? []
  const after = now?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  if (before.length > 0 && before.length !== after.length) {
    const value = internalValue('[]NodeSelectorTerm', after.length === 0 ? undefined : after)
    errors.push(invalid(path, value, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'))
    return
  }
  before.forEach((term, i) => {
    if (onlyAdds(after[i]!, term)) return
    const value = internalValue('NodeSelectorTerm', after[i])
    errors.push(invalid(`${path}[${i}]`, value, 'only additions are allowed (no mutations or deletions)'))
  })
}

function onlyAdds(now: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const lists = ['matchExpressions', 'matchFields'] as const
  const count = (t: NodeSelectorTerm): number => lists.reduce((n, l) => n + (t[l]?.length ?? 0), 0)
  if (count(old) === 0 && count(now) > 0) return false
  return lists.every((l) => semanticEqual(now[l]?.slice(0, old[l]?.length ?? 0), old[l]))
}
