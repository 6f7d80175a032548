import { emptyAt } from '../../../machinery/empty-fields.ts'
import { forbiddenField, invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { dns1123LabelErrors } from '../../../machinery/names.ts'
import type { ObjectMeta } from '../../../machinery/types.ts'
import { validateAnnotations, validateLabels, validateLabelSelector } from '../../meta/v1/validation.ts'
import { checkSubdomain, invalidTexts, POSITIVE } from './checks.ts'
import { quantityOfText } from './resource-lists.ts'
import type { ClaimSpec, TypedReference } from './types.ts'

/** The claim template of an ephemeral volume (core/validation ValidatePersistentVolumeClaimTemplate). */
const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const volumeModes = ['Block', 'Filesystem']

// Go's order of the fields of ObjectMeta, each under its Go name with a small first letter.
const otherMetadata: [keyof ObjectMeta, string][] = [
  ['name', 'name'],
  ['generateName', 'generateName'],
  ['namespace', 'namespace'],
  ['selfLink', 'selfLink'],
  ['uid', 'uID'],
  ['resourceVersion', 'resourceVersion'],
  ['generation', 'generation'],
  ['creationTimestamp', 'creationTimestamp'],
  ['deletionTimestamp', 'deletionTimestamp'],
  ['deletionGracePeriodSeconds', 'deletionGracePeriodSeconds'],
  ['ownerReferences', 'ownerReferences'],
  ['finalizers', 'finalizers'],
  ['managedFields', 'managedFields'],
]

export function validateClaimTemplate(errors: FieldError[], template: { metadata?: ObjectMeta; spec?: ClaimSpec }, path: string): void {
  checkTemplateMetadata(errors, template.metadata ?? {}, `${path}.metadata`)
  validateClaimSpec(errors, template.spec ?? {}, `${path}.spec`)
}

/** The metadata of a template has labels and annotations only (core/validation ValidateTemplateObjectMeta). */
export function checkTemplateMetadata(errors: FieldError[], meta: Partial<ObjectMeta>, path: string): void {
  if (meta.annotations) validateAnnotations(errors, meta.annotations, `${path}.annotations`)
  if (meta.labels) validateLabels(errors, meta.labels, `${path}.labels`)
  for (const [field, name] of otherMetadata) {
    // Go has a pointer where 0 counts as set, and so does an empty list.
    const isGiven = Boolean(meta[field]) || (field === 'deletionGracePeriodSeconds' && meta[field] === 0)
    if (isGiven || emptyAt(meta, field) !== undefined) errors.push(forbiddenField(`${path}.${name}`, 'cannot be set'))
  }
}

export function validateClaimSpec(errors: FieldError[], spec: ClaimSpec, path: string): void {
  const modes = spec.accessModes ?? []
  if (modes.length === 0) errors.push(required(`${path}.accessModes`, 'at least 1 access mode is required'))
  validateLabelSelector(errors, spec.selector, `${path}.selector`)
  for (const mode of modes) if (!accessModes.includes(mode)) errors.push(notSupported(`${path}.accessModes`, mode, accessModes))
  if (modes.includes('ReadWriteOncePod') && modes.some((m) => m !== 'ReadWriteOncePod' && accessModes.includes(m))) {
    errors.push(forbiddenField(`${path}.accessModes`, 'may not use ReadWriteOncePod with other access modes'))
  }
  const storage = spec.resources?.requests?.storage
  if (storage === undefined) errors.push(required(`${path}.resources[storage]`))
  else {
    const value = quantityOfText(storage)
    if (value.nano <= 0n) errors.push(invalid(`${path}.resources[storage]`, value.text, POSITIVE))
  }
  if (spec.storageClassName) checkSubdomain(errors, spec.storageClassName, `${path}.storageClassName`)
  if (spec.volumeMode !== undefined && !volumeModes.includes(spec.volumeMode)) {
    errors.push(notSupported(`${path}.volumeMode`, spec.volumeMode, volumeModes))
  }
  validateDataSources(errors, spec, path)
  if (spec.volumeAttributesClassName) checkSubdomain(errors, spec.volumeAttributesClassName, `${path}.volumeAttributesClassName`)
}

function validateReference(errors: FieldError[], ref: TypedReference, path: string): void {
  if (!ref.name) errors.push(required(`${path}.name`))
  if (!ref.kind) errors.push(required(`${path}.kind`))
  if (!ref.apiGroup) {
    if (ref.kind !== 'PersistentVolumeClaim') {
      errors.push(invalid(path, ref.kind ?? '', "must be 'PersistentVolumeClaim' when referencing the default apiGroup"))
    }
  } else checkSubdomain(errors, ref.apiGroup, `${path}.apiGroup`)
}

function validateDataSources(errors: FieldError[], { dataSource, dataSourceRef }: ClaimSpec, path: string): void {
  if (dataSource) validateReference(errors, dataSource, `${path}.dataSource`)
  if (!dataSourceRef) return
  const { namespace } = dataSourceRef
  validateReference(errors, dataSourceRef, `${path}.dataSourceRef`)
  if (namespace) invalidTexts(errors, `${path}.dataSourceRef.namespace`, namespace, dns1123LabelErrors(namespace))
  if (!dataSource) return
  // Upstream's value here is a field path, a struct that prints as {}.
  if (namespace) errors.push(invalid(path, {}, 'may not be specified when dataSourceRef.namespace is specified'))
  else if (
    (dataSource.apiGroup ?? null) !== (dataSourceRef.apiGroup ?? null) ||
    dataSource.kind !== dataSourceRef.kind ||
    dataSource.name !== dataSourceRef.name
  ) {
    errors.push(invalid(path, {}, 'must match dataSourceRef'))
  }
}
