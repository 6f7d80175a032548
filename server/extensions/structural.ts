import { RE2JS } from 're2js'
import { isDeeper, MAX_LEVELS } from '../machinery/depth.ts'
import { formatOf, type StringFormat } from './formats.ts'
import { isObject, type JsonObject } from '../machinery/json-values.ts'

/**
 * A JSONSchemaProps of apiextensions.k8s.io/v1, read once: what structural schemas and the value validations nested in them say
 * (KEP-1979 "structural schemas"; apiextensions-apiserver `pkg/apiserver/schema` Structural and NestedValueValidation).
 * The same shape serves both: in a nested validation the fields of a structural schema are there to be refused.
 */
export interface Schema {
  /** Empty: any. */
  readonly type: string
  /** What a value is checked against: `type`, or integer and string for x-kubernetes-int-or-string. */
  readonly types: readonly string[]
  readonly nullable: boolean
  readonly title: string
  readonly description: string
  /** Absent: none. null is none as well. */
  readonly default?: unknown
  readonly format: string
  readonly items?: Schema
  readonly properties: ReadonlyMap<string, Schema>
  readonly additionalProperties?: Schema | boolean
  readonly validation: ValueValidation
  readonly preserveUnknownFields: boolean
  readonly embeddedResource: boolean
  readonly intOrString: boolean
  readonly listType?: string
  readonly listMapKeys: readonly string[]
  readonly mapType?: string
  /** x-kubernetes-validations as they were written; they are for whoever evaluates CEL. */
  readonly rules: readonly ValidationRule[]
}

/** What a value must satisfy. Limits are float64 for numbers and int64 for counts. */
export interface ValueValidation {
  /** One of the formats that the reference checks; undefined for any other, which is a hint. */
  readonly stringFormat?: StringFormat
  readonly maximum?: number
  readonly exclusiveMaximum: boolean
  readonly minimum?: number
  readonly exclusiveMinimum: boolean
  readonly maxLength?: number
  readonly minLength?: number
  readonly pattern?: Pattern
  readonly maxItems?: number
  readonly minItems?: number
  readonly uniqueItems: boolean
  readonly multipleOf?: number
  readonly enum?: readonly unknown[]
  readonly maxProperties?: number
  readonly minProperties?: number
  readonly required: readonly string[]
  readonly allOf: readonly Schema[]
  readonly anyOf: readonly Schema[]
  readonly oneOf: readonly Schema[]
  readonly not?: Schema
}

export interface ValidationRule {
  readonly rule: string
  readonly message?: string
  readonly messageExpression?: string
  readonly reason?: string
  readonly fieldPath?: string
  readonly optionalOldSelf?: boolean
}

/** A schema that is none; the text is the reference's. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError'
}

/** A user's pattern: RE2, so linear in the text whatever the pattern is. Compiled when it is first needed. */
export class Pattern {
  readonly source: string
  #compiled: RE2JS | undefined
  #error: string | undefined

  constructor(source: string) {
    this.source = source
  }

  /** Why it is no pattern, in the words of Go's regexp; undefined when it is one. */
  get error(): string | undefined {
    this.#compile()
    return this.#error
  }

  /** Whether it is found in `text`. Always false for a pattern that is none. */
  test(text: string): boolean {
    return this.#compile()?.test(text) ?? false
  }

  #compile(): RE2JS | undefined {
    if (this.#compiled !== undefined || this.#error !== undefined) return this.#compiled
    try {
      this.#compiled = RE2JS.compile(this.source)
    } catch (error) {
      this.#error = (error as Error).message
    }
    return this.#compiled
  }
}

const UNSUPPORTED: readonly (readonly [string, (value: unknown) => boolean])[] = [
  ['id', (v) => v !== ''],
  ['$schema', (v) => v !== ''],
  ['$ref', (v) => v !== ''],
  ['patternProperties', notEmpty],
  ['dependencies', notEmpty],
  ['additionalItems', () => true],
  ['definitions', notEmpty],
]

function notEmpty(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length > 0
}

/**
 * Reads a decoded JSONSchemaProps.
 * @throws SchemaError for what no structural schema may have, and for one that is deeper than any request body may be
 */
export function compileSchema(props: unknown): Schema {
  if (isDeeper(props, MAX_LEVELS)) throw new SchemaError(`OpenAPIV3Schema is nested more than ${MAX_LEVELS} levels deep`)
  return compile(isObject(props) ? props : {})
}

function compile(s: JsonObject): Schema {
  for (const [key, given] of UNSUPPORTED) {
    const value = s[key]
    if (value !== undefined && value !== null && given(value)) {
      throw new SchemaError(`OpenAPIV3Schema '${key === '$schema' ? 'schema' : key}' is not supported`)
    }
  }
  const type = text(s['type'])
  const intOrString = s['x-kubernetes-int-or-string'] === true
  const types = intOrString ? INT_OR_STRING : type === '' ? NONE : [type]
  const format = text(s['format'])
  const validation = valueValidation(s, types, format)
  const preserve = s['x-kubernetes-preserve-unknown-fields']
  if (preserve === false) throw new SchemaError("internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined")
  const items = itemsOf(s['items'])
  const properties = propertiesOf(s['properties'])
  const additionalProperties = additional(s['additionalProperties'])
  const fallback = s['default']
  return {
    type,
    types,
    nullable: s['nullable'] === true,
    title: text(s['title']),
    description: text(s['description']),
    ...(fallback === undefined || fallback === null ? {} : { default: fallback }),
    format,
    ...(items === undefined ? {} : { items }),
    properties,
    ...(additionalProperties === undefined ? {} : { additionalProperties }),
    validation,
    preserveUnknownFields: preserve === true,
    embeddedResource: s['x-kubernetes-embedded-resource'] === true,
    intOrString,
    ...optional('listType', s['x-kubernetes-list-type'], isText),
    listMapKeys: list(s['x-kubernetes-list-map-keys']).filter(isText),
    ...optional('mapType', s['x-kubernetes-map-type'], isText),
    rules: list(s['x-kubernetes-validations']).filter(isObject) as unknown as readonly ValidationRule[],
  }
}

const NONE: readonly string[] = []
const INT_OR_STRING: readonly string[] = ['integer', 'string']
const NO_PROPERTIES: ReadonlyMap<string, Schema> = new Map()

function valueValidation(s: JsonObject, types: readonly string[], format: string): ValueValidation {
  const not = s['not']
  const nested = (value: unknown): Schema[] => list(value).map((v) => compile(isObject(v) ? v : {}))
  const stringFormat = types.length === 1 && types[0] !== 'string' ? undefined : formatOf(format)
  return {
    ...(stringFormat === undefined ? {} : { stringFormat }),
    ...number(s, 'maximum'),
    exclusiveMaximum: s['exclusiveMaximum'] === true,
    ...number(s, 'minimum'),
    exclusiveMinimum: s['exclusiveMinimum'] === true,
    ...number(s, 'maxLength'),
    ...number(s, 'minLength'),
    ...(text(s['pattern']) === '' ? {} : { pattern: new Pattern(text(s['pattern'])) }),
    ...number(s, 'maxItems'),
    ...number(s, 'minItems'),
    uniqueItems: s['uniqueItems'] === true,
    ...number(s, 'multipleOf'),
    ...(list(s['enum']).length === 0 ? {} : { enum: list(s['enum']) }),
    ...number(s, 'maxProperties'),
    ...number(s, 'minProperties'),
    required: list(s['required']).filter(isText),
    ...(isObject(not) ? { not: compile(not) } : {}),
    allOf: nested(s['allOf']),
    anyOf: nested(s['anyOf']),
    oneOf: nested(s['oneOf']),
  }
}

function itemsOf(value: unknown): Schema | undefined {
  if (!Array.isArray(value)) return isObject(value) ? compile(value) : undefined
  if (value.length === 0) return undefined
  throw new SchemaError("OpenAPIV3Schema 'items' must be a schema, but is an array")
}

function propertiesOf(value: unknown): ReadonlyMap<string, Schema> {
  if (!isObject(value)) return NO_PROPERTIES
  return new Map(Object.entries(value).map(([name, v]) => [name, compile(isObject(v) ? v : {})]))
}

function additional(value: unknown): Schema | boolean | undefined {
  return isObject(value) ? compile(value) : typeof value === 'boolean' ? value : undefined
}

const isText = (value: unknown): value is string => typeof value === 'string'
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : NONE)

function optional<K extends string>(key: K, value: unknown, given: (v: unknown) => v is string): { [k in K]?: string } {
  return (given(value) ? { [key]: value } : {}) as { [k in K]?: string }
}

function number<K extends string>(s: JsonObject, key: K): { [k in K]?: number } {
  const value = s[key]
  return (value === undefined || value === null ? {} : { [key]: Number(value) }) as { [k in K]?: number }
}

/** The schema of a field of a value; undefined where the schema says nothing of it. */
export function fieldSchema(s: Schema | undefined, name: string): Schema | undefined {
  const declared = s?.properties.get(name)
  return declared ?? (typeof s?.additionalProperties === 'object' ? s.additionalProperties : undefined)
}

/** The schema of a whole object: kind, apiVersion and metadata are there without being declared. */
export const asResource = (s: Schema | undefined): Schema => {
  const schema = s ?? ANYTHING
  return schema.embeddedResource ? schema : { ...schema, embeddedResource: true }
}

const ANYTHING: Schema = compile({})
