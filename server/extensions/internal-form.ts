import type { DefinitionVersion } from './definition.ts'
import { goJson, isObject, sortedKeys, type JsonObject } from '../machinery/json-values.ts'

/**
 * Values in messages of the reference that it prints from its internal types: Go's names of all fields in their order, set or not
 * (apiextensions-apiserver `pkg/apis/apiextensions/types.go`, `types_jsonschema.go`).
 */
type Print = (value: unknown) => string

const struct = (fields: readonly (readonly [go: string, json: string, print: Print])[], value: unknown): string => {
  const from = isObject(value) ? value : {}
  return `{${fields.map(([go, json, print]) => `"${go}":${print(Object.hasOwn(from, json) ? from[json] : undefined)}`).join(',')}}`
}
const orNull =
  (print: Print): Print =>
  (value) =>
    value === undefined || value === null ? 'null' : print(value)
const text: Print = (value) => goJson(value ?? '')
const bool: Print = (value) => String(value === true)
const json: Print = (value) => goJson(value ?? null)
const listOf = (print: Print): Print => orNull((value) => `[${(value as unknown[]).map(print).join(',')}]`)
const mapOf = (print: Print): Print =>
  orNull(
    (value) =>
      `{${sortedKeys(value as JsonObject)
        .map((key) => `${goJson(key)}:${print((value as JsonObject)[key])}`)
        .join(',')}}`,
  )

/** A JSONSchemaProps. */
export const internalSchema: Print = (value) => struct(SCHEMA, value)
const orArray: Print = orNull((value) =>
  Array.isArray(value)
    ? `{"Schema":null,"JSONSchemas":${listOf(internalSchema)(value)}}`
    : `{"Schema":${internalSchema(value)},"JSONSchemas":null}`,
)
const orBool: Print = orNull((value) =>
  typeof value === 'boolean' ? `{"Allows":${value},"Schema":null}` : `{"Allows":true,"Schema":${internalSchema(value)}}`,
)
const dependency: Print = (value) =>
  Array.isArray(value) ? `{"Schema":null,"Property":${goJson(value)}}` : `{"Schema":${internalSchema(value)},"Property":null}`
const docs: Print = orNull((value) =>
  struct(
    [
      ['Description', 'description', text],
      ['URL', 'url', text],
    ],
    value,
  ),
)
const rule: Print = (value) =>
  struct(
    [
      ['Rule', 'rule', text],
      ['Message', 'message', text],
      ['MessageExpression', 'messageExpression', text],
      ['Reason', 'reason', json],
      ['FieldPath', 'fieldPath', text],
      ['OptionalOldSelf', 'optionalOldSelf', json],
    ],
    value,
  )

const SCHEMA: readonly (readonly [string, string, Print])[] = [
  ['ID', 'id', text],
  ['Schema', '$schema', text],
  ['Ref', '$ref', json],
  ['Description', 'description', text],
  ['Type', 'type', text],
  ['Nullable', 'nullable', bool],
  ['Format', 'format', text],
  ['Title', 'title', text],
  ['Default', 'default', json],
  ['Maximum', 'maximum', json],
  ['ExclusiveMaximum', 'exclusiveMaximum', bool],
  ['Minimum', 'minimum', json],
  ['ExclusiveMinimum', 'exclusiveMinimum', bool],
  ['MaxLength', 'maxLength', json],
  ['MinLength', 'minLength', json],
  ['Pattern', 'pattern', text],
  ['MaxItems', 'maxItems', json],
  ['MinItems', 'minItems', json],
  ['UniqueItems', 'uniqueItems', bool],
  ['MultipleOf', 'multipleOf', json],
  ['Enum', 'enum', json],
  ['MaxProperties', 'maxProperties', json],
  ['MinProperties', 'minProperties', json],
  ['Required', 'required', json],
  ['Items', 'items', orArray],
  ['AllOf', 'allOf', listOf(internalSchema)],
  ['OneOf', 'oneOf', listOf(internalSchema)],
  ['AnyOf', 'anyOf', listOf(internalSchema)],
  ['Not', 'not', orNull(internalSchema)],
  ['Properties', 'properties', mapOf(internalSchema)],
  ['AdditionalProperties', 'additionalProperties', orBool],
  ['PatternProperties', 'patternProperties', mapOf(internalSchema)],
  ['Dependencies', 'dependencies', mapOf(dependency)],
  ['AdditionalItems', 'additionalItems', orBool],
  ['Definitions', 'definitions', mapOf(internalSchema)],
  ['ExternalDocs', 'externalDocs', docs],
  ['Example', 'example', json],
  ['XPreserveUnknownFields', 'x-kubernetes-preserve-unknown-fields', json],
  ['XEmbeddedResource', 'x-kubernetes-embedded-resource', bool],
  ['XIntOrString', 'x-kubernetes-int-or-string', bool],
  ['XListMapKeys', 'x-kubernetes-list-map-keys', json],
  ['XListType', 'x-kubernetes-list-type', json],
  ['XMapType', 'x-kubernetes-map-type', json],
  ['XValidations', 'x-kubernetes-validations', listOf(rule)],
]

/** Fields of a schema that say something, by Go's names and in their order, with their JSON names. */
export function givenFields(schema: Readonly<JsonObject>): (readonly [go: string, json: string])[] {
  return SCHEMA.flatMap(([go, name, print]) => (isGiven(schema[name], print) ? [[go, name] as const] : []))
}

/** What holds other values is given whatever they are, and need not be printed for it. */
function isGiven(value: unknown, print: Print): boolean {
  if (value === undefined || value === null) return false
  return typeof value === 'object' || print(value) !== print(undefined)
}

const number: Print = (value) => goJson(value ?? 0)
const scale: Print = orNull((value) =>
  struct(
    [
      ['SpecReplicasPath', 'specReplicasPath', text],
      ['StatusReplicasPath', 'statusReplicasPath', text],
      ['LabelSelectorPath', 'labelSelectorPath', json],
    ],
    value,
  ),
)
const COLUMN: readonly (readonly [string, string, Print])[] = [
  ['Name', 'name', text],
  ['Type', 'type', text],
  ['Format', 'format', text],
  ['Description', 'description', text],
  ['Priority', 'priority', number],
  ['JSONPath', 'jsonPath', text],
]
const PARTS: Readonly<Record<'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields', readonly [string, Print]>> = {
  schema: ['Schema', orNull((value) => struct([['OpenAPIV3Schema', 'openAPIV3Schema', orNull(internalSchema)]], value))],
  subresources: [
    'Subresources',
    orNull((value) =>
      struct(
        [
          ['Status', 'status', json],
          ['Scale', 'scale', scale],
        ],
        value,
      ),
    ),
  ],
  additionalPrinterColumns: ['AdditionalPrinterColumns', listOf((value) => struct(COLUMN, value))],
  selectableFields: ['SelectableFields', listOf((value) => struct([['JSONPath', 'jsonPath', text]], value))],
}
export type VersionPart = keyof typeof PARTS

/** spec.versions, without the parts that all of them share. */
export function internalVersions(versions: readonly DefinitionVersion[] | null, shared: Readonly<Record<VersionPart, boolean>>): string {
  if (versions === null) return 'null'
  const parts = (Object.keys(PARTS) as VersionPart[]).map(
    (part) => [PARTS[part][0], part, shared[part] ? (): string => 'null' : PARTS[part][1]] as const,
  )
  const fields = [
    ['Name', 'name', text],
    ['Served', 'served', bool],
    ['Storage', 'storage', bool],
    ['Deprecated', 'deprecated', bool],
    ['DeprecationWarning', 'deprecationWarning', json],
    ...parts,
  ] as const
  return `[${versions.map((v) => struct(fields, v)).join(',')}]`
}
