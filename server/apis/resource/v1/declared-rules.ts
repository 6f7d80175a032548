import { addErrors, type FieldError } from '../../../machinery/field-errors.ts'
import { textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { caselessSubdomainErrors, longNameErrors, qualifiedNameErrors, shortNameErrors } from '../../../machinery/names.ts'
import {
  declaredErrors,
  format,
  list,
  map,
  maxBytes,
  maxLength,
  oneOf,
  requiredText,
  struct,
  text,
  textPointer,
  union,
  type Declared,
} from '../../meta/v1/declared.ts'
import type { Pausing } from '../../../machinery/slice.ts'
import { deviceKey } from './device-parts.ts'
import { attributeName, extendedResourceName, poolName, shareId } from './declared-formats.ts'

/** What resource/v1 `types.go` declares with its fields, without what belongs to gates that are off. */
const MAX_REQUESTS = 32
const MAX_CONDITIONS = 4

const byName = (item: unknown): string => textAt(item, 'name')
const byDirect = (item: unknown): string => item as string
const requestNames = list({ max: MAX_REQUESTS, key: byDirect })
const effects = oneOf('NoExecute', 'NoSchedule', 'None')

/** Fields of requests and their alternatives in the order of their types. */
const FIELDS = [
  ...['name', 'exactly', 'firstAvailable', 'deviceClassName', 'selectors', 'allocationMode', 'count', 'adminAccess', 'tolerations'],
  ...['capacity', 'key', 'operator', 'value', 'effect', 'tolerationSeconds'],
]

/** Of them those that are lists of others. */
const LISTED = ['firstAvailable', 'tolerations']

/** A request that is there twice is shown as it is. */
function whole(item: unknown): JsonObject {
  const entries = Object.entries(item as JsonObject).sort(([a], [b]) => FIELDS.indexOf(a) - FIELDS.indexOf(b))
  return Object.fromEntries(
    entries.map(([field, value]) => {
      if (field === 'exactly') return [field, whole(value)]
      return [field, LISTED.includes(field) ? (value as unknown[]).map(whole) : value]
    }),
  )
}

const toleration = struct({
  key: text(format(qualifiedNameErrors)),
  operator: requiredText(oneOf('Equal', 'Exists')),
  effect: text(effects),
})

const asked = {
  selectors: list({ max: 32 }),
  allocationMode: text(oneOf('All', 'ExactCount')),
  tolerations: list({ each: toleration }),
}

const request = struct({
  exactly: struct(asked),
  firstAvailable: list({
    max: 8,
    key: byName,
    shown: whole,
    each: struct({ deviceClassName: requiredText(format(longNameErrors)), ...asked }),
  }),
})

const opaque = struct({ driver: requiredText(format(caselessSubdomainErrors), maxLength(63)) })

const deviceClaim = struct({
  requests: list({ max: MAX_REQUESTS, key: byName, shown: whole, each: request }),
  constraints: list({
    max: 32,
    each: struct({
      requests: requestNames,
      matchAttribute: textPointer(attributeName),
      distinctAttribute: textPointer(attributeName),
    }),
  }),
  config: list({ max: 32, each: struct({ requests: requestNames, opaque }) }),
})

const allocationResult = struct({
  driver: requiredText(format(caselessSubdomainErrors), maxLength(63)),
  pool: requiredText(poolName),
  tolerations: list({ each: toleration }),
  bindingConditions: list({ max: MAX_CONDITIONS }),
  bindingFailureConditions: list({ max: MAX_CONDITIONS }),
  shareID: textPointer(shareId),
})

const allocation = struct({
  devices: struct({
    results: list({ max: 32, each: allocationResult }),
    config: list({
      max: 64,
      each: struct({ source: requiredText(oneOf('FromClaim', 'FromClass')), requests: requestNames, opaque }),
    }),
  }),
})

const claimStatus = struct({
  // Once there is an allocation it stays as it is, which is said by hand.
  allocation: (value, of) => (of.hasOld && of.old !== undefined ? undefined : allocation(value, of)),
  reservedFor: list({ max: 256, key: (item) => textAt(item, 'uid'), shown: (item) => item }),
  devices: list({
    key: deviceKey,
    each: struct({
      shareID: textPointer(shareId),
      networkData: struct({
        interfaceName: text(maxBytes(256)),
        ips: list({ max: 16, key: byDirect }),
        hardwareAddress: text(maxBytes(128)),
      }),
    }),
  }),
})

const taint = struct({ effect: requiredText(effects) })

const counters = map({ isRequired: true, keys: format(shortNameErrors) })
const attribute = struct(
  { strings: list({ each: maxBytes(64) }) },
  union('int', 'bool', 'string', 'version', 'ints', 'bools', 'strings', 'versions'),
)

const device = struct({
  attributes: map({ each: attribute }),
  consumesCounters: list({
    max: 2,
    key: (item) => textAt(item, 'counterSet'),
    each: struct({ counterSet: requiredText(format(shortNameErrors)), counters }),
  }),
  taints: list({ each: taint }),
  bindingConditions: list({ max: MAX_CONDITIONS }),
  bindingFailureConditions: list({ max: MAX_CONDITIONS }),
})

const only = (field: string, rule: Declared): Declared => struct({ [field]: rule })

/** Of a spec that may not change nothing else is said. */
const createdOnly =
  (rule: Declared): Declared =>
  (value, of) => {
    if (!of.hasOld) rule(value, of)
  }

export const ofClaim = struct({ spec: createdOnly(only('devices', deviceClaim)), status: claimStatus })
export const ofTemplate = only('spec', only('spec', only('devices', deviceClaim)))
export const ofTaintRule = only('spec', only('taint', taint))
export const ofClass = only(
  'spec',
  struct({
    selectors: list({ max: 32 }),
    config: list({ max: 32, each: struct({ opaque }) }),
    extendedResourceName: textPointer(extendedResourceName),
  }),
)
export const ofSlice = only(
  'spec',
  struct({
    devices: list({ each: device }),
    sharedCounters: list({
      max: 8,
      key: byName,
      each: struct({ name: requiredText(format(shortNameErrors)), counters }),
    }),
  }),
)

type Rules = (obj: JsonObject, old: JsonObject | undefined) => Pausing<FieldError[]>

/** What is declared comes after all else that is wrong. */
export const withDeclared = (declared: Declared, expressions?: Rules): Rules =>
  function* (obj, old) {
    const errors = expressions === undefined ? [] : yield* expressions(obj, old)
    addErrors(errors, declaredErrors(declared, obj, old))
    return errors
  }
