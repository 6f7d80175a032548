import { type KindSchema, resolved, type Schema, typeWord } from './schema.ts'

/** A field as `kubectl explain` tells of it. */
export interface SchemaField {
  name: string
  /** As `kubectl explain` writes it: `spec.issuerRef.name`. */
  path: string
  type: string
  required: boolean
  description: string
  /** What else its schema asks for, in OpenAPI's own words: `minimum: 1`. */
  limits: readonly string[]
  /** Of what is below it; undefined for a value that has no fields. */
  below: Schema | undefined
}

/** Of JSON Schema, what bounds a value, in the order told. */
const bounds = [
  'enum',
  'default',
  'format',
  'minimum',
  'exclusiveMinimum',
  'maximum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
] as const

function limitsOf(schema: Schema): string[] {
  const record = schema as Record<string, unknown>
  const told = bounds.flatMap((key) => {
    const value = record[key]
    if (value === undefined || value === null || value === false) return []
    return [`${key}: ${key === 'enum' && Array.isArray(value) ? value.map((one) => JSON.stringify(one)).join(', ') : plain(value)}`]
  })
  const rules = record['x-kubernetes-validations']
  if (!Array.isArray(rules)) return told
  return [...told, ...rules.map((rule: { rule?: string; message?: string }) => `rule: ${rule.message ?? rule.rule ?? ''}`)]
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Through lists and maps to the schema that has fields. */
function inner(schema: Schema, kind: KindSchema): Schema {
  const { items, additionalProperties, properties } = schema
  const next = items ?? (properties || typeof additionalProperties !== 'object' ? undefined : additionalProperties)
  return next ? inner(resolved(next, kind), kind) : schema
}

/** The fields that a schema names: those that must be there first, then in its own order. */
export function fieldsOf(schema: Schema, kind: KindSchema, above = ''): SchemaField[] {
  const { properties = {}, required = [] } = inner(resolved(schema, kind), kind)
  const fields = Object.entries(properties).map(([name, property]): SchemaField => {
    const own = resolved(property, kind)
    const below = inner(own, kind)
    return {
      name,
      path: above === '' ? name : `${above}.${name}`,
      type: typeWord(own, kind),
      required: required.includes(name),
      description: own.description ?? '',
      limits: limitsOf(own),
      below: below.properties ? below : undefined,
    }
  })
  return [...fields.filter((field) => field.required), ...fields.filter((field) => !field.required)]
}

/** A schema may refer to itself. */
const deepest = 12

/** Fields at any depth whose path has the text, whatever its case; the nearest to the root first, `most` at most. */
export function findFields(schema: Schema, kind: KindSchema, text: string, most: number): SchemaField[] {
  const wanted = text.toLowerCase()
  const found: SchemaField[] = []
  let level = fieldsOf(schema, kind)
  for (let depth = 0; depth < deepest && level.length > 0 && found.length < most; depth++) {
    found.push(...level.filter(({ path }) => path.toLowerCase().includes(wanted)))
    level = level.flatMap(({ below, path }) => (below ? fieldsOf(below, kind, path) : []))
    // Of definitions that are as large as that, the names near the root are those that somebody looks for.
    if (level.length > 20_000) break
  }
  return found.slice(0, most)
}

/** The names of an object's fields in the order in which its schema tells of them; those that it does not name come last. */
export function inSchemaOrder(names: readonly string[], schema: Schema | undefined, kind: KindSchema | undefined): string[] {
  if (!schema || !kind) return [...names]
  const order = new Map(fieldsOf(schema, kind).map(({ name }, at) => [name, at]))
  return [...names].sort((a, b) => (order.get(a) ?? order.size) - (order.get(b) ?? order.size))
}
