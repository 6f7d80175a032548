import type { FieldError } from '../machinery/field-errors.ts'
import { child, invalidValue } from './field-errors.ts'
import { atOnce, type Pausing } from '../machinery/slice.ts'
import { dropNulls } from './defaults.ts'
import { sortTexts } from '../machinery/text-order.ts'
import { isObject, type JsonObject } from '../machinery/json-values.ts'
import { readObjectMeta, readValidObjectMeta } from './object-meta.ts'
import { prune } from './prune.ts'
import { asResource, type Schema } from './structural.ts'

/**
 * What Go does for built-in types while it decodes, done for custom resources by their schema: unknown fields go, nulls where none may be
 * go, embedded objects have a metadata that is one (apiextensions-apiserver `customresource_handler.go`, unstructuredSchemaCoercer).
 */
export interface CoerceOptions {
  /** What is wrong is dropped and not refused: for stored objects. */
  readonly dropInvalid?: boolean
  /** spec.preserveUnknownFields of an old definition: nothing is pruned. */
  readonly preserveUnknownFields?: boolean
}

export interface Coerced {
  /** Paths of the fields that are not known, for fieldValidation; the metadata of the object itself is not looked at. */
  readonly unknown: readonly string[]
  /** Why it cannot be decoded, unless `dropInvalid`. */
  readonly error?: FieldError
}

/** In place. kind, apiVersion and metadata of the object itself stay as they are: they are decoded like those of any kind. */
export const coerceObject = (obj: JsonObject, schema: Schema | undefined, options: CoerceOptions = {}): Coerced =>
  atOnce(coercingObject(obj, schema, options))

/** The same in turns with others. */
export function* coercingObject(obj: JsonObject, schema: Schema | undefined, options: CoerceOptions = {}): Pausing<Coerced> {
  const { apiVersion, kind, metadata } = obj
  let unknown: string[] = []
  if (options.preserveUnknownFields !== true) {
    unknown = prune(obj, schema, true)
    yield
    dropNulls(obj, schema)
    yield
  }
  const embedded: string[] = []
  const error = schema === undefined ? undefined : coerce(obj, schema, '', options.dropInvalid === true, embedded)
  Object.assign(
    obj,
    apiVersion === undefined ? {} : { apiVersion },
    kind === undefined ? {} : { kind },
    metadata === undefined ? {} : { metadata },
  )
  return { unknown: unknown.concat(sortTexts(embedded)), ...(error === undefined ? {} : { error }) }
}

/** Whether a value of the schema may hold objects that are embedded. */
export function holdsEmbedded(s: Schema): boolean {
  const { items, additionalProperties: more, properties } = s
  if (s.embeddedResource || (items !== undefined && holdsEmbedded(items))) return true
  return (typeof more === 'object' && holdsEmbedded(more)) || [...properties.values()].some(holdsEmbedded)
}

/** kind, apiVersion and metadata of embedded objects, in place; `isResource`: of the value itself as well. Returns the first error. */
export function coerceEmbedded(
  value: unknown,
  schema: Schema,
  path: string,
  options: { readonly isResource: boolean; readonly dropInvalid: boolean },
): FieldError | undefined {
  return coerce(value, options.isResource ? asResource(schema) : schema, path, options.dropInvalid, [])
}

function coerce(value: unknown, s: Schema | undefined, path: string, dropInvalid: boolean, unknown: string[]): FieldError | undefined {
  if (s === undefined) return undefined
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const error = coerce(value[i], s.items, `${path}[${i}]`, dropInvalid, unknown)
      if (error !== undefined) return error
    }
    return undefined
  }
  if (!isObject(value)) return undefined
  for (const name of Object.keys(value)) {
    if (s.embeddedResource) {
      const error = coerceField(value, name, path, dropInvalid, unknown)
      if (error !== undefined) return error
    }
    const declared = s.properties.get(name)
    const more = typeof s.additionalProperties === 'object' ? s.additionalProperties : undefined
    const at = declared === undefined ? `${path}[${name}]` : child(path, name)
    const error = coerce(value[name], declared ?? more, at, dropInvalid, unknown)
    if (error !== undefined) return error
  }
  return undefined
}

function coerceField(value: JsonObject, name: string, path: string, dropInvalid: boolean, unknown: string[]): FieldError | undefined {
  if (name === 'apiVersion' || name === 'kind') {
    if (typeof value[name] === 'string') return undefined
    if (!dropInvalid) return invalidValue(child(path, name), value[name], 'must be a string')
    delete value[name]
    return undefined
  }
  if (name !== 'metadata') return undefined
  const at = child(path, 'metadata')
  try {
    const read = readObjectMeta(value[name], at)
    for (const field of read.unknown) unknown.push(field)
    value[name] = read.metadata
  } catch (error) {
    if (!dropInvalid) return invalidValue(at, value[name], (error as Error).message)
    const read = readValidObjectMeta(value[name], at)
    if (read !== undefined) value[name] = read.metadata
  }
  return undefined
}
