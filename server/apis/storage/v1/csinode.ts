import { duplicate, invalid, required, type FieldError } from '../../../machinery/field-errors.ts'
import { numberAt, objectsAt, textAt, textsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { byteLength } from '../../../machinery/names.ts'
import { checkNotNegative, checkQualifiedName } from '../../core/v1/checks.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import { checkDriverName } from '../../core/v1/volume-sources.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { IMMUTABLE } from '../../meta/v1/validation.ts'

/** The drivers of a node: one is fixed but for how many volumes it takes (apis/storage, ValidateCSINode). */
const MAX_NODE_ID = 256

function checkDriver(errors: FieldError[], driver: JsonObject, seen: Set<string>, path: string): void {
  const [name, id] = [textAt(driver, 'name'), textAt(driver, 'nodeID')]
  checkDriverName(errors, name, `${path}.name`)
  if (id === '') errors.push(required(`${path}.nodeID`))
  if (byteLength(id) > MAX_NODE_ID) errors.push(invalid(`${path}.nodeID`, id, `must be ${MAX_NODE_ID} characters or less`))
  checkNotNegative(errors, numberAt(driver, 'allocatable.count'), `${path}.allocatable.count`)
  if (seen.has(name)) errors.push(duplicate(`${path}.name`, name))
  seen.add(name)
  const keys = new Set<string>()
  for (const key of textsAt(driver, 'topologyKeys')) {
    if (key === '') errors.push(required(path))
    if (keys.has(key)) errors.push(duplicate(path, key))
    keys.add(key)
    checkQualifiedName(errors, key, path)
  }
}

/** In the order and with the names that Go prints, which has no JSON names for these. */
const shown = (driver: JsonObject): JsonObject => ({
  Name: driver.name ?? '',
  NodeID: driver.nodeID ?? '',
  TopologyKeys: driver.topologyKeys ?? null,
  Allocatable: null,
})

export const validateCsiNode: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const drivers = objectsAt(obj, 'spec.drivers')
  const seen = new Set<string>()
  drivers.forEach((driver, i) => checkDriver(errors, driver, seen, `spec.drivers[${i}]`))
  const byName = Map.groupBy(drivers, (d) => d.name)
  for (const before of objectsAt(old, 'spec.drivers')) {
    for (const driver of byName.get(before.name) ?? []) {
      const same = semanticEqual({ ...driver, allocatable: undefined }, { ...before, allocatable: undefined })
      if (!same) errors.push(invalid('spec.drivers', shown(driver), IMMUTABLE))
    }
  }
  return errors
}
