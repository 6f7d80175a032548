import { isObject, sortedKeys } from '../machinery/json-values.ts'
import { compileSchema, SchemaError } from '../extensions/structural.ts'
import { validateStructural } from '../extensions/structural-validation.ts'
import type { Descriptions } from './descriptions.ts'
import { META, reference, type Dialect, type Json } from './schemas.ts'

/** A custom resource in one of its versions, as the documents show it. */
export interface CustomSource {
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly kind: string
  readonly listKind: string
  readonly namespaced: boolean
  readonly subresources: readonly string[]
  /** Paths that field selectors know: `spec.color`. */
  readonly selectableFields: readonly string[]
  readonly preserveUnknownFields: boolean
  /** The openAPIV3Schema; undefined where the version has none. */
  schema(): unknown
  /** The same for as long as all of the above is. */
  readonly identity: string
}

/** `example.com`, `v1`, `Widget` to `com.example.v1.Widget`. */
export const modelName = ({ group, version }: { group: string; version: string }, kind: string): string =>
  [...group.split('.').reverse(), version, kind].join('.')

/** In the order of kube-openapi's struct, which is the order of the JSON; what follows it are extensions. */
const FIELDS = [
  ...['description', 'type', 'nullable', 'format', 'title', 'default', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum'],
  ...['maxLength', 'minLength', 'pattern', 'maxItems', 'minItems', 'uniqueItems', 'multipleOf', 'enum', 'maxProperties', 'minProperties'],
  ...['required', 'items', 'allOf', 'oneOf', 'anyOf', 'not', 'properties', 'additionalProperties', 'externalDocs', 'example'],
]
const EXTENSIONS = [
  ...['x-kubernetes-embedded-resource', 'x-kubernetes-int-or-string', 'x-kubernetes-list-map-keys', 'x-kubernetes-list-type'],
  ...['x-kubernetes-map-type', 'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-validations'],
]
/** What v2 has no place for, or its clients cannot cope with. */
const NOT_IN_V2 = ['nullable', 'default', 'allOf', 'oneOf', 'anyOf', 'not']
const POD = 'io.k8s.api.core.v1.Pod'
const POD_LIST = 'io.k8s.api.core.v1.PodList'

/**
 * The schema of a custom resource's objects (apiextensions-apiserver `controller/openapi/builder`): what its definition says, where that
 * is structural, and the fields that every object has.
 */
export function customSchema(of: CustomSource, dialect: Dialect, descriptions: Descriptions): Json {
  const props = structural(of.schema())
  const free = dialect === 2 && (props?.['x-kubernetes-preserve-unknown-fields'] === true || of.preserveUnknownFields)
  const shape = props === undefined || free ? { type: 'object' } : withMeta(published(props, dialect, descriptions), dialect, descriptions)
  return extensionsLast({ ...shape, ...kindExtensions(of, of.kind) })
}

/** Of a list of them. */
export function customListSchema(of: CustomSource, dialect: Dialect, descriptions: Descriptions): Json {
  const { kind, listKind, resource } = of
  const more = `List of ${resource}. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md`
  return {
    description: `${listKind} is a list of ${kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: field(descriptions, POD_LIST, 'apiVersion'),
      items: { description: more, type: 'array', items: reference(dialect, modelName(of, kind)) },
      kind: field(descriptions, POD_LIST, 'kind'),
      metadata: described(descriptions.field(POD_LIST, 'metadata'), reference(dialect, `${META}.ListMeta`), dialect),
    },
    ...kindExtensions(of, listKind),
  }
}

function kindExtensions({ group, version, selectableFields }: CustomSource, kind: string): Json {
  return {
    'x-kubernetes-group-version-kind': [{ group, kind, version }],
    ...(selectableFields.length === 0 ? {} : { 'x-kubernetes-selectable-fields': selectableFields.map((fieldPath) => ({ fieldPath })) }),
  }
}

/** Extensions follow the fields of OpenAPI, by name. */
function extensionsLast(schema: Json): Json {
  const names = Object.keys(schema)
  const isExtension = (name: string): boolean => name.startsWith('x-')
  return Object.fromEntries(
    [...names.filter((name) => !isExtension(name)), ...names.filter(isExtension).sort()].map((name) => [name, schema[name]]),
  )
}

const textOf = (description: string | undefined): Json => (description === undefined ? {} : { description })
const field = (descriptions: Descriptions, type: string, name: string): Json => ({
  ...textOf(descriptions.field(type, name)),
  type: 'string',
})
const described = (description: string | undefined, ref: Json, dialect: Dialect): Json => ({
  ...textOf(description),
  ...(dialect === 2 ? ref : { allOf: [ref] }),
})

function structural(props: unknown): Json | undefined {
  if (!isObject(props)) return undefined
  try {
    return validateStructural(compileSchema(props), '').length === 0 ? props : undefined
  } catch (e) {
    if (e instanceof SchemaError) return undefined
    throw e
  }
}

/** kind, apiVersion and metadata are what they are, whatever the schema says of them. */
function withMeta(schema: Json, dialect: Dialect, descriptions: Descriptions): Json {
  const properties: Json = {
    ...(schema.properties as Json | undefined),
    apiVersion: field(descriptions, POD, 'apiVersion'),
    kind: field(descriptions, POD, 'kind'),
    metadata: described(descriptions.field(POD, 'metadata'), reference(dialect, `${META}.ObjectMeta`), dialect),
  }
  return ordered({ ...schema, properties: sorted(properties) })
}

const sorted = (fields: Json): Json => Object.fromEntries(sortedKeys(fields).map((name) => [name, fields[name]]))
const ordered = (schema: Json): Json =>
  Object.fromEntries([...FIELDS, ...EXTENSIONS].flatMap((name) => (schema[name] === undefined ? [] : [[name, schema[name]]])))

/** A schema and those in it. */
function published(from: Json, dialect: Dialect, descriptions: Descriptions): Json {
  const s = dialect === 2 ? forV2(from) : unfolded(from)
  const inner = (value: unknown): Json => published(value as Json, dialect, descriptions)
  const out: Json = {}
  for (const name of [...FIELDS, ...EXTENSIONS]) {
    const value = s[name]
    if (value === undefined || value === null || value === false || value === '' || (Array.isArray(value) && value.length === 0)) continue
    if (name === 'items' || name === 'not') out[name] = inner(value)
    else if (name === 'allOf' || name === 'anyOf' || name === 'oneOf') out[name] = (value as unknown[]).map(inner)
    else if (name === 'additionalProperties') out[name] = isObject(value) ? inner(value) : value
    else if (name === 'properties') {
      if (Object.keys(value).length > 0) out[name] = sorted(Object.fromEntries(Object.entries(value).map(([key, of]) => [key, inner(of)])))
    } else out[name] = value
  }
  if (s['x-kubernetes-embedded-resource'] !== true || (dialect === 2 && s['x-kubernetes-preserve-unknown-fields'] === true)) return out
  const required = (out.required as string[] | undefined) ?? []
  const wanted = ['kind', 'apiVersion'].filter((name) => !required.includes(name))
  return withMeta({ ...out, required: [...required, ...wanted] }, dialect, descriptions)
}

const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }]

/** What x-kubernetes-int-or-string says, said in the words of OpenAPI too. */
function unfolded(s: Json): Json {
  if (s['x-kubernetes-int-or-string'] !== true) return s
  const { anyOf, allOf } = s as { anyOf?: unknown[]; allOf?: { anyOf?: unknown[] }[] }
  if (isIntOrString(anyOf) || isIntOrString(allOf?.[0]?.anyOf)) return s
  return anyOf === undefined ? { ...s, anyOf: INT_OR_STRING } : { ...s, allOf: [{ anyOf: INT_OR_STRING }, ...(allOf ?? [])] }
}

const isIntOrString = (anyOf: unknown[] | undefined): boolean =>
  anyOf?.length === 2 && INT_OR_STRING.every(({ type }, i) => (anyOf[i] as Json).type === type)

/** What clients of v2 can read (apiextensions-apiserver `controller/openapi/v2/conversion.go`). */
function forV2(from: Json): Json {
  const s: Json = { ...from }
  for (const name of NOT_IN_V2) delete s[name]
  const isNullable = from.nullable === true
  const keeps = s['x-kubernetes-preserve-unknown-fields'] === true
  if (isNullable) delete s.type
  if (isNullable || keeps) {
    delete s.items
    delete s.properties
  }
  if ((s.items === undefined && s.type === 'array') || (keeps && s.type === 'object')) delete s.type
  const { required, properties, additionalProperties: more } = s as { required?: string[]; properties?: Json; additionalProperties?: Json }
  if (required !== undefined) s.required = required.filter((name) => (properties?.[name] as Json | undefined)?.nullable !== true)
  if (isObject(more) && more['nullable'] === true) delete s.required
  return s
}
