import { MAX_REQUEST_BYTES, type RuleSchema } from './contract.ts'
import { escapeField } from './escaping.ts'
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, listOf, mapOf, STRING, struct, TIMESTAMP, type CelType } from './types.ts'

/**
 * CEL types of a structural schema, with how large values can be (apiserver `pkg/cel/common/schemas.go`): costs are estimated from that.
 */
export interface DeclType {
  readonly type: CelType
  /** Of an object, by escaped name. */
  readonly fields?: ReadonlyMap<string, DeclType>
  /** Of a map. */
  readonly key?: DeclType
  /** Of a list or a map. */
  readonly element?: DeclType
  /** Items, entries, or bytes of a text. */
  readonly maxElements: number
  /** The fewest bytes that a value has in JSON. */
  readonly minSize: number
}

const simple = (type: CelType, minSize: number, maxElements = 0): DeclType => ({ type, maxElements, minSize })
const KEY = simple(STRING, 2)
const SCALARS: Readonly<Record<string, DeclType>> = { boolean: simple(BOOL, 4), number: simple(DOUBLE, 1), integer: simple(INT, 1) }
const MAX_TEXT = MAX_REQUEST_BYTES - 2
/** Formats of texts that have types of their own. */
const FORMATS: Readonly<Record<string, DeclType>> = {
  duration: simple(DURATION, 3, 32),
  date: simple(TIMESTAMP, 12, 12),
  'date-time': simple(TIMESTAMP, 21, 32),
}

const positive = (n: number): number => Math.max(0, n)

/** Of kind, apiVersion and metadata, which rules at the root of a resource see whatever the schema says. */
const TEXT: RuleSchema = {
  type: 'string',
  format: '',
  nullable: false,
  properties: new Map(),
  validation: { required: [], allOf: [] },
  preserveUnknownFields: false,
  embeddedResource: false,
  intOrString: false,
  listMapKeys: [],
  rules: [],
} // prettier-ignore
const NAME_LENGTH = 253

export function withObjectMeta(s: RuleSchema): RuleSchema {
  const meta = s.properties.get('metadata')
  const [name, generateName] = [meta?.properties.get('name'), meta?.properties.get('generateName')]
  const isText = (of: RuleSchema | undefined): boolean => of?.type === 'string'
  const isDeclared =
    isText(s.properties.get('kind')) &&
    isText(s.properties.get('apiVersion')) &&
    meta?.type === 'object' &&
    isText(name) &&
    isText(generateName)
  if (isDeclared) return s
  const capped = (of: RuleSchema | undefined, length: number): RuleSchema => {
    const maxLength = Math.min(of?.validation.maxLength ?? length, length)
    return { ...TEXT, validation: { ...TEXT.validation, maxLength } }
  }
  const metadata: RuleSchema = {
    ...TEXT,
    type: 'object',
    properties: new Map([
      ['name', capped(name, NAME_LENGTH)],
      ['generateName', capped(generateName, NAME_LENGTH - 1)],
    ]),
  }
  return { ...s, properties: new Map([...s.properties, ['kind', TEXT], ['apiVersion', TEXT], ['metadata', metadata]]) }
}

/** The type of a schema's values; undefined where rules cannot see them. `typeName`: of objects, from where they stand. */
export function declTypeOf(schema: RuleSchema, isRoot: boolean, typeName: string): DeclType | undefined {
  if (schema.intOrString) {
    const { maxLength } = schema.validation
    return simple(DYN, 1, maxLength === undefined ? MAX_TEXT : positive(maxLength) * 4)
  }
  const s = isRoot ? withObjectMeta(schema) : schema
  switch (s.type) {
    case 'array':
      return listType(s, typeName)
    case 'object':
      return typeof s.additionalProperties === 'object' ? mapType(s, s.additionalProperties, typeName) : objectType(s, typeName)
    case 'string':
      return FORMATS[s.format] ?? textType(s)
    default:
      return SCALARS[s.type]
  }
}

function listType(s: RuleSchema, typeName: string): DeclType | undefined {
  if (s.items === undefined) return undefined
  const element = declTypeOf(s.items, s.items.embeddedResource, `${typeName}.@idx`)
  if (element === undefined) return undefined
  const { maxItems } = s.validation
  const maxElements = maxItems === undefined ? Math.floor(MAX_TEXT / (element.minSize + 1)) : positive(maxItems)
  return { type: listOf(element.type), element, maxElements, minSize: 2 }
}

function mapType(s: RuleSchema, values: RuleSchema, typeName: string): DeclType | undefined {
  const element = declTypeOf(values, values.embeddedResource, `${typeName}.@elem`)
  if (element === undefined) return undefined
  const { maxProperties } = s.validation
  const maxElements = maxProperties === undefined ? Math.floor(MAX_TEXT / (element.minSize + 6)) : positive(maxProperties)
  return { type: mapOf(STRING, element.type), key: KEY, element, maxElements, minSize: 2 }
}

function objectType(s: RuleSchema, typeName: string): DeclType {
  const fields = new Map<string, DeclType>()
  let minSize = 2
  for (const [name, property] of s.properties) {
    const escaped = escapeField(name)
    const field = declTypeOf(property, property.embeddedResource, `${typeName}.${escaped ?? name}`)
    if (field === undefined) continue
    if (escaped !== undefined) fields.set(escaped, field)
    const isThere = s.validation.required.includes(name) && property.default === undefined
    if (isThere) minSize += Buffer.byteLength(name) + field.minSize + 4
  }
  return { type: struct(typeName), fields, maxElements: 0, minSize }
}

function textType(s: RuleSchema): DeclType {
  const { maxLength } = s.validation
  if (s.format === 'byte') return simple(BYTES, 2, maxLength === undefined ? MAX_TEXT : positive(maxLength))
  if (maxLength !== undefined) return simple(STRING, 2, positive(maxLength) * 4)
  const values = s.validation.enum ?? []
  if (values.length === 0) return simple(STRING, 2, MAX_TEXT)
  return simple(STRING, 2, Math.max(0, ...values.map((v) => (typeof v === 'string' ? Buffer.byteLength(v) : 0))))
}

/** The same type with its objects named from another place: a rule's objects are named from where the rule stands. */
export function renamed(t: DeclType, typeName: string): DeclType {
  if (t.fields !== undefined) {
    return {
      ...t,
      type: struct(typeName),
      fields: new Map([...t.fields].map(([name, field]) => [name, renamed(field, `${typeName}.${name}`)])),
    }
  }
  if (t.element === undefined) return t
  const element = renamed(t.element, `${typeName}.${t.key === undefined ? '@idx' : '@elem'}`)
  return { ...t, element, type: t.key === undefined ? listOf(element.type) : mapOf(STRING, element.type) }
}

/** Fields of all objects within a type, by the names of their types. */
export function structsOf(root: DeclType): Map<string, ReadonlyMap<string, CelType>> {
  const structs = new Map<string, ReadonlyMap<string, CelType>>()
  const visit = (t: DeclType): void => {
    if (t.element !== undefined) visit(t.element)
    if (t.fields === undefined) return
    structs.set(t.type.name, new Map([...t.fields].map(([name, field]) => [name, field.type])))
    for (const field of t.fields.values()) visit(field)
  }
  visit(root)
  return structs
}
