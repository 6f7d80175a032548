/** What is read of a server's OpenAPI v3 documents, for built-in kinds and custom ones alike. */
export interface Schema {
  $ref?: string
  allOf?: Schema[]
  oneOf?: Schema[]
  anyOf?: Schema[]
  type?: string
  format?: string
  description?: string
  default?: unknown
  enum?: unknown[]
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema
  required?: string[]
  'x-kubernetes-int-or-string'?: boolean
  'x-kubernetes-preserve-unknown-fields'?: boolean
  'x-kubernetes-embedded-resource'?: boolean
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[]
}

/** One kind with all the schemas that it is made of. */
export interface KindSchema {
  root: Schema
  schemas: Record<string, Schema>
}

const prefix = '#/components/schemas/'
/** References to references, and one that refers to itself. */
const deepest = 16

/** A schema as it counts: its references followed, with what stands beside them (`allOf` of one reference is how Kubernetes writes that). */
export function resolved(schema: Schema | undefined, kind: KindSchema): Schema {
  let merged: Schema = schema ?? {}
  for (let depth = 0; depth < deepest; depth++) {
    const { $ref, allOf, ...own } = merged
    if ($ref !== undefined) merged = { ...kind.schemas[$ref.slice(prefix.length)], ...own }
    else if (allOf !== undefined) {
      const parts = allOf.map((part) =>
        part.$ref === undefined ? part : { ...kind.schemas[part.$ref.slice(prefix.length)], ...part, $ref: undefined },
      )
      merged = Object.assign({}, ...parts, own) as Schema
      delete merged.$ref
    } else return merged
  }
  return {}
}

/** The schema of a field of an object; undefined when the schema has no field of that name. */
export function fieldOf(schema: Schema, name: string, kind: KindSchema): Schema | undefined {
  if (schema.properties && Object.hasOwn(schema.properties, name)) return resolved(schema.properties[name], kind)
  const { additionalProperties } = schema
  if (additionalProperties) return additionalProperties === true ? {} : resolved(additionalProperties, kind)
  return isOpen(schema) ? {} : undefined
}

/** Whether an object may have fields that its schema does not name. */
export const isOpen = (schema: Schema): boolean =>
  schema.properties === undefined || schema['x-kubernetes-preserve-unknown-fields'] === true || Boolean(schema.additionalProperties)

/** The schema at a path of names and places in lists; undefined where the schema ends. */
export function schemaAt(kind: KindSchema, path: readonly (string | number)[]): Schema | undefined {
  let schema: Schema | undefined = resolved(kind.root, kind)
  for (const step of path) {
    if (schema === undefined) return undefined
    schema = typeof step === 'number' ? schema.items && resolved(schema.items, kind) : fieldOf(schema, step, kind)
  }
  return schema
}

/** The JSON types that a value may have; none where the schema does not say. */
export function typesOf(schema: Schema, kind: KindSchema): string[] {
  if (schema['x-kubernetes-int-or-string'] || schema.format === 'int-or-string') return ['integer', 'string']
  if (schema.type !== undefined) return [schema.type]
  return (schema.oneOf ?? schema.anyOf ?? []).flatMap((each) => typesOf(resolved(each, kind), kind))
}

/** In a word: `string`, `[]Container`, `map of string`. */
export function typeWord(schema: Schema, kind: KindSchema): string {
  if (schema.items) return `[]${typeWord(resolved(schema.items, kind), kind)}`
  const { additionalProperties } = schema
  if (!schema.properties && additionalProperties && additionalProperties !== true)
    return `map[string]${typeWord(resolved(additionalProperties, kind), kind)}`
  return typesOf(schema, kind).join(' | ') || 'any'
}

/** The kind's own schema and everything that it refers to, out of a group version's document. Undefined when the document has no such kind. */
export function kindFrom(document: { components?: { schemas?: Record<string, Schema> } }, group: string, version: string, name: string) {
  const all = document.components?.schemas ?? {}
  const root = Object.values(all).find((schema) =>
    schema['x-kubernetes-group-version-kind']?.some((gvk) => gvk.group === group && gvk.version === version && gvk.kind === name),
  )
  if (root === undefined) return undefined
  const schemas: Record<string, Schema> = {}
  const waiting: unknown[] = [root]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== 'object' || next === null) continue
    for (const [key, value] of Object.entries(next)) {
      if (key !== '$ref' || typeof value !== 'string') waiting.push(value)
      else {
        const found = value.slice(prefix.length)
        const schema = Object.hasOwn(schemas, found) ? undefined : all[found]
        if (schema === undefined) continue
        schemas[found] = schema
        waiting.push(schema)
      }
    }
  }
  return { root, schemas } satisfies KindSchema
}
