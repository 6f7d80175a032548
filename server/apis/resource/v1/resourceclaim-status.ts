import { forbiddenField, invalid, notSupported, required, tooLong, type FieldError } from '../../../machinery/field-errors.ts'
import { isSet, objectAt, objectsAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../../../machinery/names.ts'
import { invalidTexts } from '../../core/v1/checks.ts'
import { validateNodeSelector } from '../../core/v1/affinity.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import { checkDriverName } from '../../core/v1/volume-sources.ts'
import { checkRequestName, checkSet, namesOfRequests } from './deviceclaim.ts'
import { checkSize } from './device-parts.ts'

/** The state of a claim: who may use it, and which devices it has (apis/resource, validateResourceClaimStatusUpdate). */
const MAX_CONSUMERS = 256
const MAX_RESULTS = 32
const MAX_POOL_NAME = 253
const SOURCES = ['FromClaim', 'FromClass']

export function validateResourceClaimStatus(obj: JsonObject, old: JsonObject): FieldError[] {
  const errors: FieldError[] = []
  const [status, before] = [objectAt(obj, 'status'), objectAt(old, 'status')]
  const [allocation, allocated] = [objectAt(status, 'allocation'), objectAt(before, 'allocation')]
  checkConsumers(errors, objectsAt(status, 'reservedFor'), 'status.reservedFor')
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

const uidOf = (consumer: JsonObject): string => textAt(consumer, 'uid')

function checkConsumers(errors: FieldError[], consumers: readonly JsonObject[], path: string): void {
  const check = (consumer: JsonObject, at: string): void => {
    for (const field of ['resource', 'name', 'uid']) if (textAt(consumer, field) === '') errors.push(required(`${at}.${field}`))
  }
  checkSet(errors, consumers, MAX_CONSUMERS, path, uidOf, check, (consumer) => consumer)
}

function hasNewConsumer(status: JsonObject | undefined, before: JsonObject | undefined): boolean {
  const known = objectsAt(before, 'reservedFor')
  return objectsAt(status, 'reservedFor').some((consumer) => !known.some((one) => semanticEqual(one, consumer)))
}

function checkAllocation(errors: FieldError[], allocation: JsonObject, names: ReadonlySet<string>): void {
  const at = 'status.allocation'
  const results = objectsAt(allocation, 'devices.results')
  if (checkSize(errors, results, MAX_RESULTS, `${at}.devices.results`)) {
    results.forEach((result, i) => {
      const path = `${at}.devices.results[${i}]`
      checkRequestName(errors, textAt(result, 'request'), `${path}.request`, names)
      checkDriverName(errors, textAt(result, 'driver'), `${path}.driver`)
      checkPool(errors, textAt(result, 'pool'), `${path}.pool`)
      const device = textAt(result, 'device')
      invalidTexts(errors, `${path}.device`, device, dns1123LabelErrors(device))
    })
  }
  objectsAt(allocation, 'devices.config').forEach((config, i) => {
    const path = `${at}.devices.config[${i}].source`
    const source = textAt(config, 'source')
    if (!isSet(config, 'opaque')) errors.push(required(`${at}.devices.config[${i}].opaque`))
    if (source === '') errors.push(required(path))
    else if (!SOURCES.includes(source)) errors.push(notSupported(path, source, SOURCES))
  })
  const selector = objectAt(allocation, 'nodeSelector')
  if (selector !== undefined) validateNodeSelector(errors, selector, false, `${at}.nodeSelector`)
}

function checkPool(errors: FieldError[], pool: string, path: string): void {
  if (pool === '') return void errors.push(required(path))
  if (pool.length > MAX_POOL_NAME) errors.push(tooLong(path, MAX_POOL_NAME))
  for (const part of pool.split('/')) invalidTexts(errors, path, part, dns1123SubdomainErrors(part))
}
