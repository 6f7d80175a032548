import { duplicate, invalid, required, type FieldError } from '../../../machinery/field-errors.ts'
import { isSet, numberAt, objectAt, objectsAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { validateNodeSelector } from '../../core/v1/affinity.ts'
import { checkSubdomain } from '../../core/v1/checks.ts'
import { checkDriverName } from '../../core/v1/volume-sources.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { IMMUTABLE } from '../../meta/v1/validation.ts'
import { checkPoolName, checkShortName, checkSize, checkTaint } from './device-parts.ts'

/** What a driver has on offer, and where (apis/resource, ValidateResourceSlice). */
const MAX_DEVICES = 128
const MAX_TAINTS = 16
/** Of which exactly one says where the devices are. */
const PLACES = ['nodeName', 'nodeSelector', 'allNodes', 'perDeviceNodeSelection'] as const

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
    const terms = objectsAt(selector, 'nodeSelectorTerms').length
    if (terms !== 1)
      errors.push(
        invalid('spec.nodeSelector.nodeSelectorTerms', selector.nodeSelectorTerms ?? null, 'must have exactly one node selector term'),
      )
  }
  for (const key of ['allNodes', 'perDeviceNodeSelection'])
    if (spec[key] === false) errors.push(invalid(`spec.${key}`, false, 'must be either unset or set to true'))
  if (places.length === 0) errors.push(required('spec', one))
  else if (places.length > 1)
    errors.push(invalid('spec', `{${places.map((key) => `\`${key}\``).join(', ')}}`, `${one}, but multiple fields are set`))
}

function checkDevices(errors: FieldError[], devices: readonly JsonObject[]): void {
  if (!checkSize(errors, devices, MAX_DEVICES, 'spec.devices')) return
  const seen = new Set<string>()
  devices.forEach((device, i) => {
    const [name, path] = [textAt(device, 'name'), `spec.devices[${i}]`]
    checkShortName(errors, name, `${path}.name`)
    const taints = objectsAt(device, 'taints')
    if (checkSize(errors, taints, MAX_TAINTS, `${path}.taints`))
      taints.forEach((taint, j) => checkTaint(errors, taint, undefined, `${path}.taints[${j}]`))
    if (seen.has(name)) errors.push(duplicate(path, name))
    seen.add(name)
  })
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
    if ((spec.nodeName ?? null) !== (before.nodeName ?? null)) errors.push(invalid('spec.nodeName', spec.nodeName ?? null, IMMUTABLE))
  }
  checkPlace(errors, spec)
  if (isSet(spec, 'sharedCounters') && isSet(spec, 'devices'))
    errors.push(invalid('spec', '', 'only one of `sharedCounters` or `devices` is allowed'))
  checkDevices(errors, objectsAt(spec, 'devices'))
  return errors
}

/** Of a gate that is off by default: which work on a node a driver does without; kept where it is in use already. */
export function dropDisabledOfSlice(obj: KubeObject, old: KubeObject | undefined): void {
  const before = objectAt(old, 'spec')
  if (before?.skipNodeOperations === undefined) delete objectAt(obj, 'spec')?.skipNodeOperations
}
