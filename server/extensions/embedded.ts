import { validateObjectMeta } from '../apis/meta/v1/validation.ts'
import { addErrors, required, type FieldError } from '../machinery/field-errors.ts'
import { dns1035LabelErrors, pathSegmentErrors } from '../machinery/names.ts'
import { isContainer } from '../machinery/copy-json.ts'
import { atOnce, isTurn, type Pausing } from '../machinery/slice.ts'
import { running, type Steps } from '../machinery/steps.ts'
import { parseApiVersion, type ObjectMeta } from '../machinery/types.ts'
import { child, invalidValue } from './field-errors.ts'
import { isObject, type JsonObject } from '../machinery/json-values.ts'
import { readObjectMeta } from './object-meta.ts'
import { asResource, type Schema } from './structural.ts'

/**
 * Objects inside of objects (x-kubernetes-embedded-resource): they have an apiVersion, a kind and a metadata that any object may have
 * (apiextensions-apiserver `schema/objectmeta/validation.go`). `isResource`: the value is one itself.
 */
export const validateEmbedded = (value: unknown, schema: Schema | undefined, path = '', isResource = false): FieldError[] =>
  atOnce(validatingEmbedded(value, schema, path, isResource))

/** The same in turns with others. */
export function* validatingEmbedded(value: unknown, schema: Schema | undefined, path = '', isResource = false): Pausing<FieldError[]> {
  const errors: FieldError[] = []
  yield* running(visit(errors, value, isResource ? asResource(schema) : schema, path))
  return errors
}

function* visit(errors: FieldError[], value: unknown, s: Schema | undefined, path: string): Steps<void> {
  if (s === undefined) return
  if (Array.isArray(value)) {
    if (s.items === undefined) return
    for (let i = 0; i < value.length; i++) {
      if (isTurn()) yield
      if (isContainer(value[i])) yield visit(errors, value[i], s.items, `${path}[${i}]`)
    }
    return
  }
  if (!isObject(value)) return
  if (s.embeddedResource) validateOne(errors, value, path)
  if (s.properties.size === 0 && typeof s.additionalProperties !== 'object') return
  for (const name in value) {
    if (isTurn()) yield
    if (!isContainer(value[name])) continue
    const declared = s.properties.get(name)
    if (declared !== undefined) yield visit(errors, value[name], declared, child(path, name))
    else if (typeof s.additionalProperties === 'object') yield visit(errors, value[name], s.additionalProperties, `${path}[${name}]`)
  }
}

function validateOne(errors: FieldError[], value: JsonObject, path: string): void {
  for (const name of ['apiVersion', 'kind']) if (!Object.hasOwn(value, name)) errors.push(required(child(path, name)))
  for (const name in value) {
    const at = child(path, name)
    const field = value[name]
    if (name === 'metadata') addErrors(errors, metadataErrors(field, at))
    else if (name === 'apiVersion' || name === 'kind') {
      if (typeof field !== 'string') errors.push(invalidValue(at, field, 'must be a string'))
      else if (field === '') errors.push(invalidValue(at, field, 'must not be empty'))
      else if (name === 'apiVersion') {
        if (parseApiVersion(field) === undefined) errors.push(invalidValue(at, field, `unexpected GroupVersion string: ${field}`))
      } else {
        const texts = dns1035LabelErrors(field.toLowerCase())
        if (texts.length > 0) errors.push(invalidValue(at, field, `may have mixed case, but should otherwise match: ${texts.join(',')}`))
      }
    }
  }
}

function metadataErrors(value: unknown, path: string): FieldError[] {
  try {
    const meta = readObjectMeta(value, path).metadata as ObjectMeta
    const rules = { namespaced: (meta.namespace ?? '') !== '', nameErrors: pathSegmentErrors }
    // An object inside of another needs no name.
    return validateObjectMeta(meta.name === undefined ? { ...meta, name: 'fakename' } : meta, rules, path)
  } catch (error) {
    return [invalidValue(path, value, (error as Error).message)]
  }
}
