/** The `k8s\0` magic and runtime.Unknown around a message: the form on the wire and in the store. */
import { goQuote } from '../../machinery/go-quote.ts'
import type { KubeObject, ListMeta } from '../../machinery/types.ts'
import { parseApiVersion } from '../../machinery/types.ts'
import type { KindTypes, TypeFacts } from '../../scheme/contract.ts'
import { typeOfField } from '../../scheme/field-type.ts'
import { decodeMessage } from './decode.ts'
import { encodeMessage } from './encode.ts'
import { BYTES, DecodeError, Reader, Writer } from './wire.ts'

/** What an envelope around a list says of it. */
export interface ListKind {
  readonly apiVersion: string
  readonly kind: string
  readonly type: TypeFacts
}

/** An opened envelope. */
export interface Unknown {
  apiVersion: string
  kind: string
  /** The message, or other content if contentType says so. A view, not a copy. */
  raw: Buffer
  contentEncoding: string
  contentType: string
}

const magic = Buffer.from('k8s\0', 'latin1')

export const isProtobuf = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && bytes[0] === 0x6b && bytes[1] === 0x38 && bytes[2] === 0x73 && bytes[3] === 0

function head(apiVersion: string, kind: string, size: number): Buffer {
  const w = new Writer()
  w.uint(size)
  w.uint(0x12)
  const end = w.mark
  w.string(kind)
  w.uint(0x12)
  w.string(apiVersion)
  w.uint(0x0a)
  w.uint(w.mark - end)
  w.uint(0x0a)
  w.raw(magic)
  return w.finish()
}

// contentEncoding and contentType, both empty.
const tail = Buffer.from([0x1a, 0, 0x22, 0])

/** Wraps a message that is already encoded. */
export function wrap(message: Buffer, apiVersion: string, kind: string): Buffer {
  return Buffer.concat([head(apiVersion, kind, message.length), message, tail])
}

/** @throws DecodeError when the magic is missing or the envelope is broken */
export function unwrap(bytes: Buffer): Unknown {
  if (bytes.length === 0) throw new DecodeError('empty data')
  if (!isProtobuf(bytes)) throw new DecodeError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]')
  if (bytes.length === magic.length) throw new DecodeError('empty body')
  const out: Unknown = { apiVersion: '', kind: '', raw: Buffer.alloc(0), contentEncoding: '', contentType: '' }
  const r = new Reader(bytes, 4)
  while (r.pos < r.end) {
    const tag = r.uint()
    const number = tag >>> 3
    if ((tag & 7) !== BYTES || number < 1 || number > 4) {
      if (number >= 1 && number <= 4) throw new DecodeError(`proto: wrong wireType = ${tag & 7} for field ${number}`)
      r.skip(tag & 7)
    } else if (number === 1) typeMeta(r.bytes(), out)
    else if (number === 2) out.raw = r.bytes()
    else if (number === 3) out.contentEncoding = r.string()
    else out.contentType = r.string()
  }
  return out
}

function typeMeta(bytes: Buffer, out: Unknown): void {
  const r = new Reader(bytes)
  while (r.pos < r.end) {
    const tag = r.uint()
    if (tag === 0x0a) out.apiVersion = r.string()
    else if (tag === 0x12) out.kind = r.string()
    else r.skip(tag & 7)
  }
}

/**
 * An object with its envelope; apiVersion and kind are taken from the object.
 * @throws EncodeError for a value of the wrong type
 */
export function encodeObject(object: KubeObject | object, type: TypeFacts): Buffer {
  const { apiVersion, kind } = object as { apiVersion?: string; kind?: string }
  return wrap(encodeMessage(object, type), apiVersion ?? '', kind ?? '')
}

/**
 * The object in an envelope, kind and apiVersion first.
 * @param of its type, or the types among which it is looked up by kind and apiVersion
 * @throws DecodeError for broken bytes and for a kind that is not known
 */
export function decodeObject(bytes: Buffer, of: TypeFacts | KindTypes): KubeObject {
  const unknown = unwrap(bytes)
  const { kind, apiVersion } = unknown
  if (unknown.contentEncoding !== '') throw new DecodeError(`unsupported content encoding ${JSON.stringify(unknown.contentEncoding)}`)
  const facts = 'typeOf' in of ? typeNamed(of, apiVersion, kind) : of
  return { kind, apiVersion, ...decodeMessage(unknown.raw, facts) } as KubeObject
}

function typeNamed(types: KindTypes, apiVersion: string, kind: string): TypeFacts {
  const gv = parseApiVersion(apiVersion)
  const type = gv && types.typeOf(gv.group, gv.version, kind)
  if (type === undefined) throw new DecodeError(`no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)}`)
  return type
}

/** What stands around the items of a list, which are `size` bytes with the heads of their fields. */
export function listAround(meta: ListMeta, size: number, { apiVersion, kind, type }: ListKind): { head: Buffer; tail: Buffer } {
  const w = new Writer()
  w.bytes(encodeMessage(meta, typeOfField(type, 'metadata')))
  w.uint(0x0a)
  const first = w.finish()
  return { head: Buffer.concat([head(apiVersion, kind, first.length + size), first]), tail }
}

/** A list from the messages of its items (without envelopes), as buffers to write in turn: no item is copied or encoded again. */
export function encodeListParts(meta: ListMeta, items: readonly Buffer[], list: ListKind): Buffer[] {
  const w = new Writer()
  let size = 0
  const parts: Buffer[] = []
  for (const item of items) {
    w.uint(item.length)
    w.uint(0x12)
    const before = w.finish()
    size += before.length + item.length
    parts.push(before, item)
  }
  const around = listAround(meta, size, list)
  return [around.head, ...parts, around.tail]
}

export const encodeList = (...of: Parameters<typeof encodeListParts>): Buffer => Buffer.concat(encodeListParts(...of))
