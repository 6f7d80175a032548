import type { FieldError } from '../machinery/field-errors.ts'
import { child, duplicateValue, invalidValue } from './field-errors.ts'
import { goJson, isObject, kindOf, type JsonObject } from '../machinery/json-values.ts'
import { isContainer } from '../machinery/copy-json.ts'
import { isTurn, type Pausing } from '../machinery/slice.ts'
import { running, type Steps } from '../machinery/steps.ts'
import type { Schema } from './structural.ts'

/**
 * Lists of type set and map have each value, each set of keys once (apiextensions-apiserver `schema/listtype`). A value that occurs three
 * times is told of once, at its second place.
 */
export function* validatingListTypes(value: unknown, s: Schema | undefined, path = ''): Pausing<FieldError[]> {
  const errors: FieldError[] = []
  yield* running(visit(errors, value, s, path))
  return errors
}

function* visit(errors: FieldError[], value: unknown, s: Schema | undefined, path: string): Steps<void> {
  if (s === undefined) return
  if (Array.isArray(value)) {
    if (s.listType === 'set') for (const i of yield* repeated(value)) errors.push(duplicateValue(`${path}[${i}]`, value[i]))
    else if (s.listType === 'map') yield* validateKeys(errors, value, s.listMapKeys, path)
    if (s.items === undefined) return
    for (let i = 0; i < value.length; i++) {
      if (isTurn()) yield
      if (isContainer(value[i])) yield visit(errors, value[i], s.items, `${path}[${i}]`)
    }
    return
  }
  if (!isObject(value)) return
  const more = typeof s.additionalProperties === 'object' ? s.additionalProperties : undefined
  if (more === undefined && s.properties.size === 0) return
  for (const name in value) {
    if (isTurn()) yield
    if (!isContainer(value[name])) continue
    if (more !== undefined) yield visit(errors, value[name], more, `${path}[${name}]`)
    const declared = s.properties.get(name)
    if (declared !== undefined) yield visit(errors, value[name], declared, child(path, name))
  }
}

function* validateKeys(errors: FieldError[], items: readonly unknown[], keys: readonly string[], path: string): Steps<void> {
  const named: JsonObject[] = []
  for (const [i, item] of items.entries()) {
    if (isTurn()) yield
    if (item !== null && !isObject(item)) {
      errors.push(invalidValue(`${path}[${i}]`, item, 'must be an object for an array of list-type map'))
      return
    }
    named.push(keysOf(item, keys))
  }
  for (const i of yield* repeated(named)) errors.push(duplicateValue(`${path}[${i}]`, named[i]))
}

function keysOf(item: JsonObject | null, keys: readonly string[]): JsonObject {
  const found: JsonObject = {}
  if (item !== null) for (const key of keys) if (Object.hasOwn(item, key)) found[key] = item[key]
  return found
}

/** Places where a value stands for the second time. */
function* repeated(items: readonly unknown[]): Steps<number[]> {
  if (items.length < 2) return []
  const seen = new Map<string, number>()
  const found: number[] = []
  for (const [i, item] of items.entries()) {
    if (isTurn()) yield
    const kind = kindOf(item)
    const key = `${kind} ${goJson(item)}`
    const times = seen.get(key) ?? 0
    if (times === 1) found.push(i)
    seen.set(key, times + 1)
  }
  return found
}
