import { trimSpace } from '../machinery/trim-space.ts'
import { checkingDefinitionRules, type StoredExpressions } from '../cel/index.ts'
import { emptyAt } from '../machinery/empty-fields.ts'
import { addErrors, forbiddenField, required, type FieldError } from '../machinery/field-errors.ts'
import type { Pausing } from '../machinery/slice.ts'
import { fieldAt } from './definition-parts.ts'
import { child, invalidValue, unsupportedValue } from './field-errors.ts'
import { givenFields, internalSchema } from './internal-form.ts'
import { isObject, type JsonObject } from '../machinery/json-values.ts'
import { compileSchema, SchemaError, type Schema } from './structural.ts'
import { validateStructural } from './structural-validation.ts'
import { validateDefaults } from './validate-defaults.ts'

/** What is asked of a schema; less of one that was wrong before. */
export interface SchemaRules {
  readonly requireValidType: boolean
  readonly requireStructural: boolean
  readonly requirePrunedDefaults: boolean
  readonly requireAtomicSets: boolean
  readonly requireListKeys: boolean
  /** Expressions that are stored already; undefined for a new definition. */
  readonly stored: StoredExpressions | undefined
}

export const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const ROOT_FIELDS =
  'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations'

export const schemaAt = (s: Readonly<JsonObject>, key: string): JsonObject | undefined => (isObject(s[key]) ? s[key] : undefined)
const listAt = (s: Readonly<JsonObject>, key: string): readonly unknown[] => (Array.isArray(s[key]) ? (s[key] as unknown[]) : [])
export const textAt = (s: Readonly<JsonObject>, key: string): string => (typeof s[key] === 'string' ? s[key] : '')
const isGiven = (s: Readonly<JsonObject>, key: string): boolean => s[key] !== undefined && s[key] !== null
const asSchema = (value: unknown): JsonObject => (isObject(value) ? value : {})

/**
 * The schema of a version, or of all, at `path`.
 * @param hasStatus whether it has `/status`, so that less may stand at its root
 * @param unchanged whether it is the one that is stored: its rules may cost more than new ones
 */
export function* validatingDefinitionSchema(
  part: { readonly openAPIV3Schema?: JsonObject } | undefined,
  hasStatus: boolean,
  rules: SchemaRules,
  path: string,
  unchanged: boolean,
): Pausing<FieldError[]> {
  const schema = part?.openAPIV3Schema
  if (schema === undefined || schema === null) return []
  const at = child(path, 'openAPIV3Schema')
  const errors: FieldError[] = []
  if (hasStatus) rootFields(errors, schema, at)
  if (schema['nullable'] === true) errors.push(forbiddenField(child(at, 'nullable'), 'nullable cannot be true at the root'))
  let unreadable: FieldError | undefined
  let right: Schema | undefined
  if (rules.requireStructural) {
    try {
      const compiled = compileSchema(schema)
      yield
      const wrong = validateStructural(compiled, at)
      yield
      const more = wrong.length > 0 ? wrong : validateDefaults(compiled, at, rules.requirePrunedDefaults)
      if (more.length === 0) right = compiled
      addErrors(errors, more)
    } catch (error) {
      if (!(error instanceof SchemaError)) throw error
      unreadable = invalidValue(at, '', error.message)
    }
  }
  yield
  schemaErrors(errors, schema, at, true, { rules, insideMeta: false })
  if (right !== undefined) {
    const { stored } = rules
    const options = { schemaErrors: [...errors], unchanged, ...(stored === undefined ? {} : { stored }) }
    addErrors(errors, yield* checkingDefinitionRules(right, at, options))
  }
  if (errors.length === 0 && unreadable !== undefined) errors.push(unreadable)
  return errors
}

function rootFields(errors: FieldError[], schema: JsonObject, path: string): void {
  for (const [go] of givenFields(schema)) {
    if (go === 'Type') {
      if (schema['type'] === 'object') continue
      const text = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'
      errors.push(invalidValue(child(path, 'type'), schema['type'], text))
      return
    }
    if (ROOT_FIELDS.split(' ').includes(go)) continue
    const text = `only [${ROOT_FIELDS}] fields are allowed at the root of the schema if the status subresource is enabled`
    errors.push({ type: 'FieldValueInvalid', field: path, body: `Invalid value: ${internalSchema(schema)}: ${text}` })
    return
  }
}

interface Place {
  readonly rules: SchemaRules
  readonly insideMeta: boolean
  /** Why there may be no default here. */
  readonly noDefaults?: string
}

/** Fields that no schema of a definition may have. */
const NOT_SUPPORTED: readonly (readonly [string, (s: JsonObject) => boolean])[] = [
  ['id', (s) => textAt(s, 'id') !== ''],
  ['additionalItems', (s) => isGiven(s, 'additionalItems')],
  ['patternProperties', (s) => Object.keys(schemaAt(s, 'patternProperties') ?? {}).length > 0],
  ['definitions', (s) => Object.keys(schemaAt(s, 'definitions') ?? {}).length > 0],
  ['dependencies', (s) => isGiven(s, 'dependencies') || emptyAt(s, 'dependencies') !== undefined],
  ['$ref', (s) => isGiven(s, '$ref')],
]

function schemaErrors(errors: FieldError[], s: JsonObject, path: string, isRoot: boolean, place: Place): void {
  ownErrors(errors, s, path, place)
  if (s['uniqueItems'] === true) {
    errors.push(
      forbiddenField(child(path, 'uniqueItems'), 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'),
    )
  }
  const properties = schemaAt(s, 'properties') ?? {}
  const more = s['additionalProperties']
  if (isGiven(s, 'additionalProperties')) {
    const at = child(path, 'additionalProperties')
    if (Object.keys(properties).length > 0 && more !== true) {
      errors.push(forbiddenField(at, 'additionalProperties and properties are mutual exclusive'))
    }
    const below = place.insideMeta ? { ...place, noDefaults: 'inside additionalProperties applying to object metadata' } : place
    if (isObject(more)) schemaErrors(errors, more, at, false, below)
  }
  for (const [name, of] of Object.entries(properties)) {
    let below = place
    if ((isRoot || s['x-kubernetes-embedded-resource'] === true) && ['metadata', 'kind', 'apiVersion'].includes(name)) {
      below = { ...place, insideMeta: true, ...(isRoot ? { noDefaults: `in top-level ${name}` } : {}) }
    }
    schemaErrors(errors, asSchema(of), `${child(path, 'properties')}[${name}]`, false, below)
  }
  const not = schemaAt(s, 'not')
  if (not !== undefined) schemaErrors(errors, not, child(path, 'not'), false, place)
  for (const name of ['allOf', 'oneOf', 'anyOf']) {
    listAt(s, name).forEach((of, i) => {
      schemaErrors(errors, asSchema(of), `${child(path, name)}[${i}]`, false, place)
    })
  }
  for (const [name, of] of Object.entries(schemaAt(s, 'definitions') ?? {})) {
    schemaErrors(errors, asSchema(of), `${child(path, 'definitions')}[${name}]`, false, place)
  }
  const items = s['items']
  if (isObject(items)) schemaErrors(errors, items, child(path, 'items'), false, place)
  listAt(s, 'items').forEach((of, i) => {
    schemaErrors(errors, asSchema(of), `${child(path, 'items')}[${i}]`, false, place)
  })
  for (const [name, of] of Object.entries(schemaAt(s, 'dependencies') ?? {})) {
    if (isObject(of)) schemaErrors(errors, of, `${child(path, 'dependencies')}[${name}]`, false, place)
  }
  if (s['x-kubernetes-preserve-unknown-fields'] === false) {
    errors.push(invalidValue(child(path, 'x-kubernetes-preserve-unknown-fields'), false, 'must be true or undefined'))
  }
  mapErrors(errors, s, path)
  listErrors(errors, s, path, place.rules)
  ruleErrors(errors, s, path)
}

function ownErrors(errors: FieldError[], s: JsonObject, path: string, { rules, insideMeta, noDefaults }: Place): void {
  const type = textAt(s, 'type')
  if (rules.requireValidType && type !== '' && !TYPES.includes(type)) errors.push(unsupportedValue(child(path, 'type'), type, TYPES))
  if (isGiven(s, 'default') && noDefaults !== undefined)
    errors.push(forbiddenField(child(path, 'default'), `must not be set ${noDefaults}`))
  for (const [name, given] of NOT_SUPPORTED) if (given(s)) errors.push(forbiddenField(child(path, name), `${name} is not supported`))
  if (type === 'null') errors.push(forbiddenField(child(path, 'type'), 'type cannot be set to null, use nullable as an alternative'))
  if (listAt(s, 'items').length > 0) errors.push(forbiddenField(child(path, 'items'), 'items must be a schema object and not an array'))
  if (insideMeta && s['x-kubernetes-embedded-resource'] === true) {
    errors.push(forbiddenField(child(path, 'x-kubernetes-embedded-resource'), 'must not be used inside of resource meta'))
  }
}

/** A type that something asks for. */
function wantsType(errors: FieldError[], type: string, wanted: string, path: string, extension: string): boolean {
  if (type === wanted) return true
  const text = `must be ${wanted} if ${extension} is specified`
  errors.push(type === '' ? required(child(path, 'type'), text) : invalidValue(child(path, 'type'), type, text))
  return false
}

function mapErrors(errors: FieldError[], s: JsonObject, path: string): void {
  if (!isGiven(s, 'x-kubernetes-map-type')) return
  const mapType = textAt(s, 'x-kubernetes-map-type')
  wantsType(errors, textAt(s, 'type'), 'object', path, 'x-kubernetes-map-type')
  if (mapType !== 'atomic' && mapType !== 'granular') {
    errors.push(unsupportedValue(child(path, 'x-kubernetes-map-type'), mapType, ['atomic', 'granular']))
  }
}

function listErrors(errors: FieldError[], s: JsonObject, path: string, rules: SchemaRules): void {
  const listType = isGiven(s, 'x-kubernetes-list-type') ? textAt(s, 'x-kubernetes-list-type') : undefined
  const at = child(path, 'x-kubernetes-list-type')
  const items = schemaAt(s, 'items')
  if (listType !== undefined) {
    const isList = wantsType(errors, textAt(s, 'type'), 'array', path, 'x-kubernetes-list-type')
    if (isList && rules.requireAtomicSets) setErrors(errors, s, path)
    if (!['atomic', 'set', 'map'].includes(listType)) errors.push(unsupportedValue(at, listType, ['atomic', 'set', 'map']))
  }
  const keys = listAt(s, 'x-kubernetes-list-map-keys')
  const mustBeMap = 'must be map if x-kubernetes-list-map-keys is non-empty'
  if (keys.length > 0 && listType === undefined) errors.push(required(at, mustBeMap))
  else if (keys.length > 0 && listType !== 'map') errors.push(invalidValue(at, listType, mustBeMap))
  if (listType === 'map') keysErrors(errors, s, items, keys, path)
  if (rules.requireListKeys) keyFieldErrors(errors, s, path)
}

/** Items of a set are values that are replaced as a whole. */
export function setErrors(errors: FieldError[], s: JsonObject, path: string): void {
  const items = schemaAt(s, 'items')
  if (s['x-kubernetes-list-type'] !== 'set' || items === undefined) return
  const text = 'must be atomic as item of a list with x-kubernetes-list-type=set'
  const listType = items['x-kubernetes-list-type'] ?? null
  if (items['type'] === 'array' && listType !== null && listType !== 'atomic') {
    errors.push(invalidValue(child(path, 'items.x-kubernetes-list-type'), listType, text))
  }
  // The reference shows the list type in place of the map type.
  if (items['type'] === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    errors.push(invalidValue(child(path, 'items.x-kubernetes-map-type'), listType, text))
  }
}

function keysErrors(errors: FieldError[], s: JsonObject, items: JsonObject | undefined, keys: readonly unknown[], path: string): void {
  const at = child(path, 'x-kubernetes-list-map-keys')
  if (keys.length === 0) errors.push(required(at, 'must not be empty if x-kubernetes-list-type is map'))
  if (!isGiven(s, 'items')) errors.push(required(child(path, 'items'), 'must have a schema if x-kubernetes-list-type is map'))
  else if (items === undefined) {
    errors.push(invalidValue(child(path, 'items'), s['items'], 'must only have a single schema if x-kubernetes-list-type is map'))
  } else if (items['type'] !== 'object') {
    const text = "must be object if parent array's x-kubernetes-list-type is map"
    errors.push(invalidValue(child(path, 'items.type'), textAt(items, 'type'), text))
  } else {
    const fields = schemaAt(items, 'properties') ?? {}
    const seen = new Set<unknown>()
    // Upstream tells each key's fault in the same words, with all keys, of which one is shown.
    const told = new Set<string>()
    const refuse = (text: string): void => {
      if (!told.has(text)) errors.push(invalidValue(at, keys, text))
      told.add(text)
    }
    keys.forEach((key) => {
      const field = Object.hasOwn(fields, String(key)) ? asSchema(fields[String(key)]) : undefined
      if (field === undefined) refuse('entries must all be names of item properties')
      else if (field['type'] === 'array' || field['type'] === 'object') {
        const text = "must be a scalar type if parent array's x-kubernetes-list-type is map"
        errors.push(invalidValue(child(path, `items.properties[${String(key)}].type`), items['type'], text))
      }
      if (seen.has(key)) refuse('must not contain duplicate entries')
      seen.add(key)
    })
  }
}

/** Keys of a list of type map are always there and never null; items of sets and maps are no nulls. */
export function keyFieldErrors(errors: FieldError[], s: JsonObject, path: string): void {
  const items = schemaAt(s, 'items')
  const listType = s['x-kubernetes-list-type']
  if (items === undefined || (listType !== 'set' && listType !== 'map')) return
  if (items['nullable'] === true) {
    errors.push(forbiddenField(child(path, 'items.nullable'), `cannot be nullable when x-kubernetes-list-type is ${listType}`))
  }
  if (listType === 'set') return
  const wanted = new Set(listAt(items, 'required'))
  const fields = schemaAt(items, 'properties') ?? {}
  for (const key of listAt(s, 'x-kubernetes-list-map-keys')) {
    if (!Object.hasOwn(fields, String(key))) continue
    const field = asSchema(fields[String(key)])
    const at = child(path, `items.properties[${String(key)}]`)
    const because = 'this property is in x-kubernetes-list-map-keys, so it'
    if (!wanted.has(key) && !isGiven(field, 'default')) {
      errors.push(required(child(at, 'default'), `${because} must have a default or be a required property`))
    }
    if (field['nullable'] === true) errors.push(forbiddenField(child(at, 'nullable'), `${because} cannot be nullable`))
  }
}

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']
const hasNewlines = (text: string): boolean => /[\n\r]/.test(text)

/** x-kubernetes-validations as far as they are texts. */
function ruleErrors(errors: FieldError[], s: JsonObject, path: string): void {
  listAt(s, 'x-kubernetes-validations').forEach((value, i) => {
    const r = asSchema(value)
    const at = `${child(path, 'x-kubernetes-validations')}[${i}]`
    const [rule, message, expression, fieldPath] = ['rule', 'message', 'messageExpression', 'fieldPath'].map((key) => textAt(r, key)) as [
      string,
      string,
      string,
      string,
    ]
    if (trimSpace(rule) === '') errors.push(required(child(at, 'rule'), 'rule is not specified'))
    else if (message !== '' && trimSpace(message) === '')
      errors.push(invalidValue(child(at, 'message'), message, 'must be non-empty if specified'))
    else if (hasNewlines(trimSpace(message))) errors.push(invalidValue(child(at, 'message'), message, 'must not contain line breaks'))
    else if (hasNewlines(trimSpace(rule)) && message === '') {
      errors.push(required(child(at, 'message'), 'message must be specified if rule contains line breaks'))
    }
    if (expression !== '' && trimSpace(expression) === '') {
      errors.push(required(child(at, 'messageExpression'), 'messageExpression must be non-empty if specified'))
    }
    if (isGiven(r, 'reason') && !REASONS.includes(textAt(r, 'reason'))) {
      errors.push(unsupportedValue(child(at, 'reason'), textAt(r, 'reason'), REASONS))
    }
    if (fieldPath === '') return
    if (trimSpace(fieldPath) === '') errors.push(invalidValue(child(at, 'fieldPath'), fieldPath, 'must be non-empty if specified'))
    if (hasNewlines(fieldPath)) errors.push(invalidValue(child(at, 'fieldPath'), fieldPath, 'must not contain line breaks'))
    if (!leadsSomewhere(s, fieldPath)) errors.push(invalidValue(child(at, 'fieldPath'), fieldPath, 'must be a valid path'))
  })
}

function leadsSomewhere(s: JsonObject, path: string): boolean {
  const compiled = compiledOr(s)
  return compiled === undefined || typeof fieldAt(compiled, path) !== 'string'
}

export function compiledOr(s: JsonObject): Schema | undefined {
  try {
    return compileSchema(s)
  } catch {
    return undefined
  }
}
