import { duplicate, invalid, notSupported, type FieldError } from '../../../machinery/field-errors.ts'
import {
  ensureObject,
  fillUnset,
  isSet,
  listAt,
  numberAt,
  objectAt,
  objectsAt,
  textAt,
  textsAt,
  type JsonObject,
} from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { checkEnum, type Validation } from '../../meta/v1/json-checks.ts'
import { IMMUTABLE } from '../../meta/v1/validation.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'

/** Defaults of CSI drivers (storage/v1 defaults). */
export function defaultCsiDriver(obj: KubeObject): void {
  const spec = ensureObject(obj, 'spec')
  fillUnset(spec, {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    requiresRepublish: false,
    seLinuxMount: false,
    preventPodSchedulingIfMissing: false,
    volumeLifecycleModes: ['Persistent'],
  })
}

const FS_GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType']
const LIFECYCLE_MODES = ['Persistent', 'Ephemeral']
const MIN_EXPIRATION = 600
const MAX_EXPIRATION = 2 ** 32
const MIN_UPDATE_PERIOD = 10

function checkTokenRequests(errors: FieldError[], spec: object | undefined): void {
  const seen = new Set<string>()
  objectsAt(spec, 'tokenRequests').forEach((request, i) => {
    const audience = textAt(request, 'audience')
    const path = `spec.tokenRequests[${i}]`
    if (seen.has(audience)) {
      errors.push(duplicate(`${path}.audience`, audience))
      return
    }
    seen.add(audience)
    const seconds = numberAt(request, 'expirationSeconds')
    if (seconds === undefined) return
    const refuse = (why: string): void => void errors.push(invalid(`${path}.expirationSeconds`, seconds, why))
    if (seconds < MIN_EXPIRATION) refuse('may not specify a duration less than 10 minutes')
    if (seconds > MAX_EXPIRATION) refuse('may not specify a duration larger than 2^32 seconds')
  })
}

/** Of a driver that asks for tokens and does not say how it gets them (registry/storage/csidriver, WarningsOn…). */
export function* csiDriverWarnings(obj: JsonObject, old: JsonObject | undefined): Iterable<string> {
  const requests = listAt(obj, 'spec.tokenRequests')
  if (requests.length === 0 || isSet(obj, 'spec.serviceAccountTokenInSecrets')) return
  if (old !== undefined && semanticEqual(requests, listAt(old, 'spec.tokenRequests'))) return
  yield 'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes'
}

/** CSI drivers (apis/storage, ValidateCSIDriver). */
export const validateCsiDriver: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const [spec, before] = [objectAt(obj, 'spec'), objectAt(old, 'spec')]
  checkEnum(errors, spec, 'fsGroupPolicy', FS_GROUP_POLICIES, 'spec.fsGroupPolicy')
  checkTokenRequests(errors, spec)
  for (const mode of textsAt(spec, 'volumeLifecycleModes'))
    if (!LIFECYCLE_MODES.includes(mode)) errors.push(notSupported('spec.volumeLifecycleModes', mode, LIFECYCLE_MODES))
  const period = numberAt(spec, 'nodeAllocatableUpdatePeriodSeconds')
  if (period !== undefined && period < MIN_UPDATE_PERIOD)
    errors.push(invalid('spec.nodeAllocatableUpdatePeriodSeconds', period, 'must be greater than or equal to 10 seconds'))
  if (isSet(spec, 'serviceAccountTokenInSecrets') && listAt(spec, 'tokenRequests').length === 0) {
    const text = 'serviceAccountTokenInSecrets is set but no tokenRequests are specified'
    errors.push(invalid('spec.serviceAccountTokenInSecrets', spec!.serviceAccountTokenInSecrets, text))
  }
  if (before === undefined) return errors
  if (!semanticEqual(spec?.attachRequired, before.attachRequired))
    errors.push(invalid('spec.attachedRequired', spec?.attachRequired ?? null, IMMUTABLE))
  if (!semanticEqual(spec?.volumeLifecycleModes, before.volumeLifecycleModes))
    errors.push(invalid('spec.volumeLifecycleModes', spec?.volumeLifecycleModes ?? null, IMMUTABLE))
  return errors
}
