import { withResourceVersion, type VersionedJson } from '../cache/stored-json.ts'
import { decodeObject, isProtobuf } from '../codec/protobuf/index.ts'
import { escapedJson } from '../machinery/json-escape.ts'
import { parseRounded } from '../machinery/json.ts'
import { parseApiVersion, type KubeObject } from '../machinery/types.ts'
import type { KindTypes, Scheme, TypeFacts } from '../scheme/contract.ts'
import { decodeTyped } from '../scheme/decode-typed.ts'
import { shapeOfUnserved } from '../scheme/unserved.ts'
import type { Schema } from '../scheme/schema.ts'
import { convert, type GroupVersion } from '../scheme/versions.ts'
import type { StorageDefinition } from './definition.ts'
import { unmarked } from './generic/stored-mark.ts'
import type { Strategy } from './generic/strategy.ts'

export interface StoredKind extends GroupVersion {
  readonly schema: Schema
  readonly strategy: Strategy
}

/**
 * How what is stored of a built-in kind is read. Objects that another server has written (a kube-apiserver in protobuf or JSON, of any release)
 * are decoded, converted to the stored version and completed by today's defaults, once for each state of them; those of this one are bytes.
 */
export const readStored =
  (scheme: Scheme, kind: StoredKind): StorageDefinition['decode'] =>
  (value, revision) => {
    const own = unmarked(value)
    if (own === undefined) return { ...withResourceVersion(completed(value, scheme, kind), revision), stale: true }
    const read: VersionedJson = withResourceVersion(own, revision)
    read.ours = true
    return read
  }

/** @throws Error for what cannot be read */
function completed(value: Buffer, scheme: Scheme, { schema, strategy, ...stored }: StoredKind): Buffer {
  const types: KindTypes = { typeOf: (group, version, kind) => typeThatReads(scheme, group, version, kind) }
  const decoded = isProtobuf(value) ? decodeObject(value, types) : decodedJson(value, types)
  const { group, version } = parseApiVersion(decoded.apiVersion ?? '')!
  decoded.metadata ??= {}
  const object = convert(decoded, { group, version }, stored)
  // What holds since the object is written (a taint of a device) holds since it was created.
  strategy.default?.(object, Date.parse(String(object.metadata.creationTimestamp)) || 0)
  strategy.defaultOnRead?.(object)
  const { kind, apiVersion, metadata, ...rest } = schema.normalize(object)
  const { resourceVersion: _, ...meta } = metadata
  return Buffer.from(escapedJson({ kind, apiVersion, metadata: meta, ...rest }))
}

function decodedJson(value: Buffer, types: KindTypes): KubeObject {
  const text = value.toString()
  const given = parseRounded(text) as Partial<KubeObject> | null
  const { apiVersion = '', kind = '' } = given ?? {}
  const gv = parseApiVersion(apiVersion)
  const type = gv && types.typeOf(gv.group, gv.version, kind)
  if (type === undefined) throw new Error(`no kind "${kind}" is registered for version "${apiVersion}"`)
  const { object, errors } = decodeTyped(type, given, 'Ignore', text)
  if (errors.length > 0) throw new Error(errors[0])
  return { ...object, apiVersion, kind }
}

/** A version that is served no longer is still read where a served one has its shape. */
function typeThatReads(scheme: Scheme, group: string, version: string, kind: string): TypeFacts | undefined {
  const known = scheme.typeOf(group, version, kind)
  if (known !== undefined) return known
  const same = shapeOfUnserved(group, version, kind)
  return same === undefined ? undefined : scheme.typeOf(group, same, kind)
}
