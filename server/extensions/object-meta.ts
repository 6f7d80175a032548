import { JsonNumber } from '../machinery/numbers.ts'
import { canonicalTime } from '../machinery/time.ts'
import { isObject, kindOf, sortedKeys, type GoKind, type JsonObject } from '../machinery/json-values.ts'

/**
 * The metadata of an object inside of another as Go reads it into an ObjectMeta and writes it again: known fields of the right types,
 * without empty ones (apiextensions-apiserver `schema/objectmeta/coerce.go`). Errors have the texts of Go's encoding/json.
 */
export class MetadataError extends Error {
  override readonly name = 'MetadataError'
}

type Reader = (value: unknown, at: Place) => unknown

interface Place {
  /** Go's name of the struct, and the fields that lead here from the outermost. */
  readonly struct: string
  readonly fields: string
  /** Where unknown fields are told of. */
  readonly path: string
  readonly unknown: string[]
  /** Values of other types than their fields. Go reads on after one, and tells the first; what a type of its own cannot read ends it at once. */
  readonly mismatches: MetadataError[]
}

const GO_KIND: Readonly<Record<GoKind, string>> = {
  null: 'null',
  bool: 'bool',
  string: 'string',
  int64: 'number',
  float64: 'number',
  slice: 'array',
  map: 'object',
}

function wrongType(value: unknown, at: Place, type: string, literal = ''): MetadataError {
  const into = at.fields === '' ? `value of type ${type}` : `struct field ${at.struct}.${at.fields} of type ${type}`
  return new MetadataError(`json: cannot unmarshal ${GO_KIND[kindOf(value)]}${literal} into Go ${into}`)
}

function mismatch(value: unknown, at: Place, type: string, literal = ''): undefined {
  at.mismatches.push(wrongType(value, at, type, literal))
}

const text =
  (type = 'string'): Reader =>
  (value, at) => {
    if (typeof value !== 'string') return mismatch(value, at, type)
    return value
  }

const bool: Reader = (value, at) => {
  if (typeof value !== 'boolean') return mismatch(value, at, 'bool')
  return value
}

const int64: Reader = (value, at) => {
  const kind = kindOf(value)
  if (kind === 'int64') return value
  // Go writes a whole float down without a point, and reads that.
  if (value instanceof JsonNumber && Number.isSafeInteger(value.value)) return value.value
  // The float that Go has made of it is what it writes down again, as the engine does.
  const literal = String(value instanceof JsonNumber && Number.isFinite(value.value) ? value.value : value)
  return mismatch(value, at, 'int64', kind === 'float64' ? ` ${literal}` : '')
}

/** `Time` reads itself. */
const time: Reader = (value, at) => {
  if (typeof value !== 'string') throw wrongType(value, at, 'string')
  try {
    return canonicalTime(value, 'time')
  } catch (error) {
    throw new MetadataError((error as Error).message)
  }
}

const listOf =
  (type: string, item: Reader): Reader =>
  (value, at) => {
    if (!Array.isArray(value)) return mismatch(value, at, `[]${type}`)
    return value.map((v, i) => (v === null ? (type === 'string' ? '' : {}) : item(v, { ...at, path: `${at.path}[${i}]` })))
  }

const textMap: Reader = (value, at) => {
  if (!isObject(value)) return mismatch(value, at, 'map[string]string')
  return Object.fromEntries(sortedKeys(value).map((key) => [key, value[key] === null ? '' : text()(value[key], at)]))
}

const raw: Reader = (value) => value

interface Struct {
  readonly name: string
  readonly fields: Readonly<Record<string, Reader>>
  /** Written though they are empty. */
  readonly always: readonly string[]
}

function structOf({ name, fields, always }: Struct): Reader {
  return (value, at) => {
    if (!isObject(value)) return mismatch(value, at, `v1.${name}`)
    const out: JsonObject = {}
    for (const key of always) out[key] = ''
    // Go decodes what it has encoded, with its keys in order.
    for (const key of sortedKeys(value)) {
      const read = Object.hasOwn(fields, key) ? fields[key] : undefined
      const path = `${at.path}.${key}`
      if (read === undefined) at.unknown.push(path)
      else if (value[key] !== null) {
        const found = read(value[key], { ...at, struct: name, fields: at.fields === '' ? key : `${at.fields}.${key}`, path })
        if (!isEmpty(found) || always.includes(key)) out[key] = found
      }
    }
    return out
  }
}

/** Metadata whose fields are right, as it is stored. */
export const withoutEmptyFields = (metadata: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(metadata).filter(([key, value]) => value !== undefined && (key === 'deletionGracePeriodSeconds' || !isEmpty(value))),
  )

/** What Go's `omitempty` leaves out; false behind a pointer stays. */
function isEmpty(value: unknown): boolean {
  if (value === '' || value === null || value === undefined) return true
  if (value === 0) return true
  if (Array.isArray(value)) return value.length === 0
  return isObject(value) && Object.keys(value).length === 0
}

const OWNER: Struct = {
  name: 'OwnerReference',
  fields: { apiVersion: text(), kind: text(), name: text(), uid: text('types.UID'), controller: bool, blockOwnerDeletion: bool },
  always: ['apiVersion', 'kind', 'name', 'uid'],
}

const MANAGED_FIELDS: Struct = {
  name: 'ManagedFieldsEntry',
  fields: {
    manager: text(),
    operation: text('v1.ManagedFieldsOperationType'),
    apiVersion: text(),
    time,
    fieldsType: text(),
    fieldsV1: raw,
    subresource: text(),
  },
  always: [],
}

const OBJECT_META: Struct = {
  name: 'ObjectMeta',
  fields: {
    name: text(),
    generateName: text(),
    namespace: text(),
    selfLink: text(),
    uid: text('types.UID'),
    resourceVersion: text(),
    generation: int64,
    creationTimestamp: time,
    deletionTimestamp: time,
    deletionGracePeriodSeconds: int64,
    labels: textMap,
    annotations: textMap,
    ownerReferences: listOf('v1.OwnerReference', structOf(OWNER)),
    finalizers: listOf('string', text()),
    managedFields: listOf('v1.ManagedFieldsEntry', structOf(MANAGED_FIELDS)),
  },
  always: [],
}

const readMeta = structOf(OBJECT_META)

export interface CoercedMetadata {
  readonly metadata: JsonObject
  /** Fields that no ObjectMeta has: `metadata.a`, in order. */
  readonly unknown: readonly string[]
}

/**
 * @param path where it stands, for unknown fields: `spec.template.metadata`
 * @throws MetadataError with Go's text
 */
export function readObjectMeta(value: unknown, path: string): CoercedMetadata {
  const unknown: string[] = []
  if (value === null || value === undefined) return { metadata: {}, unknown }
  const mismatches: MetadataError[] = []
  const metadata = readMeta(value, { struct: '', fields: '', path, unknown, mismatches }) as JsonObject
  if (mismatches.length > 0) throw mismatches[0]!
  // A grace period of zero is behind a pointer, and stays.
  if (isObject(value) && value['deletionGracePeriodSeconds'] === 0) metadata['deletionGracePeriodSeconds'] = 0
  return { metadata, unknown }
}

/** The same without the fields that are wrong: for what is stored already. Undefined when it is no object. */
export function readValidObjectMeta(value: unknown, path: string): CoercedMetadata | undefined {
  if (!isObject(value)) return undefined
  const metadata: JsonObject = {}
  const unknown: string[] = []
  for (const key of sortedKeys(value)) {
    try {
      const read = readObjectMeta({ [key]: value[key] }, path)
      Object.assign(metadata, read.metadata)
      for (const field of read.unknown) unknown.push(field)
    } catch {
      // This field is left out.
    }
  }
  return { metadata, unknown }
}
