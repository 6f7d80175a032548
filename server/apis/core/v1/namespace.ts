import { goJsonText, invalid, invalidPrinted, type FieldError } from '../../../machinery/field-errors.ts'
import { nameIsLabel, qualifiedNameErrors } from '../../../machinery/names.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from '../../meta/v1/validation.ts'
import { invalidTexts } from './checks.ts'
import { validateKubeFinalizers } from './pod-metadata.ts'
import type { Namespace } from './types.ts'

/** Namespaces: defaults and rules (core/validation ValidateNamespace). */
export const NAME_LABEL = 'kubernetes.io/metadata.name'
export const KUBERNETES_FINALIZER = 'kubernetes'

export function defaultNamespace(ns: Namespace): void {
  const { name } = ns.metadata
  if (name) (ns.metadata.labels ??= {})[NAME_LABEL] = name
  const status = (ns.status ??= {})
  if (!status.phase) status.phase = 'Active'
}

function validateFinalizers(errors: FieldError[], finalizers: readonly string[] | undefined, path: (i: number) => string): void {
  finalizers?.forEach((f, i) => {
    invalidTexts(errors, path(i), f, qualifiedNameErrors(f))
    if (f.includes('/') || ['kubernetes', 'orphan', 'foregroundDeletion'].includes(f)) return
    errors.push(invalid(path(i), f, 'name is neither a standard finalizer name nor is it fully qualified'))
  })
}

/** A new namespace, without its metadata's general rules. */
export function validateNamespace(ns: Namespace): FieldError[] {
  const errors: FieldError[] = []
  validateKubeFinalizers(errors, ns.metadata.finalizers)
  validateFinalizers(errors, ns.spec?.finalizers, () => 'spec.finalizers')
  return errors
}

function changed(ns: Namespace, old: Namespace): FieldError[] {
  const errors = validateObjectMetaUpdate(ns.metadata, old.metadata, 'metadata')
  validateKubeFinalizers(errors, ns.metadata.finalizers)
  return errors
}

export function validateNamespaceUpdate(ns: Namespace, old: Namespace): FieldError[] {
  const meta = validateObjectMeta(ns.metadata, { namespaced: false, nameErrors: nameIsLabel }, 'metadata')
  return [...meta, ...validateNamespace(ns), ...changed(ns, old)]
}

/** The phase follows from whether the namespace is being deleted. */
export function validateNamespaceStatusUpdate(ns: Namespace, old: Namespace): FieldError[] {
  const errors = changed(ns, old)
  const phase = ns.status?.phase ?? ''
  if (!ns.metadata.deletionTimestamp) {
    if (phase !== 'Active')
      errors.push(invalidPrinted('status.Phase', goJsonText(phase), "may only be 'Active' if `deletionTimestamp` is empty"))
  } else if (phase !== 'Terminating') {
    errors.push(invalidPrinted('status.Phase', goJsonText(phase), "may only be 'Terminating' if `deletionTimestamp` is not empty"))
  }
  return errors
}

/** PUT /finalize keeps the status. */
export function prepareFinalize(ns: Namespace, old: Namespace): void {
  if (old.status) ns.status = old.status
}

export function validateFinalizeUpdate(ns: Namespace, old: Namespace): FieldError[] {
  const errors = changed(ns, old)
  validateFinalizers(errors, ns.spec?.finalizers, (i) => `spec.finalizers[${i}]`)
  return errors
}
