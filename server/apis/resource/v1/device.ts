import { duplicate, forbiddenField, invalid, required, tooLong, tooMany, type FieldError } from '../../../machinery/field-errors.ts'
import { isSet, listAt, objectAt, objectsAt, textAt, textsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { byteLength } from '../../../machinery/names.ts'
import { validateNodeSelector } from '../../core/v1/affinity.ts'
import { checkSubdomain } from '../../core/v1/checks.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import { checkDriverName } from '../../core/v1/volume-sources.ts'
import { checkIdentifier } from './declared-formats.ts'
import { checkShortName, checkSize, checkTaint } from './device-parts.ts'
import { checkBindings } from './bindings.ts'
import { checkRequestPolicy } from './request-policy.ts'

/** One device of a slice (apis/resource, validateDevice), without what is declared with its type (`declared-rules.ts`). */
const MAX_DEVICES = 128
const MAX_ADVANCED = 64
const MAX_TAINTS = 16
const MAX_ATTRIBUTES = 32
const MAX_VALUES = 48
const MAX_VALUE = 64
const MAX_COUNTERS = 32
/** Of a domain, a slash and an identifier: longer keys are shown without their middle. */
const MAX_KEY = 63 + 1 + 32
const LISTS = ['bools', 'ints', 'strings', 'versions']

const isAdvanced = (device: JsonObject): boolean =>
  listAt(device, 'taints').length > 0 ||
  listAt(device, 'consumesCounters').length > 0 ||
  Object.values(objectAt(device, 'attributes') ?? {}).some((attribute) => LISTS.some((key) => isSet(attribute, key)))

export function checkDevices(errors: FieldError[], spec: JsonObject, before: JsonObject | undefined): void {
  const devices = objectsAt(spec, 'devices')
  if (!checkSize(errors, devices, devices.some(isAdvanced) ? MAX_ADVANCED : MAX_DEVICES, 'spec.devices')) return
  const old = new Map(objectsAt(before, 'devices').map((device) => [textAt(device, 'name'), device]))
  devices.forEach((device, i) =>
    checkDevice(errors, device, old.get(textAt(device, 'name')), spec.perDeviceNodeSelection === true, `spec.devices[${i}]`),
  )
  const seen = new Set<string>()
  devices.forEach((device, i) => {
    const name = textAt(device, 'name')
    if (seen.has(name)) errors.push(duplicate(`spec.devices[${i}]`, name))
    seen.add(name)
  })
}

function checkDevice(errors: FieldError[], device: JsonObject, old: JsonObject | undefined, isPlaced: boolean, path: string): void {
  checkShortName(errors, textAt(device, 'name'), `${path}.name`)
  const [attributes, capacity] = [objectAt(device, 'attributes') ?? {}, objectAt(device, 'capacity') ?? {}]
  const count = Object.keys(attributes).length + Object.keys(capacity).length
  if (count > MAX_ATTRIBUTES)
    errors.push(invalid(path, count, `the total number of attributes and capacities must not exceed ${MAX_ATTRIBUTES}`))
  const values = Object.values(attributes).reduce<number>((sum, attribute) => sum + valuesOf(attribute as JsonObject), 0)
  if (values > MAX_VALUES) errors.push(invalid(path, values, `the total number of attribute values must not exceed ${MAX_VALUES}`))
  for (const [name, attribute] of Object.entries(attributes)) {
    checkQualified(errors, name, `${path}.attributes`)
    checkAttribute(errors, attribute as JsonObject, `${path}.attributes[${shortened(name)}]`)
  }
  if (!semanticEqual(capacity, objectAt(old, 'capacity') ?? {})) {
    for (const [name, one] of Object.entries(capacity)) {
      checkQualified(errors, name, `${path}.capacity`)
      const policy = objectAt(one, 'requestPolicy')
      const at = `${path}.capacity[${shortened(name)}].requestPolicy`
      if (policy === undefined) continue
      if (device.allowMultipleAllocations === true) checkRequestPolicy(errors, one as JsonObject, policy, at)
      else errors.push(forbiddenField(at, 'allowMultipleAllocations must be true'))
    }
  }
  const taints = objectsAt(device, 'taints')
  if (!semanticEqual(taints, objectsAt(old, 'taints')) && checkSize(errors, taints, MAX_TAINTS, `${path}.taints`))
    taints.forEach((taint, j) => checkTaint(errors, taint, `${path}.taints[${j}]`))
  objectsAt(device, 'consumesCounters').forEach((consumed, j) =>
    checkCounters(errors, objectAt(consumed, 'counters'), `${path}.consumesCounters[${j}].counters`),
  )
  checkPlace(errors, device, isPlaced, path)
  checkBindings(errors, device, path)
}

const valuesOf = (attribute: JsonObject): number => LISTS.reduce((sum, key) => sum + listAt(attribute, key).length, 0) || 1

function shortened(key: string): string {
  if (key.length <= MAX_KEY) return key
  const remaining = MAX_KEY - 3
  return `${key.slice(0, Math.floor((remaining + 1) / 2))}...${key.slice(key.length - Math.floor(remaining / 2))}`
}

function checkQualified(errors: FieldError[], name: string, path: string): void {
  const [domain = '', id, ...more] = name.split('/')
  if (id === undefined) return checkIdentifier(errors, name, path)
  if (more.length > 0) return
  if (domain === '') errors.push(invalid(path, '', 'the domain must not be empty'))
  else checkDriverName(errors, domain, path)
  if (id === '') errors.push(invalid(path, '', 'the name must not be empty'))
  else checkIdentifier(errors, id, path)
}

const PRERELEASE = '(0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)'
const BUILD = '[0-9a-zA-Z-]+'
const NUMBER = '(0|[1-9]\\d*)'
const VERSION = new RegExp(`^${NUMBER}\\.${NUMBER}\\.${NUMBER}(-${PRERELEASE}(\\.${PRERELEASE})*)?(\\+${BUILD}(\\.${BUILD})*)?$`)

function checkVersion(errors: FieldError[], version: string, path: string): void {
  const isLong = byteLength(version) > MAX_VALUE
  // What is too long is no version for the reference either when its end is looked at; a bounded part says as much.
  if (!VERSION.test(version)) errors.push(invalid(path, version, 'must be a string compatible with semver.org spec 2.0.0'))
  if (isLong) errors.push(tooLong(path, MAX_VALUE))
}

function checkAttribute(errors: FieldError[], attribute: JsonObject, path: string): void {
  if (isSet(attribute, 'string') && byteLength(textAt(attribute, 'string')) > MAX_VALUE) errors.push(tooLong(`${path}.string`, MAX_VALUE))
  if (isSet(attribute, 'version')) checkVersion(errors, textAt(attribute, 'version'), `${path}.version`)
  textsAt(attribute, 'versions').forEach((version, i) => checkVersion(errors, version, `${path}.versions[${i}]`))
}

/** Of sets that devices share. */
export function checkCounterSets(errors: FieldError[], sets: readonly JsonObject[], path: string): void {
  sets.forEach((set, i) => checkCounters(errors, objectAt(set, 'counters'), `${path}[${i}].counters`))
}

function checkCounters(errors: FieldError[], counters: JsonObject | undefined, path: string): void {
  const count = Object.keys(counters ?? {}).length
  if (count > MAX_COUNTERS) errors.push(tooMany(path, count, MAX_COUNTERS))
}

const PLACES = ['nodeName', 'nodeSelector', 'allNodes'] as const
const ONE =
  'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec'
const NONE =
  '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec'

function checkPlace(errors: FieldError[], device: JsonObject, isPlaced: boolean, path: string): void {
  if (!isPlaced) {
    if (PLACES.some((place) => isSet(device, place))) errors.push(invalid(path, null, NONE))
    return
  }
  const node = textAt(device, 'nodeName')
  if (isSet(device, 'nodeName')) {
    if (node === '') errors.push(invalid(`${path}.nodeName`, node, 'must not be empty'))
    else checkSubdomain(errors, node, `${path}.nodeName`)
  }
  if (isSet(device, 'nodeSelector')) validateNodeSelector(errors, objectAt(device, 'nodeSelector')!, false, `${path}.nodeSelector`)
  if (device.allNodes === false) errors.push(invalid(`${path}.allNodes`, false, 'must be either unset or set to true'))
  const given = PLACES.filter((place) => isSet(device, place) && device[place] !== false && device[place] !== '')
  if (given.length === 0) errors.push(required(path, ONE))
  else if (given.length > 1) errors.push(invalid(path, `{${given.map((place) => `\`${place}\``).join(', ')}}`, ONE))
}
