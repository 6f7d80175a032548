import { forbiddenField, type FieldError } from '../../../machinery/field-errors.ts'
import type { ObjectMeta } from '../../../machinery/types.ts'
import { validateAnnotations, validateLabels } from '../../meta/v1/validation.ts'
import { checkNotNegative } from './checks.ts'
import { validateImageSpaces } from './container.ts'
import { MIRROR_POD, validateKubeFinalizers, validatePodAnnotations, validateProfilesMatch } from './pod-metadata.ts'
import { rulesForCreate } from './pod-rules.ts'
import { validatePodSpec, type PodRules } from './pod-spec.ts'
import type { Pod, PodTemplateSpec } from './types.ts'

/** What holds for a pod at any time; the generic store has checked the metadata before (core/validation validatePodMetadataAndSpec). */
export function validatePodMetadataAndSpec(errors: FieldError[], pod: Pod, rules: PodRules): void {
  const { metadata, spec } = pod
  validateKubeFinalizers(errors, metadata.finalizers)
  validatePodAnnotations(errors, metadata.annotations, spec, rules.allowInvalidDeletionCost ?? false, 'metadata.annotations')
  const own = { ...rules, podName: metadata.name, mirror: metadata.annotations?.[MIRROR_POD] !== undefined }
  validatePodSpec(errors, spec, own, 'spec')
  if (!spec.serviceAccountName) {
    spec.volumes?.forEach((v, i) => {
      v.projected?.sources?.forEach((s, j) => {
        if (!s.serviceAccountToken) return
        const path = `spec.volumes[${i}].projected.sources[${j}].serviceAccountToken`
        errors.push(forbiddenField(path, 'must not be specified when serviceAccountName is not set'))
      })
    })
  }
  checkNotNegative(errors, spec.terminationGracePeriodSeconds, 'spec.terminationGracePeriodSeconds')
  spec.containers?.forEach((c, i) => validateImageSpaces(errors, c, `spec.containers[${i}]`))
  spec.initContainers?.forEach((c, i) => validateImageSpaces(errors, c, `spec.initContainers[${i}]`))
}

/** A pod to be created, without its metadata's general rules. */
export function validatePod(pod: Pod): FieldError[] {
  const errors: FieldError[] = []
  validatePodMetadataAndSpec(errors, pod, rulesForCreate(true))
  const { spec } = pod
  if (spec.ephemeralContainers?.length) errors.push(forbiddenField('spec.ephemeralContainers', 'cannot be set on create'))
  if (spec.nodeName && spec.schedulingGates?.length) {
    errors.push(forbiddenField('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'))
  }
  validateProfilesMatch(errors, pod.metadata, spec, 'spec')
  return errors
}

/** The template of a workload (core/validation ValidatePodTemplateSpec). */
export function validatePodTemplate(errors: FieldError[], template: PodTemplateSpec, rules: PodRules, path: string): void {
  const meta: ObjectMeta = template.metadata ?? {}
  const spec = template.spec ?? {}
  if (meta.labels) validateLabels(errors, meta.labels, `${path}.labels`)
  if (meta.annotations) validateAnnotations(errors, meta.annotations, `${path}.annotations`)
  validatePodAnnotations(errors, meta.annotations, spec, rules.allowInvalidDeletionCost ?? false, `${path}.annotations`)
  validatePodSpec(errors, spec, rules, `${path}.spec`)
  validateProfilesMatch(errors, meta, spec, `${path}.spec`)
  if (spec.ephemeralContainers?.length) {
    errors.push(forbiddenField(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'))
  }
}
