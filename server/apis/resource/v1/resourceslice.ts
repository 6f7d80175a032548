import { emptyAt } from '../../../machinery/empty-fields.ts'
import { goJsonText, invalid, invalidPrinted, required, type FieldError } from '../../../machinery/field-errors.ts'
import { goQuote } from '../../../machinery/go-quote.ts'
import { isSet, numberAt, objectAt, objectsAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { validateNodeSelector } from '../../core/v1/affinity.ts'
import { checkSubdomain } from '../../core/v1/checks.ts'
import { checkDriverName } from '../../core/v1/volume-sources.ts'
import { disabledFields } from '../../meta/v1/disabled-fields.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { IMMUTABLE } from '../../meta/v1/validation.ts'
import { internalValue } from '../../core/v1/internal-form.ts'
import { checkPoolName } from './device-parts.ts'
import { checkCounterSets, checkDevices } from './device.ts'

/** What a driver has on offer, and where (apis/resource, ValidateResourceSlice). */
/** Of which exactly one says where the devices are. */
const PLACES = ['nodeName', 'nodeSelector', 'allNodes', 'perDeviceNodeSelection'] as const

/** An empty list that was sent is one. */
const isSent = (spec: JsonObject, key: string): boolean => isSet(spec, key) || emptyAt(spec, key) !== undefined

const given = (spec: JsonObject, key: string): boolean => isSet(spec, key) && spec[key] !== false && spec[key] !== ''

function checkPlace(errors: FieldError[], spec: JsonObject): void {
  const places = PLACES.filter((key) => given(spec, key))
  const one = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required'
  const node = textAt(spec, 'nodeName')
  if (isSet(spec, 'nodeName')) {
    if (node === '') errors.push(invalid('spec.nodeName', node, 'must be either unset or set to a non-empty string'))
    else checkSubdomain(errors, node, 'spec.nodeName')
  }
  const selector = objectAt(spec, 'nodeSelector')
  if (selector !== undefined) {
    validateNodeSelector(errors, selector, false, 'spec.nodeSelector')
    const shown = selector.nodeSelectorTerms ?? emptyAt(selector, 'nodeSelectorTerms')
    if (objectsAt(selector, 'nodeSelectorTerms').length !== 1)
      errors.push(
        invalid(
          'spec.nodeSelector.nodeSelectorTerms',
          internalValue('[]NodeSelectorTerm', shown),
          'must have exactly one node selector term',
        ),
      )
  }
  for (const key of ['allNodes', 'perDeviceNodeSelection'])
    if (spec[key] === false) errors.push(invalid(`spec.${key}`, false, 'must be either unset or set to true'))
  if (places.length === 0) errors.push(required('spec', one))
  else if (places.length > 1)
    errors.push(invalid('spec', `{${places.map((key) => `\`${key}\``).join(', ')}}`, `${one}, but multiple fields are set`))
}

export const validateResourceSlice: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec') ?? {}
  const before = objectAt(old, 'spec')
  checkDriverName(errors, textAt(spec, 'driver'), 'spec.driver')
  checkPoolName(errors, textAt(spec, 'pool.name'), 'spec.pool.name')
  const [count, generation] = [numberAt(spec, 'pool.resourceSliceCount') ?? 0, numberAt(spec, 'pool.generation') ?? 0]
  if (count <= 0) errors.push(invalid('spec.pool.resourceSliceCount', count, 'must be greater than zero'))
  if (generation < 0) errors.push(invalid('spec.pool.generation', generation, 'must be greater than or equal to zero'))
  if (before !== undefined) {
    for (const key of ['pool.name', 'driver'])
      if (textAt(spec, key) !== textAt(before, key)) errors.push(invalid(`spec.${key}`, textAt(spec, key), IMMUTABLE))
    if ((spec.nodeName ?? null) !== (before.nodeName ?? null))
      errors.push(invalidPrinted('spec.nodeName', goJsonText(spec.nodeName), IMMUTABLE))
  }
  checkPlace(errors, spec)
  if (isSent(spec, 'sharedCounters') && isSent(spec, 'devices'))
    errors.push(invalid('spec', '', 'only one of `sharedCounters` or `devices` is allowed'))
  checkDevices(errors, spec, before)
  checkCounterSets(errors, objectsAt(spec, 'sharedCounters'), 'spec.sharedCounters')
  return errors
}

const LISTS = ['bools', 'ints', 'strings', 'versions']

export const dropDisabledOfSlice = disabledFields([
  { gate: 'DRAOptionalNodeOperations', paths: ['spec.skipNodeOperations'] },
  { gate: 'DRAPartitionableDevicesType', paths: ['spec.partitionTypeAttribute'] },
  { gate: 'DRANodeAllocatableResources', paths: ['spec.devices[].nodeAllocatableResources'] },
  { gate: 'DRADeviceCompatibilityGroups', paths: ['spec.devices[].consumesCounters[].compatibilityGroups'] },
  { gate: 'DRAListTypeAttributes', paths: LISTS.map((list) => `spec.devices[].attributes{}.${list}`) },
])

export function* sliceWarnings(obj: KubeObject): IterableIterator<string> {
  const driver = textAt(obj, 'spec.driver')
  if (driver !== driver.toLowerCase())
    yield `spec.driver: driver names should be lowercase; ${goQuote(driver)} contains uppercase characters`
}
