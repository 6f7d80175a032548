import type { FieldError } from '../machinery/field-errors.ts'
import { exactInteger, type Int64 } from '../machinery/numbers.ts'
import { invalidValue } from './field-errors.ts'
import { goText, goType, int64Of, isObject, kindOf, type JsonObject } from '../machinery/json-values.ts'

/** spec.versions[*].subresources.scale: where an object says how many there are. Paths are of fields only: `.spec.replicas`. */
export interface ScalePaths {
  readonly specReplicasPath: string
  readonly statusReplicasPath: string
  readonly labelSelectorPath?: string
}

const MAX_REPLICAS = 2147483647n
const fieldsOf = (path: string): string[] => path.replace(/^\./, '').split('.')

/** Why a value of an object cannot be read, in the words of apimachinery's `unstructured` helpers. */
class AccessError extends Error {
  override readonly name = 'AccessError'
}

/** The value at a path of fields; undefined where a field is missing. @throws AccessError */
function valueAt(obj: unknown, path: string): unknown {
  const fields = fieldsOf(path)
  let at = obj
  for (const [i, name] of fields.entries()) {
    if (at === null || at === undefined) return undefined
    if (!isObject(at)) throw wrongType(fields.slice(0, i + 1), at, 'map[string]interface{}')
    if (!Object.hasOwn(at, name)) return undefined
    at = at[name]
  }
  return at
}

const wrongType = (fields: readonly string[], value: unknown, wanted: string): AccessError =>
  new AccessError(`.${fields.join('.')} accessor error: ${goText(value)} is of the type ${goType[kindOf(value)]}, expected ${wanted}`)

function replicasAt(obj: unknown, path: string): bigint | undefined {
  const value = valueAt(obj, path)
  if (value === undefined) return undefined
  if (kindOf(value) !== 'int64') throw wrongType(fieldsOf(path), value, 'int64')
  return int64Of(value)
}

function textAt(obj: unknown, path: string): string | undefined {
  const value = valueAt(obj, path)
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw wrongType(fieldsOf(path), value, 'string')
  return value
}

/** What an object with a scale may not say (apiextensions-apiserver `customresource/validator.go`). `of: 'status'` is for `/status`. */
export function validateScale(obj: JsonObject, scale: ScalePaths, of: 'all' | 'status' = 'all'): FieldError[] {
  const errors: FieldError[] = []
  if (of === 'all') checkReplicas(errors, obj, scale.specReplicasPath)
  checkReplicas(errors, obj, scale.statusReplicasPath)
  const { labelSelectorPath } = scale
  if (labelSelectorPath !== undefined) {
    try {
      textAt(obj, labelSelectorPath)
    } catch (error) {
      errors.push(invalidValue(labelSelectorPath, '', (error as Error).message))
    }
  }
  return errors
}

function checkReplicas(errors: FieldError[], obj: JsonObject, path: string): void {
  try {
    const count = replicasAt(obj, path) ?? 0n
    if (count < 0n) errors.push(invalidValue(path, count, 'should be a non-negative integer'))
    else if (count > MAX_REPLICAS) errors.push(invalidValue(path, count, `should be less than or equal to ${MAX_REPLICAS}`))
  } catch (error) {
    errors.push(invalidValue(path, 0, (error as Error).message))
  }
}

export interface ScaleValues {
  /** Undefined: the object does not say. */
  readonly specReplicas: Int64 | undefined
  readonly statusReplicas: Int64
  readonly labelSelector: string
}

/** @throws Error in the words of apimachinery for values of other types */
export function readScale(obj: unknown, scale: ScalePaths): ScaleValues {
  const specReplicas = replicasAt(obj, scale.specReplicasPath)
  const statusReplicas = replicasAt(obj, scale.statusReplicasPath) ?? 0n
  const labelSelector = scale.labelSelectorPath === undefined ? '' : (textAt(obj, scale.labelSelectorPath) ?? '')
  return {
    specReplicas: specReplicas === undefined ? undefined : exactInteger(specReplicas),
    statusReplicas: exactInteger(statusReplicas),
    labelSelector,
  }
}

/** Sets spec's replicas, in place; objects on the way are made. @throws Error where something else is in the way */
export function writeReplicas(obj: JsonObject, scale: ScalePaths, replicas: Int64): void {
  const fields = fieldsOf(scale.specReplicasPath)
  const last = fields.pop()!
  let at = obj
  for (const [i, name] of fields.entries()) {
    const next = Object.hasOwn(at, name) ? at[name] : undefined
    if (next !== undefined && !isObject(next)) {
      throw new AccessError(`value cannot be set because .${fields.slice(0, i + 1).join('.')} is not a map[string]interface{}`)
    }
    const made = next ?? {}
    if (next === undefined) at[name] = made
    at = made as JsonObject
  }
  at[last] = replicas
}
