import { forbiddenField, invalid, required, tooLong, tooMany, type FieldError } from '../../../machinery/field-errors.ts'
import { isSet, objectAt, objectsAt, textAt, textsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { byteLength } from '../../../machinery/names.ts'
import { validateNodeSelector } from '../../core/v1/affinity.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import { checkDriverName } from '../../core/v1/volume-sources.ts'
import { checkConditions } from '../../meta/v1/conditions.ts'
import { checkBindings } from './bindings.ts'
import { checkOpaque, checkPoolName, checkShortName, deviceKey, tolerationsOf } from './device-parts.ts'
import { checkRequestName, eachOfFew, namesOfRequests } from './deviceclaim.ts'
import { checkInterfaceAddress } from './interface-address.ts'

/**
 * The state of a claim: who may use it, and which devices it has (apis/resource, validateResourceClaimStatusUpdate), without what is
 * declared with its type (`declared-rules.ts`).
 */
const MAX_CONSUMERS = 256
const MAX_RESULTS = 32
const MAX_CONFIG = 64
const MAX_NAMES = 32
const MAX_CONDITIONS = 8
const MAX_DATA = 10 * 1024
const MAX_IPS = 16

export function validateResourceClaimStatus(obj: JsonObject, old: JsonObject): FieldError[] {
  const errors: FieldError[] = []
  const [status, before] = [objectAt(obj, 'status'), objectAt(old, 'status')]
  const [allocation, allocated] = [objectAt(status, 'allocation'), objectAt(before, 'allocation')]
  eachOfFew(objectsAt(status, 'reservedFor'), MAX_CONSUMERS, 'status.reservedFor', (consumer, at) => {
    for (const field of ['resource', 'name', 'uid']) if (textAt(consumer, field) === '') errors.push(required(`${at}.${field}`))
  })
  const known = new Set(objectsAt(allocation, 'devices.results').map(deviceKey))
  objectsAt(status, 'devices').forEach((device, i) => checkDevice(errors, device, known, `status.devices[${i}]`))
  if (objectsAt(status, 'reservedFor').length > 0) {
    if (allocation === undefined) errors.push(forbiddenField('status.reservedFor', 'may not be specified when `allocated` is not set'))
    else if (textAt(obj, 'metadata.deletionTimestamp') !== '' && hasNewConsumer(status, before)) {
      const why = 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set'
      errors.push(forbiddenField('status.reservedFor', why))
    }
  }
  if (allocation === undefined) return errors
  if (allocated === undefined) checkAllocation(errors, allocation, namesOfRequests(objectsAt(obj, 'spec.devices.requests')))
  else if (!semanticEqual(allocation, allocated)) errors.push(invalid('status.allocation', null, 'field cannot be modified once set'))
  return errors
}

/** What drivers said of devices that the claim no longer has is forgotten. */
export function dropDeallocatedDevices(obj: JsonObject, old: JsonObject): void {
  const allocated = (claim: JsonObject): string[] => objectsAt(claim, 'status.allocation.devices.results').map(deviceKey)
  const still = new Set(allocated(obj))
  const gone = new Set(allocated(old).filter((id) => !still.has(id)))
  const status = objectAt(obj, 'status')
  if (status === undefined || gone.size === 0) return
  const left = objectsAt(status, 'devices').filter((device) => !gone.has(deviceKey(device)))
  if (left.length > 0) status.devices = left
  else delete status.devices
}

/** As the reference shows it. */
const idOf = (device: JsonObject): JsonObject => ({
  ...{ Driver: textAt(device, 'driver'), Pool: textAt(device, 'pool'), Device: textAt(device, 'device') },
  ShareID: textAt(device, 'shareID'),
})

function hasNewConsumer(status: JsonObject | undefined, before: JsonObject | undefined): boolean {
  const known = objectsAt(before, 'reservedFor')
  return objectsAt(status, 'reservedFor').some((consumer) => !known.some((one) => semanticEqual(one, consumer)))
}

function checkDevice(errors: FieldError[], device: JsonObject, known: ReadonlySet<string>, path: string): void {
  checkDriverName(errors, textAt(device, 'driver'), `${path}.driver`)
  checkPoolName(errors, textAt(device, 'pool'), `${path}.pool`)
  checkShortName(errors, textAt(device, 'device'), `${path}.device`)
  if (!known.has(deviceKey(device))) errors.push(invalid(path, idOf(device), 'must be an allocated device in the claim'))
  const conditions = objectsAt(device, 'conditions')
  if (conditions.length > MAX_CONDITIONS) errors.push(tooMany(`${path}.conditions`, conditions.length, MAX_CONDITIONS))
  checkConditions(errors, conditions, `${path}.conditions`)
  const { data } = device
  if (data !== undefined && data !== null) {
    if (byteLength(JSON.stringify(data)) > MAX_DATA) errors.push(tooLong(`${path}.data`, MAX_DATA))
    else if (objectAt(device, 'data') === undefined) errors.push(invalid(`${path}.data`, '<value omitted>', 'must be a valid JSON object'))
  }
  eachOfFew(textsAt(device, 'networkData.ips'), MAX_IPS, `${path}.networkData.ips`, (ip, at) => checkInterfaceAddress(errors, ip, at))
}

function checkAllocation(errors: FieldError[], allocation: JsonObject, names: ReadonlySet<string>): void {
  const at = 'status.allocation'
  eachOfFew(objectsAt(allocation, 'devices.results'), MAX_RESULTS, `${at}.devices.results`, (result, path) => {
    checkRequestName(errors, textAt(result, 'request'), `${path}.request`, names)
    checkShortName(errors, textAt(result, 'device'), `${path}.device`)
    checkBindings(errors, result, path)
    tolerationsOf(errors, result, path)
  })
  eachOfFew(objectsAt(allocation, 'devices.config'), MAX_CONFIG, `${at}.devices.config`, (config, path) => {
    eachOfFew(textsAt(config, 'requests'), MAX_NAMES, `${path}.requests`, (name, where) => checkRequestName(errors, name, where, names))
    if (isSet(config, 'opaque')) checkOpaque(errors, objectAt(config, 'opaque')!, `${path}.opaque`)
    else errors.push(required(`${path}.opaque`))
  })
  const selector = objectAt(allocation, 'nodeSelector')
  if (selector !== undefined) validateNodeSelector(errors, selector, false, `${at}.nodeSelector`)
}
