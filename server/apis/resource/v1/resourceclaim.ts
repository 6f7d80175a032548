import { invalid, type FieldError } from '../../../machinery/field-errors.ts'
import { fillZero, objectAt, objectsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { sameJson } from '../../../machinery/same-json.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { internalValue } from '../../core/v1/internal-form.ts'
import type { ObjectMeta } from '../../../machinery/types.ts'
import { checkTemplateMetadata } from '../../core/v1/volume-claim.ts'
import { checkDeviceClaim } from './deviceclaim.ts'
import { disabledFields, type DisabledFields } from '../../meta/v1/disabled-fields.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { IMMUTABLE } from '../../meta/v1/validation.ts'

/** Claims of devices and templates of them (resource/v1 defaults; apis/resource, validation). */

// Its lists are called as quantities are elsewhere, so that it is compared as it stands.
const kept = (obj: JsonObject, old: JsonObject | undefined, printed: () => unknown): FieldError[] =>
  old === undefined || sameJson(obj.spec, old.spec) ? [] : [invalid('spec', printed(), IMMUTABLE)]

const claimErrors = (obj: JsonObject, path: string): FieldError[] => {
  const errors: FieldError[] = []
  checkDeviceClaim(errors, objectAt(obj, path) ?? {}, path)
  return errors
}

/** A claim that is fixed is not looked at again. */
export const validateResourceClaim: Validation = (obj, old) =>
  old === undefined ? claimErrors(obj, 'spec.devices') : kept(obj, old, () => null)

const templateMetadata = (obj: JsonObject): FieldError[] => {
  const errors: FieldError[] = []
  checkTemplateMetadata(errors, (objectAt(obj, 'spec.metadata') ?? {}) as Partial<ObjectMeta>, 'spec.metadata')
  return errors
}

export const validateResourceClaimTemplate: Validation = (obj, old) => [
  ...templateMetadata(obj),
  ...claimErrors(obj, 'spec.spec.devices'),
  ...kept(obj, old, () => internalValue('ResourceClaimTemplateSpec', obj.spec)),
]

function defaultRequest(request: JsonObject): void {
  fillZero(request, { allocationMode: 'ExactCount' })
  if (request.allocationMode === 'ExactCount') fillZero(request, { count: 1 })
  for (const toleration of objectsAt(request, 'tolerations')) fillZero(toleration, { operator: 'Equal' })
}

const partsOf = (request: JsonObject): JsonObject[] => {
  const exactly = objectAt(request, 'exactly')
  return [...(exactly === undefined ? [] : [exactly]), ...objectsAt(request, 'firstAvailable')]
}

const derivedIn = (requests: string): DisabledFields => ({
  gate: 'DRADerivedAttributes',
  paths: [`${requests}.exactly.derivedAttributes`, `${requests}.firstAvailable[].derivedAttributes`],
})

export const dropDisabledOfClaim = disabledFields([
  derivedIn('spec.devices.requests[]'),
  { gate: 'DRAOptionalNodeOperations', paths: ['status.allocation.devices.results[].skipNodeOperations'] },
])
export const dropDisabledOfTemplate = disabledFields([derivedIn('spec.spec.devices.requests[]')])

/** @param path of the requests: a template has its claim one level down */
function defaultRequests(obj: KubeObject, path: string): void {
  for (const request of objectsAt(obj, path)) for (const one of partsOf(request)) defaultRequest(one)
}

export const defaultResourceClaim = (obj: KubeObject): void => defaultRequests(obj, 'spec.devices.requests')

export const defaultResourceClaimTemplate = (obj: KubeObject): void => defaultRequests(obj, 'spec.spec.devices.requests')
