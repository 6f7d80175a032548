import type { FieldFacts, ScalarKind, Scheme, TypeFacts, TypeRef } from '../scheme/contract.ts'

/** The components of an OpenAPI v3 document, out of the facts table. */

type Json = Record<string, unknown>

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'
const PREFIX = '#/components/schemas/'

const SCALARS: Readonly<Record<ScalarKind, Json>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  time: { type: 'string', format: 'date-time' },
  microTime: { type: 'string', format: 'date-time' },
  duration: { type: 'string' },
  quantity: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  intOrString: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  raw: { type: 'object' },
  json: {},
  fieldsV1: { type: 'object' },
}

/** Scalars that are types with a name of their own in the document. */
const NAMED: Partial<Record<ScalarKind, string>> = {
  time: `${META}.Time`,
  microTime: `${META}.MicroTime`,
  duration: `${META}.Duration`,
  quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
  intOrString: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  raw: 'io.k8s.apimachinery.pkg.runtime.RawExtension',
  fieldsV1: `${META}.FieldsV1`,
}

export const reference = (name: string): Json => ({ $ref: `${PREFIX}${name}` })

/** Every schema that the named types reach, by name. `kinds` are those that carry a group, version and kind. */
export function schemasOf(scheme: Scheme, names: Iterable<string>, kinds: ReadonlyMap<string, readonly object[]>): Json {
  const out = new Map<string, Json>()
  const wanted = [...names]
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (out.has(name)) continue
    const type = scheme.type(name)
    if (type === undefined) continue
    const gvk = kinds.get(name)
    out.set(name, {
      ...objectSchema(type, (needed) => wanted.push(needed), out),
      ...(gvk === undefined ? {} : { 'x-kubernetes-group-version-kind': gvk }),
    })
  }
  // PATCH bodies have no type in the table.
  out.set(`${META}.Patch`, { type: 'object' })
  return Object.fromEntries([...out].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function objectSchema(type: TypeFacts, need: (name: string) => void, out: Map<string, Json>): Json {
  if (type.scalar !== undefined) return SCALARS[type.scalar]
  if (type.union !== undefined) return {}
  const properties: Json = {}
  const required: string[] = []
  for (const field of type.jsonFields) {
    properties[field.name] = property(field, need, out)
    if (field.required) required.push(field.name)
  }
  return {
    type: 'object',
    ...(required.length === 0 ? {} : { required: required.sort() }),
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(type.mapType === undefined ? {} : { 'x-kubernetes-map-type': type.mapType }),
  }
}

function property(f: FieldFacts, need: (name: string) => void, out: Map<string, Json>): Json {
  const shape = typeSchema(f.type, need, out)
  const wrapped = '$ref' in shape && f.default !== undefined ? { allOf: [shape] } : shape
  const marks: Json = {
    format: f.format,
    default: f.default,
    enum: f.enum,
    'x-kubernetes-list-type': f.listType,
    'x-kubernetes-list-map-keys': f.listMapKeys,
    'x-kubernetes-map-type': f.mapType,
    'x-kubernetes-patch-strategy': f.patchStrategy,
    'x-kubernetes-patch-merge-key': f.patchMergeKey,
  }
  return { ...wrapped, ...Object.fromEntries(Object.entries(marks).filter(([, value]) => value !== undefined)) }
}

function typeSchema(type: TypeRef, need: (name: string) => void, out: Map<string, Json>): Json {
  if (type.kind === 'array') return { type: 'array', items: typeSchema(type.items, need, out) }
  if (type.kind === 'map') return { type: 'object', additionalProperties: typeSchema(type.values, need, out) }
  if (type.kind === 'ref') {
    need(type.name)
    return reference(type.name)
  }
  const named = NAMED[type.kind]
  if (named === undefined) return SCALARS[type.kind]
  out.set(named, SCALARS[type.kind])
  return reference(named)
}
