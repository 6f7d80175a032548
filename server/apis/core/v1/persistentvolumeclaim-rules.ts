import { copyKnowingEmpty } from '../../../machinery/empty-fields.ts'
import { forbiddenField, invalid, invalidNamed, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { goQuote } from '../../../machinery/go-quote.ts'
import { isSet, listAt, objectAt, textAt, valueAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { qualifiedNameErrors } from '../../../machinery/names.ts'
import { compareQuantity, int64Value, integerValue, milliValue, type Quantity } from '../../../machinery/quantity.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { IMMUTABLE } from '../../meta/v1/validation.ts'
import { checkNotNegative, invalidTexts } from './checks.ts'
import { internalDiff } from './internal-form.ts'
import { isNative, quantityOfText } from './resource-lists.ts'
import { semanticEqual } from './semantic-equal.ts'
import type { ClaimSpec } from './types.ts'
import { validateClaimSpec } from './volume-claim.ts'

/** Claims (core/validation, ValidatePersistentVolumeClaim and …Update). */
export const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class'

const annotationOf = (obj: JsonObject | undefined, key: string): string | undefined =>
  objectAt(obj, 'metadata.annotations')?.[key] as string | undefined

const sizeOf = (obj: JsonObject, path: string): Quantity => quantityOfText((valueAt(obj, path) as string | undefined) ?? '0')

export const validateClaim: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec') ?? {}
  validateClaimSpec(errors, spec as ClaimSpec, 'spec')
  if (old !== undefined) checkKept(errors, obj, spec, old)
  return errors
}

/** What a claim asks for is fixed, for quota's sake: but the volume is set once, and a bound claim may grow and change its class. */
function checkKept(errors: FieldError[], obj: JsonObject, spec: JsonObject, old: JsonObject): void {
  const before = objectAt(old, 'spec') ?? {}
  const [now, then] = [copyKnowingEmpty(spec), { ...before }]
  if (!then.volumeName) then.volumeName = now.volumeName
  checkClassKept(errors, obj, old, now, then)
  if (textAt(obj, 'status.phase') === 'Bound') {
    const resources = objectAt(now, 'resources')
    if (isSet(resources, 'requests')) {
      const requests = { ...objectAt(resources, 'requests'), storage: valueAt(before, 'resources.requests.storage') }
      now.resources = { ...resources, requests }
    }
    now.volumeAttributesClassName = then.volumeAttributesClassName
  }
  if (!semanticEqual(now, then)) {
    const text = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'
    errors.push(forbiddenField('spec', `${text}\n${internalDiff('PersistentVolumeClaimSpec', then, now)}`))
  }
  const wanted = sizeOf(spec, 'resources.requests.storage')
  if (compareQuantity(wanted, sizeOf(before, 'resources.requests.storage')) < 0) {
    // A growth that has failed may be taken back, down to what there is.
    if (compareQuantity(wanted, sizeOf(old, 'status.capacity.storage')) <= 0)
      errors.push(forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity'))
  }
  if (!semanticEqual(spec.volumeMode, before.volumeMode)) errors.push(invalidNamed('volumeMode', spec.volumeMode, IMMUTABLE))
  if (spec.volumeAttributesClassName === before.volumeAttributesClassName || !isSet(old, 'status.currentVolumeAttributesClassName')) return
  const path = 'spec.volumeAttributesClassName'
  const to = !isSet(spec, 'volumeAttributesClassName') ? 'nil' : spec.volumeAttributesClassName === '' ? 'empty string' : undefined
  if (to !== undefined)
    errors.push(forbiddenField(path, `update to ${to} is forbidden when status.currentVolumeAttributesClassName is not nil`))
}

/** A class may be given to a claim that has none, and one that an old annotation names may move into the field. */
function checkClassKept(errors: FieldError[], obj: JsonObject, old: JsonObject, now: JsonObject, then: JsonObject): void {
  const [annotation, before] = [annotationOf(obj, BETA_CLASS), annotationOf(old, BETA_CLASS)]
  const [wanted, had] = [now.storageClassName as string | undefined, then.storageClassName as string | undefined]
  const moves = before !== undefined && had === undefined && wanted === before && (annotation === undefined || annotation === before)
  if (moves) now.storageClassName = undefined
  else {
    if ((annotation ?? '') !== (before ?? '')) errors.push(invalid(`metadata.annotations.${BETA_CLASS}`, annotation ?? '', IMMUTABLE))
    if (wanted !== undefined && had === undefined && (before === undefined || wanted === before)) now.storageClassName = undefined
  }
}

const RESIZE_STATES = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
].sort()

function resourceKeyErrors(errors: FieldError[], key: string, path: string): boolean {
  const texts = qualifiedNameErrors(key)
  invalidTexts(errors, path, key, texts)
  if (texts.length > 0) return false
  if (!isNative(key) || key === 'storage') return true
  errors.push(notSupported(path, key, ['storage']))
  return false
}

function checkQuantity(errors: FieldError[], value: unknown, path: string): boolean {
  const whole = int64Value(quantityOfText(value as string))
  if (whole < 0n) errors.push(invalid(path, whole, 'must be a valid resource quantity'))
  return whole >= 0n
}

export const validateClaimStatus: Validation = (obj) => {
  const errors: FieldError[] = []
  const status = objectAt(obj, 'status') ?? {}
  if (listAt(obj, 'spec.accessModes').length === 0) errors.push(required('Spec.accessModes'))
  for (const [key, value] of Object.entries(objectAt(status, 'capacity') ?? {})) checkQuantity(errors, value, `status.capacity[${key}]`)
  for (const [key, state] of Object.entries(objectAt(status, 'allocatedResourceStatuses') ?? {})) {
    resourceKeyErrors(errors, key, 'status.allocatedResourceStatuses')
    if (!RESIZE_STATES.includes(state as string)) errors.push(notSupported('status.allocatedResourceStatuses', key, RESIZE_STATES))
  }
  for (const [key, value] of Object.entries(objectAt(status, 'allocatedResources') ?? {})) {
    if (!resourceKeyErrors(errors, key, 'status.allocatedResources')) continue
    const path = `status.allocatedResources[${key}]`
    if (checkQuantity(errors, value, path)) checkNotNegative(errors, integerValue(quantityOfText(value as string)), path)
  }
  return errors
}

export function* claimWarnings(obj: KubeObject): IterableIterator<string> {
  if (annotationOf(obj, BETA_CLASS) !== undefined)
    yield `metadata.annotations[${BETA_CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead`
  yield* claimSizeWarnings(obj, 'spec')
}

/** @param path of the claim's spec, as it is told */
export function* claimSizeWarnings(claim: JsonObject, path: string): IterableIterator<string> {
  for (const list of ['requests', 'limits']) {
    const size = sizeOf(claim, `spec.resources.${list}.storage`)
    if (milliValue(size) % 1000n !== 0n)
      yield `${path}.resources.${list}[storage]: fractional byte value ${goQuote(size.text)} is invalid, must be an integer`
  }
}
