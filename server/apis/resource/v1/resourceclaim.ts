import { isDeepStrictEqual } from 'node:util'
import { invalid, type FieldError } from '../../../machinery/field-errors.ts'
import { fillZero, objectAt, objectsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { internalValue } from '../../core/v1/internal-form.ts'
import { checkDeviceClaim } from './deviceclaim.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { IMMUTABLE } from '../../meta/v1/validation.ts'

/** Claims of devices and templates of them (resource/v1 defaults; apis/resource, validation). */

// Its lists are called as quantities are elsewhere, so that it is compared as it stands.
const kept = (obj: JsonObject, old: JsonObject | undefined, printed: () => unknown): FieldError[] =>
  old === undefined || isDeepStrictEqual(obj.spec, old.spec) ? [] : [invalid('spec', printed(), IMMUTABLE)]

const claimErrors = (obj: JsonObject, path: string): FieldError[] => {
  const errors: FieldError[] = []
  checkDeviceClaim(errors, objectAt(obj, path) ?? {}, path)
  return errors
}

/** A claim that is fixed is not looked at again. */
export const validateResourceClaim: Validation = (obj, old) =>
  old === undefined ? claimErrors(obj, 'spec.devices') : kept(obj, old, () => null)

export const validateResourceClaimTemplate: Validation = (obj, old) => [
  ...claimErrors(obj, 'spec.spec.devices'),
  ...kept(obj, old, () => internalValue('ResourceClaimTemplateSpec', obj.spec)),
]

/** Fields of a request in the order of their type: one that stands twice is shown as it is. */
const FIELDS = ['name', 'deviceClassName', 'selectors', 'allocationMode', 'count', 'adminAccess', 'tolerations', 'capacity']
function inOrder(request: JsonObject): void {
  const sorted = Object.entries(request).sort(([a], [b]) => FIELDS.indexOf(a) - FIELDS.indexOf(b))
  for (const [field] of sorted) delete request[field]
  Object.assign(request, Object.fromEntries(sorted))
}

function defaultRequest(request: JsonObject): void {
  fillZero(request, { allocationMode: 'ExactCount' })
  if (request.allocationMode === 'ExactCount') fillZero(request, { count: 1 })
  inOrder(request)
  for (const toleration of objectsAt(request, 'tolerations')) fillZero(toleration, { operator: 'Equal' })
}

/** @param path of the requests: a template has its claim one level down */
function defaultRequests(obj: KubeObject, path: string): void {
  for (const request of objectsAt(obj, path)) {
    const exactly = objectAt(request, 'exactly')
    for (const one of [...(exactly === undefined ? [] : [exactly]), ...objectsAt(request, 'firstAvailable')]) defaultRequest(one)
  }
}

export const defaultResourceClaim = (obj: KubeObject): void => defaultRequests(obj, 'spec.devices.requests')

export const defaultResourceClaimTemplate = (obj: KubeObject): void => defaultRequests(obj, 'spec.spec.devices.requests')
