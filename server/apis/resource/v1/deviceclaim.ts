import { invalid, required, type FieldError } from '../../../machinery/field-errors.ts'
import { isSet, numberAt, objectAt, objectsAt, textAt, textsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { checkSubdomain } from '../../core/v1/checks.ts'
import { checkConfig, checkSelectors, checkShortName, tolerationsOf } from './device-parts.ts'

/** What a claim asks for (apis/resource, validateDeviceClaim). */
const MAX_REQUESTS = 32
const MAX_CONSTRAINTS = 32
const MAX_SUB_REQUESTS = 8

function checkAllocation(errors: FieldError[], request: JsonObject, path: string): void {
  const mode = textAt(request, 'allocationMode')
  const count = numberAt(request, 'count') ?? 0
  if (mode === 'All' && count !== 0) errors.push(invalid(`${path}.count`, count, "must not be specified when allocationMode is 'All'"))
  else if (mode === 'ExactCount' && count <= 0) errors.push(invalid(`${path}.count`, count, 'must be greater than zero'))
}

function checkOne(errors: FieldError[], request: JsonObject, path: string): void {
  checkSelectors(errors, objectsAt(request, 'selectors'), `${path}.selectors`)
  checkAllocation(errors, request, path)
  tolerationsOf(errors, request, path)
}

/** The members of a list that is not too long, which is told by what its type declares (`declared-rules.ts`). */
export function eachOfFew<T>(items: readonly T[], max: number, path: string, each: (item: T, at: string) => void): void {
  if (items.length <= max) items.forEach((item, i) => each(item, `${path}[${i}]`))
}

const nameOf = (item: JsonObject): string => textAt(item, 'name')

function checkRequest(errors: FieldError[], request: JsonObject, path: string): void {
  checkShortName(errors, nameOf(request), `${path}.name`)
  const [exactly, first] = [objectAt(request, 'exactly'), objectsAt(request, 'firstAvailable')]
  if (exactly === undefined && first.length === 0) errors.push(required(path, 'exactly one of `exactly` or `firstAvailable` is required'))
  else if (exactly !== undefined && first.length > 0)
    errors.push(invalid(path, null, 'exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set'))
  else if (exactly !== undefined) {
    const className = textAt(exactly, 'deviceClassName')
    if (className === '') errors.push(required(`${path}.exactly.deviceClassName`))
    else checkSubdomain(errors, className, `${path}.exactly.deviceClassName`)
    checkOne(errors, exactly, `${path}.exactly`)
  } else
    eachOfFew(first, MAX_SUB_REQUESTS, `${path}.firstAvailable`, (sub, at) => {
      checkShortName(errors, nameOf(sub), `${at}.name`)
      checkOne(errors, sub, at)
    })
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
  eachOfFew(requests, MAX_REQUESTS, `${path}.requests`, (request, at) => checkRequest(errors, request, at))
  const checkNames = (item: JsonObject, at: string): void =>
    eachOfFew(textsAt(item, 'requests'), MAX_REQUESTS, `${at}.requests`, (name, where) => checkRequestName(errors, name, where, known))
  eachOfFew(objectsAt(devices, 'constraints'), MAX_CONSTRAINTS, `${path}.constraints`, (constraint, at) => {
    checkNames(constraint, at)
    if (isSet(constraint, 'matchAttribute') || isSet(constraint, 'distinctAttribute')) return
    errors.push(required(at, 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set'))
  })
  checkConfig(errors, objectsAt(devices, 'config'), `${path}.config`, checkNames)
}
