import { ownValue } from '../../../machinery/own.ts'
import { deprecatedNodeLabels } from '../../core/v1/pod-warnings.ts'
import { duplicate, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { fillUnset, isSet, objectAt, objectsAt, textAt, textsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { checkQualifiedName } from '../../core/v1/checks.ts'
import { EqualTerms } from './equal-terms.ts'
import { checkEnum, checkImmutable, type Validation } from '../../meta/v1/json-checks.ts'
import { checkParameters, checkProvisioner } from './parameters.ts'

/** Storage classes (storage/v1 defaults; apis/storage, validation): most of one is fixed once it is there. */
export function defaultStorageClass(obj: KubeObject): void {
  fillUnset(obj as JsonObject, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' })
}

const FIXED = ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode']

const MODES = ['Immediate', 'WaitForFirstConsumer']

export const validateStorageClass: Validation = (obj, old) => {
  const errors: FieldError[] = []
  checkProvisioner(errors, textAt(obj, 'provisioner'), 'provisioner')
  checkParameters(errors, objectAt(obj, 'parameters') as Record<string, string> | undefined, 'parameters', false)
  if (textAt(obj, 'reclaimPolicy') !== '') checkEnum(errors, obj, 'reclaimPolicy', ['Delete', 'Retain'])
  const mode = textAt(obj, 'volumeBindingMode')
  if (!isSet(obj, 'volumeBindingMode')) errors.push(required('volumeBindingMode'))
  else if (!MODES.includes(mode)) errors.push(notSupported('volumeBindingMode', mode, MODES))
  checkTopologies(errors, objectsAt(obj, 'allowedTopologies'))
  checkImmutable(errors, obj, old, FIXED, { printed: false })
  return errors
}

function checkTopologies(errors: FieldError[], terms: readonly JsonObject[]): void {
  const equal = new EqualTerms('[]', terms.length)
  terms.forEach((term, i) => {
    const path = `allowedTopologies[${i}].matchLabelExpressions`
    const keys = new Map<string, string[]>()
    objectsAt(term, 'matchLabelExpressions').forEach((e, j) => {
      const [key, values] = [textAt(e, 'key'), textsAt(e, 'values')]
      if (values.length === 0) errors.push(required(`${path}[${j}].values`))
      const known = new Set<string>()
      values.forEach((value, k) => {
        if (known.has(value)) errors.push(duplicate(`${path}[${j}].values[${k}]`, value))
        known.add(value)
      })
      checkQualifiedName(errors, key, `${path}[${j}].key`)
      if (keys.has(key)) errors.push(duplicate(`${path}[${j}].key`, key))
      keys.set(key, [...known].sort())
    })
    equal.tell(errors, path, JSON.stringify([...keys].sort(([a], [b]) => (a < b ? -1 : 1))))
  })
}

export function* storageClassWarnings(obj: KubeObject): IterableIterator<string> {
  for (const [i, term] of objectsAt(obj, 'allowedTopologies').entries()) {
    for (const [j, e] of objectsAt(term, 'matchLabelExpressions').entries()) {
      const text = ownValue(deprecatedNodeLabels, textAt(e, 'key'))
      if (text !== undefined) yield `allowedTopologies[${i}].matchLabelExpressions[${j}].key: ${text}`
    }
  }
}
