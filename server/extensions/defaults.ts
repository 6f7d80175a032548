import { setOwn } from '../machinery/own.ts'
import { copyJson } from '../machinery/copy-json.ts'
import { isObject } from '../machinery/json-values.ts'
import { fieldSchema, type Schema } from './structural.ts'

const isNull = (value: unknown): boolean => value === null || value === undefined
const refusesNull = (value: unknown, s: Schema | undefined): boolean => isNull(value) && s !== undefined && !s.nullable

/**
 * Puts the defaults of a schema into a value, in place: for fields that are not there, and for a null where none may be. Done for what a
 * client sends and for what is read, so that a default is seen in objects older than itself (apiextensions-apiserver
 * `schema/defaulting/algorithm.go`). A default that is an object is filled further.
 */
export function applyDefaults(value: unknown, s: Schema | undefined): void {
  if (s === undefined) return
  if (Array.isArray(value)) {
    const { items } = s
    if (items === undefined) return
    for (let i = 0; i < value.length; i++) {
      if (refusesNull(value[i], items)) value[i] = defaultOf(items)
      applyDefaults(value[i], items)
    }
    return
  }
  if (!isObject(value)) return
  for (const [name, property] of s.properties) {
    if (property.default === undefined) continue
    if (!Object.hasOwn(value, name) || refusesNull(value[name], property)) setOwn(value, name, defaultOf(property))
  }
  const more = typeof s.additionalProperties === 'object' ? s.additionalProperties : undefined
  for (const name of Object.keys(value)) {
    const declared = s.properties.get(name)
    if (declared !== undefined) applyDefaults(value[name], declared)
    else if (more !== undefined) {
      if (refusesNull(value[name], more)) setOwn(value, name, defaultOf(more))
      applyDefaults(value[name], more)
    }
  }
}

/** A null where there is no default: it stays, and is refused later. */
const defaultOf = (s: Schema): unknown => (s.default === undefined ? null : copyJson(s.default))

/** Removes fields that are null where null is not allowed and no default takes its place; null items of lists stay. In place. */
export function dropNulls(value: unknown, s: Schema | undefined): void {
  if (Array.isArray(value)) {
    for (const item of value) dropNulls(item, s?.items)
    return
  }
  if (!isObject(value)) return
  for (const name of Object.keys(value)) {
    const of = fieldSchema(s, name)
    if (refusesNull(value[name], of) && of!.default === undefined) delete value[name]
    else dropNulls(value[name], of)
  }
}
