import type { RuleSchema } from './contract.ts'
import { declTypeOf, type DeclType } from './schema-types.ts'

/** A schema of an OpenAPI v3 document, as far as types of expressions are read from it. */
export interface OpenApiSchema {
  readonly $ref?: string
  readonly allOf?: readonly OpenApiSchema[]
  readonly type?: string
  readonly format?: string
  readonly items?: OpenApiSchema
  readonly properties?: Readonly<Record<string, OpenApiSchema>>
  readonly additionalProperties?: OpenApiSchema | boolean
  readonly required?: readonly string[]
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly maxLength?: number
  readonly maxItems?: number
  readonly maxProperties?: number
  readonly [extension: `x-kubernetes-${string}`]: unknown
}

/** Where references of a document lead. */
export type Components = Readonly<Record<string, OpenApiSchema>>

const PREFIX = '#/components/schemas/'
const NOTHING: RuleSchema = {
  ...{ type: '', format: '', nullable: false, properties: new Map(), validation: { required: [], allOf: [] } },
  ...{ preserveUnknownFields: false, embeddedResource: false, intOrString: false, listMapKeys: [], rules: [] },
}
/** Stands where a type contains itself (apiserver `pkg/cel/openapi/resolver/refs.go`). */
const CIRCULAR: RuleSchema = { ...NOTHING, type: 'object' }

/**
 * The type of a component's objects, which are whole resources. References are followed; undefined when one leads nowhere.
 * @param typeName of the type and, with their path, of those of its fields
 */
export function typeOfComponent(components: Components, name: string, typeName: string): DeclType | undefined {
  const open = new Set([name])
  const read = (s: OpenApiSchema): RuleSchema => {
    const target = refOf(s)?.slice(PREFIX.length)
    if (target === undefined) return schemaOf(s, read)
    if (open.has(target)) return CIRCULAR
    const found = components[target]
    if (found === undefined) throw new UnknownReference(target)
    open.add(target)
    try {
      return schemaOf(found, read)
    } finally {
      open.delete(target)
    }
  }
  const root = components[name]
  if (root === undefined) return undefined
  try {
    return declTypeOf(schemaOf(root, read), true, typeName)
  } catch (e) {
    if (e instanceof UnknownReference) return undefined
    throw e
  }
}

class UnknownReference extends Error {
  override readonly name = 'UnknownReference'
}

/** A reference may stand in an allOf, so that a description can stand beside it. */
function refOf(s: OpenApiSchema): string | undefined {
  return s.$ref ?? s.allOf?.map(refOf).find((ref) => ref !== undefined)
}

function schemaOf(s: OpenApiSchema, read: (s: OpenApiSchema) => RuleSchema): RuleSchema {
  const { maxLength, maxItems, maxProperties, additionalProperties: more } = s
  return {
    ...NOTHING,
    type: s.type ?? '',
    format: s.format ?? '',
    ...(s.default === undefined ? {} : { default: s.default }),
    ...(s.items === undefined ? {} : { items: read(s.items) }),
    properties: new Map(Object.entries(s.properties ?? {}).map(([name, property]) => [name, read(property)])),
    ...(more === undefined ? {} : { additionalProperties: typeof more === 'boolean' ? more : read(more) }),
    validation: {
      ...(maxLength === undefined ? {} : { maxLength }),
      ...(maxItems === undefined ? {} : { maxItems }),
      ...(maxProperties === undefined ? {} : { maxProperties }),
      ...(s.enum === undefined ? {} : { enum: s.enum }),
      required: s.required ?? [],
      allOf: [],
    },
    preserveUnknownFields: s['x-kubernetes-preserve-unknown-fields'] === true,
    embeddedResource: s['x-kubernetes-embedded-resource'] === true,
    // Built-in types say it by their format, definitions of custom ones by the extension.
    intOrString: s.format === 'int-or-string' || s['x-kubernetes-int-or-string'] === true,
  }
}
