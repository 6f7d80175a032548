import {
  enoughErrors,
  forbiddenField,
  goJsonText,
  goValue,
  invalid,
  invalidNamed,
  invalidPrinted,
  notSupported,
  required,
  tooLong,
  type FieldError,
} from '../../../machinery/field-errors.ts'
import { dns1123LabelErrors, labelValueErrors, qualifiedNameErrors } from '../../../machinery/names.ts'
import { parseApiVersion, type ObjectMeta, type OwnerReference } from '../../../machinery/types.ts'

/** Annotations of one object together, keys and values, in bytes. */
export const TOTAL_ANNOTATION_BYTES = 256 * 1024
export const IMMUTABLE = 'field is immutable'
const NOT_NEGATIVE = 'must be greater than or equal to 0'

export interface ObjectMetaRules {
  namespaced: boolean
  /** Rule for metadata.name; with `prefix` for metadata.generateName. */
  nameErrors(name: string, prefix: boolean): string[]
}

/** What a rule for names has against those of an object. */
export function objectNameErrors({ generateName, name }: ObjectMeta, rule: ObjectMetaRules['nameErrors'], path: string): FieldError[] {
  const errors: FieldError[] = []
  if (generateName) for (const text of rule(generateName, true)) errors.push(invalid(`${path}.generateName`, generateName, text))
  if (name) for (const text of rule(name, false)) errors.push(invalid(`${path}.name`, name, text))
  return errors
}

/** Metadata of an object to be created or stored (apimachinery `api/validation` ValidateObjectMeta). `path` is usually `metadata`. */
export function validateObjectMeta(meta: ObjectMeta, rules: ObjectMetaRules, path: string): FieldError[] {
  const errors = objectNameErrors(meta, rules.nameErrors, path)
  const { name, namespace } = meta
  if (!name) errors.push(required(`${path}.name`, 'name or generateName is required'))
  if (rules.namespaced) {
    if (!namespace) errors.push(required(`${path}.namespace`))
    else for (const text of dns1123LabelErrors(namespace)) errors.push(invalid(`${path}.namespace`, namespace, text))
  } else if (namespace) {
    errors.push(forbiddenField(`${path}.namespace`, 'not allowed on this type'))
  }
  if ((meta.generation ?? 0) < 0) errors.push(invalid(`${path}.generation`, meta.generation, NOT_NEGATIVE))
  labelsAnnotationsOwners(errors, meta, path)
  validateFinalizers(errors, meta.finalizers, `${path}.finalizers`)
  validateManagedFields(errors, meta.managedFields, `${path}.managedFields`)
  return errors
}

/** What an update may not change in metadata (ValidateObjectMetaUpdate). Upstream every strategy runs it once more after the store did. */
export function validateObjectMetaUpdate(meta: ObjectMeta, old: ObjectMeta, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (old.deletionTimestamp) {
    const before = new Set(old.finalizers)
    const added = (meta.finalizers ?? []).filter((f) => !before.has(f))
    if (added.length > 0) {
      const list = [...new Set(added)]
        .sort()
        .map((f) => JSON.stringify(f))
        .join(', ')
      const text = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`
      errors.push(forbiddenField(`${path}.finalizers`, text))
    }
  }
  if (!meta.resourceVersion) errors.push(invalid(`${path}.resourceVersion`, '', 'must be specified for an update'))
  const generation = meta.generation ?? 0
  if (generation < 0) errors.push(invalid(`${path}.generation`, generation, NOT_NEGATIVE))
  if (generation < (old.generation ?? 0)) errors.push(invalid(`${path}.generation`, generation, 'must not be decremented'))
  for (const field of ['name', 'namespace', 'uid'] as const) {
    const now = meta[field] ?? ''
    // A uid is a type of its own in Go, which prints as JSON.
    if (now !== (old[field] ?? ''))
      errors.push(invalidPrinted(`${path}.${field}`, field === 'uid' ? goJsonText(now) : goValue(now), IMMUTABLE))
  }
  for (const field of ['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    if ((meta[field] ?? null) !== (old[field] ?? null)) errors.push(invalid(`${path}.${field}`, meta[field] ?? null, IMMUTABLE))
  }
  labelsAnnotationsOwners(errors, meta, path)
  validateManagedFields(errors, meta.managedFields, `${path}.managedFields`)
  return errors
}

function labelsAnnotationsOwners(errors: FieldError[], meta: ObjectMeta, path: string): void {
  if (meta.labels) validateLabels(errors, meta.labels, `${path}.labels`)
  if (meta.annotations) validateAnnotations(errors, meta.annotations, `${path}.annotations`)
  if (meta.ownerReferences) validateOwnerReferences(errors, meta.ownerReferences, `${path}.ownerReferences`)
}

/** Keys in their order in the object; upstream's order is random, Go's maps being so. */
export function validateLabels(errors: FieldError[], labels: Readonly<Record<string, string>>, path: string): void {
  for (const key in labels) {
    for (const text of qualifiedNameErrors(key)) errors.push(invalid(path, key, text))
    for (const text of labelValueErrors(labels[key]!)) errors.push(invalid(path, labels[key], text))
    if (enoughErrors(errors)) return
  }
}

export function validateAnnotations(errors: FieldError[], annotations: Readonly<Record<string, string>>, path: string): void {
  let size = 0
  for (const key in annotations) {
    for (const text of qualifiedNameErrors(key.toLowerCase())) errors.push(invalid(path, key, text))
    if (enoughErrors(errors)) return
    size += Buffer.byteLength(key) + Buffer.byteLength(annotations[key]!)
  }
  if (size > TOTAL_ANNOTATION_BYTES) errors.push(tooLong(path, TOTAL_ANNOTATION_BYTES))
}

/** A key as metav1.OwnerReference prints as JSON: declared order, `controller` and `blockOwnerDeletion` only when set. */
const ownerValue = (r: OwnerReference): unknown => ({
  apiVersion: r.apiVersion ?? '',
  kind: r.kind ?? '',
  name: r.name ?? '',
  uid: r.uid ?? '',
  ...(r.controller === undefined ? {} : { controller: r.controller }),
  ...(r.blockOwnerDeletion === undefined ? {} : { blockOwnerDeletion: r.blockOwnerDeletion }),
})

export function validateOwnerReferences(errors: FieldError[], owners: readonly OwnerReference[], path: string): void {
  let controller: string | undefined
  let shown: string | undefined
  owners.forEach((ref, i) => {
    const at = `${path}[${i}]`
    const gv = parseApiVersion(ref.apiVersion ?? '')
    if (!ref.apiVersion) errors.push(required(`${at}.apiVersion`, 'must not be empty'))
    else if (gv === undefined || gv.version === '') {
      errors.push(invalid(`${at}.apiVersion`, ref.apiVersion, 'must be <group>/<version> or <version>'))
    }
    for (const field of ['kind', 'name', 'uid'] as const) if (!ref[field]) errors.push(required(`${at}.${field}`, 'must not be empty'))
    if (ref.kind === 'Event' && gv?.group === '' && gv.version === 'v1') {
      errors.push(invalid(at, ownerValue(ref), '/v1, Kind=Event is disallowed from being an owner'))
    }
    if (ref.controller !== true) return
    const name = `${ref.kind}/${ref.name}`
    if (controller === undefined) controller = name
    else {
      const text = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`
      shown ??= goValue(owners.map(ownerValue))
      errors.push(invalidPrinted(path, shown, text))
    }
  })
}

export function validateFinalizers(errors: FieldError[], finalizers: readonly string[] | undefined, path: string): void {
  if (finalizers === undefined || finalizers === null) return
  for (const f of finalizers) {
    for (const text of qualifiedNameErrors(f)) errors.push(invalid(path, f, text))
    if (enoughErrors(errors)) return
  }
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'))
  }
}

interface ManagedFieldsEntry {
  manager?: string
  operation?: string
  fieldsType?: string
  subresource?: string
}

function validateManagedFields(errors: FieldError[], entries: readonly unknown[] | undefined, path: string): void {
  if (!entries) return
  entries.forEach((raw, i) => {
    const entry = raw as ManagedFieldsEntry
    const at = `${path}[${i}]`
    if (!entry.operation) errors.push(required(`${at}.operation`, 'must not be empty'))
    else if (entry.operation !== 'Apply' && entry.operation !== 'Update') {
      errors.push(notSupported(`${at}.operation`, entry.operation, ['Apply', 'Update']))
    }
    if (entry.fieldsType && entry.fieldsType !== 'FieldsV1')
      errors.push(invalid(`${at}.fieldsType`, entry.fieldsType, 'must be `FieldsV1`'))
    validateFieldManager(errors, entry.manager ?? '', `${at}.manager`)
    if (Buffer.byteLength(entry.subresource ?? '') > 256) errors.push(tooLong(`${at}.subresource`, 256))
  })
}

const notPrintable = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u

/** The name of a field manager, in managedFields and in the `fieldManager` query parameter. */
export function validateFieldManager(errors: FieldError[], manager: string, path: string): void {
  if (Buffer.byteLength(manager) > 128) errors.push(tooLong(path, 128))
  if (!notPrintable.test(manager)) return
  let at = 0
  for (const char of manager) {
    if (notPrintable.test(char)) {
      const code = char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
      errors.push(invalid(path, manager, `invalid character U+${code} (at position ${at})`))
    }
    at += Buffer.byteLength(char)
  }
}

export interface LabelSelectorRequirement {
  key: string
  operator: string
  values?: string[]
}

export interface LabelSelector {
  matchLabels?: Record<string, string>
  matchExpressions?: LabelSelectorRequirement[]
}

/** `allowInvalidValues` when what is stored already has such values. */
export function validateLabelSelector(
  errors: FieldError[],
  selector: LabelSelector | undefined | null,
  path: string,
  allowInvalidValues = false,
): void {
  if (!selector) return
  if (selector.matchLabels) validateLabels(errors, selector.matchLabels, `${path}.matchLabels`)
  selector.matchExpressions?.forEach((r, i) =>
    labelSelectorRequirementErrors(errors, r, `${path}.matchExpressions[${i}]`, { invalidValues: allowInvalidValues }),
  )
}

/** @param allowed what is no error where others' selectors are judged */
export function labelSelectorRequirementErrors(
  errors: FieldError[],
  r: LabelSelectorRequirement,
  at: string,
  allowed: { invalidValues?: boolean; unknownOperators?: boolean },
): void {
  const count = r.values?.length ?? 0
  if (r.operator === 'In' || r.operator === 'NotIn') {
    if (count === 0) errors.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
  } else if (r.operator === 'Exists' || r.operator === 'DoesNotExist') {
    if (count > 0) errors.push(forbiddenField(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
  } else if (allowed.unknownOperators !== true) {
    errors.push(invalidNamed(`${at}.operator`, r.operator ?? '', 'not a valid selector operator'))
  }
  for (const text of qualifiedNameErrors(r.key ?? '')) errors.push(invalid(`${at}.key`, r.key ?? '', text))
  if (allowed.invalidValues === true) return
  r.values?.forEach((v, j) => {
    for (const text of labelValueErrors(v)) errors.push(invalid(`${at}.values[${j}]`, v, text))
  })
}

/** metav1.Condition, as Services and most newer kinds report their state. */
export interface Condition {
  type?: string
  status?: string
  observedGeneration?: number
  lastTransitionTime?: string
  reason?: string
  message?: string
}
