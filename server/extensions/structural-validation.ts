import { forbiddenField, required, type FieldError } from '../machinery/field-errors.ts'
import { child, invalidValue } from './field-errors.ts'
import { compareText } from '../machinery/text-order.ts'
import type { Schema, ValueValidation } from './structural.ts'

type Level = 'root' | 'item' | 'field'

const MISSING_TYPE: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
}

/**
 * What keeps a schema from being structural, in the order of the texts (KEP-1979; apiextensions-apiserver `schema/validation.go` and
 * `schema/complete.go`). `path` is where the schema stands.
 */
export function validateStructural(s: Schema, path: string): FieldError[] {
  const errors: FieldError[] = []
  invariants(errors, s, 'root', path)
  complete(errors, s.validation, s, path, path)
  const texts = new Map(errors.map((e) => [e, `${e.field}: ${e.body}`]))
  return errors.sort((a, b) => compareText(texts.get(a)!, texts.get(b)!))
}

const property = (path: string, name: string): string => `${child(path, 'properties')}[${name}]`

function invariants(errors: FieldError[], s: Schema, level: Level, path: string): void {
  const { type, items, properties, additionalProperties: more, embeddedResource } = s
  if (type === 'array' && items === undefined) errors.push(required(child(path, 'items'), 'must be specified'))
  if (items !== undefined) invariants(errors, items, 'item', child(path, 'items'))
  for (const [name, of] of properties) invariants(errors, of, 'field', property(path, name))
  if (more !== undefined) {
    if (level === 'root') errors.push(forbiddenField(child(path, 'additionalProperties'), 'must not be used at the root'))
    if (typeof more === 'object') invariants(errors, more, 'field', child(path, 'additionalProperties'))
  }
  if (s.intOrString && s.preserveUnknownFields) {
    errors.push(
      invalidValue(child(path, 'x-kubernetes-preserve-unknown-fields'), true, 'must be false if x-kubernetes-int-or-string is true'),
    )
  }
  if (s.intOrString && embeddedResource) {
    errors.push(invalidValue(child(path, 'x-kubernetes-embedded-resource'), true, 'must be false if x-kubernetes-int-or-string is true'))
  }
  const { anyOf, allOf } = s.validation
  nestedOf(errors, s.validation, isIntOrString(anyOf), allOf[0] !== undefined && isIntOrString(allOf[0].validation.anyOf), level, path)
  const at = child(path, 'type')
  if (embeddedResource && type !== 'object') {
    const text = 'must be object if x-kubernetes-embedded-resource is true'
    errors.push(type === '' ? required(at, text) : invalidValue(at, type, text))
  } else if (type === '' && !s.intOrString && !s.preserveUnknownFields) errors.push(required(at, MISSING_TYPE[level]))
  if (embeddedResource && more !== undefined) {
    errors.push(forbiddenField(child(path, 'additionalProperties'), 'must not be used if x-kubernetes-embedded-resource is set'))
  }
  if (level === 'root' && type !== '' && type !== 'object') errors.push(invalidValue(at, type, 'must be object at the root'))
  const isResource = level === 'root' || embeddedResource
  for (const name of ['kind', 'apiVersion']) {
    const of = properties.get(name)
    if (isResource && of !== undefined && of.type !== 'string') {
      errors.push(invalidValue(child(property(path, name), 'type'), of.type, 'must be string'))
    }
  }
  const metadata = properties.get('metadata')
  if (metadata !== undefined) metadataInvariants(errors, metadata, isResource, level, property(path, 'metadata'))
  if (embeddedResource && !s.preserveUnknownFields && properties.size === 0) {
    const text = 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'
    errors.push(required(child(path, 'properties'), text))
  }
}

function metadataInvariants(errors: FieldError[], s: Schema, isResource: boolean, level: Level, path: string): void {
  if (isResource && s.type !== 'object') errors.push(invalidValue(child(path, 'type'), s.type, 'must be object'))
  if (level !== 'root') return
  const restricts = [...s.properties.keys()].every((name) => name === 'name' || name === 'generateName')
  if (restricts && isBlank({ ...s, type: '', properties: new Map() })) return
  errors.push(forbiddenField(path, 'must not specify anything other than name and generateName, but metadata is implicitly specified'))
}

/** Whether a schema says nothing but its type and default. */
function isBlank(s: Schema): boolean {
  return (
    [s.type, s.title, s.description, s.format].every((text) => text === '') &&
    s.properties.size + s.listMapKeys.length + s.rules.length === 0 &&
    [s.items, s.additionalProperties, s.listType, s.mapType].every((part) => part === undefined) &&
    !s.nullable &&
    !s.preserveUnknownFields &&
    !s.embeddedResource &&
    !s.intOrString &&
    Object.values(s.validation).every((v) => v === undefined || v === false || (Array.isArray(v) && v.length === 0))
  )
}

/** `anyOf: [{type: integer}, {type: string}]`, which is allowed as what x-kubernetes-int-or-string means. */
function isIntOrString(anyOf: readonly Schema[]): boolean {
  return (
    anyOf.length === 2 && anyOf[0]!.type === 'integer' && anyOf[1]!.type === 'string' && anyOf.every((s) => isBlank({ ...s, type: '' }))
  )
}

function nestedOf(errors: FieldError[], v: ValueValidation, skipAnyOf: boolean, skipFirst: boolean, level: Level, path: string): void {
  const each = (name: 'anyOf' | 'allOf' | 'oneOf', nested: (s: Schema, i: number, at: string) => void): void => {
    v[name].forEach((s, i) => {
      nested(s, i, `${child(path, name)}[${i}]`)
    })
  }
  if (!skipAnyOf) each('anyOf', (s, _, at) => nestedValidation(errors, s, false, level, at))
  each('allOf', (s, i, at) => nestedValidation(errors, s, skipFirst && i === 0, level, at))
  each('oneOf', (s, _, at) => nestedValidation(errors, s, false, level, at))
  if (v.not !== undefined) nestedValidation(errors, v.not, false, level, child(path, 'not'))
  const wrong = v.pattern?.error
  if (wrong !== undefined) {
    errors.push(invalidValue(child(path, 'pattern'), v.pattern!.source, `must be a valid regular expression, but isn't: ${wrong}`))
  }
}

/** What only a structural schema may say: field, whether it is said, text. */
const STRUCTURAL_ONLY: readonly (readonly [string, (s: Schema) => boolean, string])[] = [
  ['type', (s) => s.type !== '', 'must be empty to be structural'],
  [
    'additionalProperties',
    (s) => s.additionalProperties !== undefined && s.additionalProperties !== false,
    'must be undefined to be structural',
  ],
  ['default', (s) => s.default !== undefined, 'must be undefined to be structural'],
  ['title', (s) => s.title !== '', 'must be empty to be structural'],
  ['description', (s) => s.description !== '', 'must be empty to be structural'],
  ['nullable', (s) => s.nullable, 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', (s) => s.preserveUnknownFields, 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', (s) => s.embeddedResource, 'must be false to be structural'],
  ['x-kubernetes-int-or-string', (s) => s.intOrString, 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', (s) => s.listMapKeys.length > 0, 'must be empty to be structural'],
  ['x-kubernetes-list-type', (s) => s.listType !== undefined, 'must be undefined to be structural'],
  ['x-kubernetes-map-type', (s) => s.mapType !== undefined, 'must be undefined to be structural'],
  ['x-kubernetes-validations', (s) => s.rules.length > 0, 'must be empty to be structural'],
]

function nestedValidation(errors: FieldError[], s: Schema, skipAnyOf: boolean, level: Level, path: string): void {
  nestedOf(errors, s.validation, skipAnyOf, false, level, path)
  if (s.items !== undefined) nestedValidation(errors, s.items, false, level, child(path, 'items'))
  for (const [name, of] of s.properties) nestedValidation(errors, of, false, 'field', property(path, name))
  for (const [name, said, text] of STRUCTURAL_ONLY) if (said(s)) errors.push(forbiddenField(child(path, name), text))
  if (s.properties.has('metadata')) errors.push(forbiddenField(property(path, 'metadata'), 'must not be specified in a nested context'))
}

/** Every field that a nested validation speaks of is in the structural schema. */
function complete(errors: FieldError[], v: ValueValidation, s: Schema, path: string, nested: string): void {
  if (v.not !== undefined) nestedComplete(errors, v.not, s, path, child(nested, 'not'))
  for (const name of ['allOf', 'anyOf', 'oneOf'] as const) {
    v[name].forEach((of, i) => {
      nestedComplete(errors, of, s, path, `${child(nested, name)}[${i}]`)
    })
  }
}

function nestedComplete(errors: FieldError[], v: Schema, s: Schema | undefined, path: string, nested: string): void {
  if (s === undefined) {
    errors.push(required(path, `because it is defined in ${nested}`))
    return
  }
  complete(errors, v.validation, s, path, nested)
  if (v.items !== undefined) nestedComplete(errors, v.items, s.items, child(path, 'items'), child(nested, 'items'))
  for (const [name, of] of v.properties) nestedComplete(errors, of, s.properties.get(name), property(path, name), property(nested, name))
}
