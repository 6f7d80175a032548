import { duplicate, invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { isSet, numberAt, objectAt, objectsAt, textAt, textsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { checkSubdomain } from '../../core/v1/checks.ts'
import { checkAttributeName, checkConfig, checkSelectors, checkShortName, checkSize, tolerationsOf } from './device-parts.ts'

/** What a claim asks for (apis/resource, validateDeviceClaim). */
const MAX_REQUESTS = 32
const MAX_CONSTRAINTS = 32
const MAX_SUB_REQUESTS = 8
const MODES = ['All', 'ExactCount']

function checkAllocation(errors: FieldError[], request: JsonObject, path: string): void {
  const mode = textAt(request, 'allocationMode')
  const count = numberAt(request, 'count') ?? 0
  if (!MODES.includes(mode)) errors.push(notSupported(`${path}.allocationMode`, mode, MODES))
  else if (mode === 'All' && count !== 0) errors.push(invalid(`${path}.count`, count, "must not be specified when allocationMode is 'All'"))
  else if (mode === 'ExactCount' && count <= 0) errors.push(invalid(`${path}.count`, count, 'must be greater than zero'))
}

function checkOne(errors: FieldError[], request: JsonObject, path: string): void {
  const className = textAt(request, 'deviceClassName')
  if (className === '') errors.push(required(`${path}.deviceClassName`))
  else checkSubdomain(errors, className, `${path}.deviceClassName`)
  checkSelectors(errors, objectsAt(request, 'selectors'), `${path}.selectors`)
  checkAllocation(errors, request, path)
  tolerationsOf(errors, request, path)
}

/** A list of which no two members may have the same name. */
export function checkSet<T>(
  errors: FieldError[],
  list: readonly T[],
  max: number,
  path: string,
  nameOf: (item: T) => string,
  each: (item: T, at: string) => void,
  duplicated: (item: T) => unknown = nameOf,
): void {
  if (!checkSize(errors, list, max, path)) return
  const seen = new Set<string>()
  list.forEach((item, i) => {
    const name = nameOf(item)
    each(item, `${path}[${i}]`)
    if (seen.has(name)) errors.push(duplicate(`${path}[${i}]`, duplicated(item)))
    seen.add(name)
  })
}

const nameOf = (item: JsonObject): string => textAt(item, 'name')

/** Fields of requests and their alternatives in the order of their types. */
const FIELDS = [
  ...['name', 'exactly', 'firstAvailable', 'deviceClassName', 'selectors', 'allocationMode', 'count', 'adminAccess', 'tolerations'],
  'capacity',
]
/** A request that is there twice is shown as it is. */
function whole(item: JsonObject): JsonObject {
  const entries = Object.entries(item).sort(([a], [b]) => FIELDS.indexOf(a) - FIELDS.indexOf(b))
  return Object.fromEntries(
    entries.map(([field, value]) => {
      if (field === 'exactly') return [field, whole(value as JsonObject)]
      return [field, field === 'firstAvailable' ? (value as JsonObject[]).map(whole) : value]
    }),
  )
}

function checkRequest(errors: FieldError[], request: JsonObject, path: string): void {
  checkShortName(errors, nameOf(request), `${path}.name`)
  const [exactly, first] = [objectAt(request, 'exactly'), objectsAt(request, 'firstAvailable')]
  if (exactly === undefined && first.length === 0) errors.push(required(path, 'exactly one of `exactly` or `firstAvailable` is required'))
  else if (exactly !== undefined && first.length > 0)
    errors.push(invalid(path, null, 'exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set'))
  else if (exactly !== undefined) checkOne(errors, exactly, `${path}.exactly`)
  else
    checkSet(
      errors,
      first,
      MAX_SUB_REQUESTS,
      `${path}.firstAvailable`,
      nameOf,
      (sub, at) => {
        checkShortName(errors, nameOf(sub), `${at}.name`)
        checkOne(errors, sub, at)
      },
      whole,
    )
}

/** Names that constraints and configuration may use: of requests, and of their alternatives behind a slash. */
export function namesOfRequests(requests: readonly JsonObject[]): ReadonlySet<string> {
  const names = new Set<string>()
  for (const request of requests) {
    names.add(nameOf(request))
    for (const sub of objectsAt(request, 'firstAvailable')) names.add(`${nameOf(request)}/${nameOf(sub)}`)
  }
  return names
}

/** The name of one of them. */
export function checkRequestName(errors: FieldError[], name: string, path: string, known: ReadonlySet<string>): void {
  const segments = name.split('/')
  if (segments.length <= 2) for (const segment of segments) checkShortName(errors, segment, path)
  if (segments.length > 2 || !known.has(name))
    errors.push(
      invalid(path, name, "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"),
    )
}

export function checkDeviceClaim(errors: FieldError[], devices: JsonObject, path: string): void {
  const requests = objectsAt(devices, 'requests')
  const known = namesOfRequests(requests)
  checkSet(errors, requests, MAX_REQUESTS, `${path}.requests`, nameOf, (request, at) => checkRequest(errors, request, at), whole)
  const checkNames = (item: JsonObject, at: string): void =>
    checkSet(
      errors,
      textsAt(item, 'requests'),
      MAX_REQUESTS,
      `${at}.requests`,
      (name) => name,
      (name, where) => checkRequestName(errors, name, where, known),
    )
  const constraints = objectsAt(devices, 'constraints')
  if (checkSize(errors, constraints, MAX_CONSTRAINTS, `${path}.constraints`)) {
    constraints.forEach((constraint, i) => {
      const at = `${path}.constraints[${i}]`
      checkNames(constraint, at)
      const key = isSet(constraint, 'matchAttribute') ? 'matchAttribute' : 'distinctAttribute'
      const name = textAt(constraint, key)
      if (!isSet(constraint, key)) {
        const text = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set'
        errors.push(required(at, text))
        return
      }
      checkAttributeName(errors, name, `${at}.${key}`)
    })
  }
  checkConfig(errors, objectsAt(devices, 'config'), `${path}.config`, checkNames)
}
