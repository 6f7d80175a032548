/** Joins proto (numbers, types), Go (order, tags) and OpenAPI (required, defaults, enums, list types) into one tuple a field. */
import type { GoField, GoPackage } from './go-types.ts'
import type { ProtoField, ProtoMessage } from './proto.ts'
import type { Schema } from './reference.ts'

/** [JSON name, protobuf number, type code, flags, the rest]. */
export type FieldTuple = [string, number, string, number] | [string, number, string, number, Extras]

export interface Extras {
  /** default */ d?: unknown
  /** enum */ e?: string[]
  /** listType */ l?: string
  /** listMapKeys */ k?: string[]
  /** mapType */ m?: string
  /** patchStrategy */ s?: string
  /** patchMergeKey */ p?: string
  /** format, when the type does not imply it */ f?: string
  /** Go type as its JSON errors print it, when it does not follow from the type */ g?: string
}

/**
 * The tuples of a type as one string, which server/scheme/facts.ts takes apart when the type is first used: fields end in `;`, parts
 * are set off by bars, the rest are `key=value` with lists set off by commas and the default as JSON.
 */
export function line(fields: readonly FieldTuple[]): string {
  return fields
    .map(([name, number, code, flags, extras = {}]) => [name, number, code, flags, ...Object.entries(extras).map(extra)].join('|'))
    .join(';')
}

function extra([key, value]: [string, unknown]): string {
  const text = key === 'd' ? JSON.stringify(value) : Array.isArray(value) ? value.join(',') : String(value)
  const lists = Array.isArray(value) ? (value as unknown[]) : []
  if (/[|;]/.test(text) || (key !== 'd' && lists.some((each) => String(each).includes(',')))) throw new Error(`cannot write ${key}=${text}`)
  return `${key}=${text}`
}

export const flag = { required: 1, omitEmpty: 2, pointer: 4, omitZero: 8, zeroDefault: 16 } as const

const metaV1 = 'k8s.io.apimachinery.pkg.apis.meta.v1.'
/** Messages with a JSON form of their own, and proto's scalars, as one-letter codes. */
export const codes: Record<string, string> = {
  string: 's',
  bool: 'b',
  int32: 'i',
  int64: 'l',
  double: 'd',
  bytes: 'B',
  [`${metaV1}Time`]: 't',
  [`${metaV1}MicroTime`]: 'u',
  [`${metaV1}Duration`]: 'D',
  [`${metaV1}FieldsV1`]: 'F',
  'k8s.io.apimachinery.pkg.api.resource.Quantity': 'q',
  'k8s.io.apimachinery.pkg.util.intstr.IntOrString': 'I',
  'k8s.io.apimachinery.pkg.runtime.RawExtension': 'R',
  'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSON': 'J',
  'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1beta1.JSON': 'J',
}
const goScalars: Record<string, string> = {
  string: 's',
  bool: 'b',
  int32: 'i',
  int64: 'l',
  int: 'l',
  float64: 'd',
  '[]uint8': 'B',
  'v1.Time': 't',
  'v1.MicroTime': 'u',
  'v1.Duration': 'D',
  'runtime.RawExtension': 'R',
  'resource.Quantity': 'q',
  any: 'J',
  'interface{}': 'J',
}
const impliedFormat = new Set(['int32', 'int64', 'double', 'date-time', 'byte', 'int-or-string'])

/** `k8s.io.api.core.v1` to `io.k8s.api.core.v1`, the name in the OpenAPI documents. */
export const openApiPackage = (proto: string): string => `io.k8s.${proto.slice('k8s.io.'.length)}`.replaceAll('_', '-')
/** `io.k8s.api.core.v1` to `core.v1`: the short name of a package in the table. */
export const shortPackage = (openapi: string): string =>
  openapi.replace(/^io\.k8s\.(?:api|apimachinery|apiextensions-apiserver|kube-aggregator)\.(?:pkg\.)?(?:apis\.)?/, '')

export interface Source {
  go: GoPackage
  messages: Map<string, ProtoMessage>
  schemas: Map<string, Schema>
  /** proto package */ package: string
  /** Named string slices that are a message of their own in protobuf and an array in JSON. */
  wrapped: Set<string>
}

export function typeFields(source: Source, name: string): FieldTuple[] {
  const schema = schemaOf(source, name) ?? schemaOf(source, embedder(source, name))
  const message = source.messages.get(name)
  const struct = source.go.structs.get(name)
  // What has a code has a JSON form of its own, and its Go fields are not its JSON.
  if (struct === undefined || codes[`${source.package}.${name}`] !== undefined) return []
  const seen = new Set<number>()
  const tuples = struct.flatMap((field): FieldTuple[] => {
    if (field.embedded && field.type.endsWith('.TypeMeta')) return [typeMeta('kind'), typeMeta('apiVersion')]
    const proto = message?.fields.find((f) => f.number === field.number)
    if (proto) seen.add(proto.number)
    return [tuple(source, field, proto, schema)]
  })
  const missing = message?.fields.find((f) => !seen.has(f.number))
  if (missing) throw new Error(`${source.package}.${name}: proto field ${missing.name} has no Go field`)
  return tuples
}

const schemaOf = (source: Source, name: string | undefined): Schema | undefined =>
  source.schemas.get(`${openApiPackage(source.package)}.${name}`)

/** Documents do not know a struct that only stands in another one; its fields are stated there (EphemeralContainerCommon). */
function embedder(source: Source, name: string): string | undefined {
  const type = `${source.go.name}.${name}`
  return [...source.go.structs].find(([, fields]) => fields.some((f) => f.embedded && f.type === type))?.[0]
}

const typeMeta = (name: string): FieldTuple => [name, 0, 's', flag.omitEmpty]

function tuple(source: Source, field: GoField, proto: ProtoField | undefined, schema: Schema | undefined): FieldTuple {
  const inline = field.json === '' && (field.embedded || field.options.includes('inline'))
  const name = inline ? '' : field.json
  const property = schema?.properties?.[name]
  const code = proto ? protoCode(source, proto) : goCode(source, field.type)
  let flags = 0
  if (schema?.required?.includes(name)) flags |= flag.required
  if (field.options.includes('omitempty')) flags |= flag.omitEmpty
  if (field.options.includes('omitzero')) flags |= flag.omitZero
  if (field.type.startsWith('*')) flags |= flag.pointer
  const extras: Extras = {}
  if (property) flags |= openApiFacts(property, extras)
  const natural = goName(source, code)
  const go = field.type.replace(/^\*/, '')
  if (go !== natural && !inline) extras.g = go
  return Object.keys(extras).length > 0 ? [name, field.number, code, flags, extras] : [name, field.number, code, flags]
}

function openApiFacts(property: Schema, extras: Extras): number {
  const value = property.default
  const zero = value === '' || value === 0 || value === false || (isObject(value) && Object.keys(value).length === 0)
  if (value !== undefined && !zero) extras.d = value
  if (property.enum) extras.e = [...property.enum].sort()
  const inner = property.items?.enum ?? property.additionalProperties?.enum
  if (inner) extras.e = [...inner].sort()
  const text = (key: `x-kubernetes-${string}`): string | undefined => property[key] as string | undefined
  const list = text('x-kubernetes-list-type')
  if (list) extras.l = list
  if (property['x-kubernetes-list-map-keys']) extras.k = property['x-kubernetes-list-map-keys'] as string[]
  const map = text('x-kubernetes-map-type')
  if (map) extras.m = map
  const strategy = text('x-kubernetes-patch-strategy')
  if (strategy) extras.s = strategy
  const key = text('x-kubernetes-patch-merge-key')
  if (key) extras.p = key
  if (property.format && !impliedFormat.has(property.format)) extras.f = property.format
  return zero ? flag.zeroDefault : 0
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)

function protoCode(source: Source, field: ProtoField): string {
  const inner = codes[field.type] ?? refCode(source, field.type)
  if (field.label === 'repeated') return `[${inner}`
  return field.label === 'map' ? `{${inner}` : inner
}

/** `.X` in the same package, else `core.v1.X`; `(s` for a message that only wraps a list of strings. */
function refCode(source: Source, full: string): string {
  if (source.wrapped.has(full)) return '(s'
  const dot = full.lastIndexOf('.')
  const pkg = full.slice(0, dot)
  return pkg === source.package ? `.${full.slice(dot + 1)}` : `${shortPackage(openApiPackage(pkg))}.${full.slice(dot + 1)}`
}

function goCode(source: Source, type: string): string {
  const bare = type.replace(/^\*/, '')
  const known = goScalars[bare]
  if (known) return known
  if (bare.startsWith('[]')) return `[${goCode(source, bare.slice(2))}`
  const map = /^map\[[^\]]+\](.*)$/.exec(bare)
  if (map) return `{${goCode(source, map[1]!)}`
  const [pkg, name = ''] = bare.split('.')
  if (pkg === source.go.name && source.go.named.has(name)) return goCode(source, source.go.named.get(name)!)
  // Types without protobuf refer to their own package or to meta/v1.
  return pkg === source.go.name && source.go.structs.has(name) ? `.${name}` : `meta.v1.${name}`
}

const goNames: Record<string, string> = {
  ...Object.fromEntries(Object.entries(goScalars).map(([name, code]) => [code, name])),
  l: 'int64',
  I: 'intstr.IntOrString',
  F: 'v1.FieldsV1',
  J: 'v1.JSON',
}

/** The Go type that a code suggests: `v1.Container` for `.Container`. The loader derives the same. */
function goName(source: Source, code: string): string {
  if (code.startsWith('[')) return `[]${goName(source, code.slice(1))}`
  if (code.startsWith('{')) return `map[string]${goName(source, code.slice(1))}`
  const [pkg, name] = code.split('.').slice(-2)
  return goNames[code] ?? (pkg === '' ? `${source.go.name}.${name}` : `${pkg}.${name}`)
}
