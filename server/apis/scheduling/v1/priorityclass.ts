import { ownValue } from '../../../machinery/own.ts'
import { forbiddenField, notSupported, type FieldError } from '../../../machinery/field-errors.ts'
import { fillUnset, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { checkImmutable, type Validation } from '../../meta/v1/json-checks.ts'

/** Priority classes (scheduling/v1 defaults; apis/scheduling, validation). */
export function defaultPriorityClass(obj: KubeObject): void {
  fillUnset(obj as JsonObject, { preemptionPolicy: 'PreemptLowerPriority' })
}

const HIGHEST = 1_000_000_000
const SYSTEM_PREFIX = 'system-'

const SYSTEM_CLASSES: Readonly<Record<string, number>> = { 'system-node-critical': 2_000_001_000, 'system-cluster-critical': 2_000_000_000 }

function systemClass(name: string, value: number, globalDefault: boolean): string | undefined {
  const known = ownValue(SYSTEM_CLASSES, name)
  if (known === undefined) return `${name} is not a known system priority class`
  if (known !== value) return `value of ${name} PriorityClass must be ${known}`
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined
}

export const validatePriorityClass: Validation = (obj, old) => {
  const errors: FieldError[] = []
  if (old !== undefined) {
    if ((obj.value ?? 0) !== (old.value ?? 0)) errors.push(forbiddenField('value', 'may not be changed in an update.'))
    checkImmutable(errors, obj, old, ['preemptionPolicy'])
    return errors
  }
  const name = textAt(obj.metadata as JsonObject, 'name')
  const value = (obj.value ?? 0) as number
  if (name.startsWith(SYSTEM_PREFIX)) {
    const why = systemClass(name, value, obj.globalDefault === true)
    if (why !== undefined) {
      const text = `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only. error: ${why}`
      errors.push(forbiddenField('metadata.name', text))
    }
  } else if (value > HIGHEST) errors.push(forbiddenField('value', `maximum allowed value of a user defined priority is ${HIGHEST}`))
  const policy = textAt(obj, 'preemptionPolicy')
  const policies = ['PreemptLowerPriority', 'Never']
  if (policy !== '' && !policies.includes(policy)) errors.push(notSupported('preemptionPolicy', policy, policies))
  return errors
}
