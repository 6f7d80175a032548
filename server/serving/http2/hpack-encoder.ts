import type { ResponseHeaders } from '../exchange.ts'
import { staticTable } from './hpack-static.ts'

/**
 * HPACK encoding without a dynamic table: a block depends on nothing that was sent before, so that responses may leave in
 * any order, and equal headers of all connections share their encoded bytes.
 */

// Values that differ from response to response would only push useful ones out of the memo.
const unique = new Set(['audit-id', 'content-length', 'date', 'location', 'warning', 'etag', 'last-modified', 'content-range'])
const forbidden = /[\u0000-\u0008\u000a-\u001f\u007f]/
const maxMemo = 2048
// Names and values come from backends and clients too: long ones are encoded each time.
const maxMemoLength = 256
let memoSize = 0

interface Name {
  /** Literal without indexing, with the name by index or in full (RFC 7541 §6.2.2). */
  readonly prefix: Uint8Array
  readonly values: Map<string, Uint8Array> | undefined
}
const names = new Map<string, Name>()

function integer(value: number, prefixBits: number, first: number): number[] {
  const mask = (1 << prefixBits) - 1
  if (value < mask) return [first | value]
  const out = [first | mask]
  for (value -= mask; value >= 128; value >>>= 7) out.push((value & 127) | 128)
  out.push(value)
  return out
}

function nameOf(name: string): Name {
  let entry = names.get(name)
  if (entry !== undefined) return entry
  const lower = name.toLowerCase()
  const index = staticTable.findIndex((e) => e[0] === lower)
  const prefix = index > 0 ? integer(index, 4, 0) : [0, ...integer(lower.length, 7, 0), ...Buffer.from(lower, 'latin1')]
  entry = { prefix: Uint8Array.from(prefix), values: unique.has(lower) ? undefined : new Map() }
  if (names.size < maxMemo && name.length <= maxMemoLength) names.set(name, entry)
  return entry
}

function literal(prefix: Uint8Array, value: string): Uint8Array {
  if (forbidden.test(value)) throw new TypeError('control character in a response header')
  const bytes = Buffer.from(value, 'utf8')
  return Uint8Array.from([...prefix, ...integer(bytes.length, 7, 0), ...bytes])
}

const statuses = new Map<number, Uint8Array>()
function statusBytes(status: number): Uint8Array {
  let bytes = statuses.get(status)
  if (bytes === undefined) {
    const index = staticTable.findIndex((e) => e[0] === ':status' && e[1] === String(status))
    bytes = index > 0 ? Uint8Array.of(0x80 | index) : literal(Uint8Array.from(integer(8, 4, 0)), String(status))
    statuses.set(status, bytes)
  }
  return bytes
}

const contentLength = nameOf('content-length').prefix
let dateSecond = -1
let dateBytes: Uint8Array = new Uint8Array()

// The block is written straight into the caller's buffer, and moves to one of its own when it does not fit.
let out: Buffer = Buffer.alloc(0)
let begin = 0
let pos = 0

function room(n: number): void {
  if (out.length - pos >= n) return
  const bigger = Buffer.allocUnsafeSlow((pos - begin + n) * 2)
  bigger.set(out.subarray(begin, pos))
  out = bigger
  pos -= begin
  begin = 0
}

function put(bytes: Uint8Array): void {
  const n = bytes.length
  room(n)
  // A loop beats TypedArray.set on the few bytes of a header.
  if (n < 64) for (let i = 0; i < n; i++) out[pos + i] = bytes[i]!
  else out.set(bytes, pos)
  pos += n
}

function putHeader(name: string, value: string): void {
  const entry = nameOf(name)
  const memo = entry.values
  if (memo === undefined) {
    putUnique(entry.prefix, value)
    return
  }
  let bytes = memo.get(value)
  if (bytes === undefined) {
    bytes = literal(entry.prefix, value)
    if (memoSize < maxMemo && value.length <= maxMemoLength) {
      memo.set(value, bytes)
      memoSize++
    }
  }
  put(bytes)
}

function putUnique(prefix: Uint8Array, value: string): void {
  const n = value.length
  if (n >= 127) {
    put(literal(prefix, value))
    return
  }
  put(prefix)
  room(n + 1)
  out[pos] = n
  for (let i = 0; i < n; i++) {
    const c = value.charCodeAt(i)
    if (c < 32 || c > 126) {
      pos -= prefix.length
      put(literal(prefix, value))
      return
    }
    out[pos + 1 + i] = c
  }
  pos += n + 1
}

function putAll(name: string, value: string | readonly string[]): void {
  if (typeof value === 'string') putHeader(name, value)
  else for (const v of value) putHeader(name, v)
}

/** Headers set by filters, as name, value, name, value…; the response's own ones win. */
export type ExtraHeaders = readonly (string | readonly string[])[]

/**
 * Writes the header block into `target` from `at` on and returns where it ends; -1 when it does not fit, then `overflow()` has it.
 * `length` below 0: no content-length. `nowMs` gives the date header.
 */
export function encodeResponse(
  target: Buffer,
  at: number,
  status: number,
  headers: ResponseHeaders,
  extra: ExtraHeaders,
  length: number,
  nowMs: number,
): number {
  out = target
  begin = at
  pos = at
  put(statusBytes(status))
  for (let i = 0; i < extra.length; i += 2) {
    const name = extra[i] as string
    if (headers[name] === undefined) putAll(name, extra[i + 1]!)
  }
  for (const name in headers) {
    const value = headers[name]
    // RFC 9113 §8.2.2: not a header of HTTP/2.
    if (value !== undefined && name !== 'connection') putAll(name, value)
  }
  if (length >= 0 && headers['content-length'] === undefined) putUnique(contentLength, String(length))
  const second = Math.floor(nowMs / 1000)
  if (second !== dateSecond) {
    dateSecond = second
    dateBytes = literal(nameOf('date').prefix, new Date(second * 1000).toUTCString())
  }
  if (headers['date'] === undefined) put(dateBytes)
  return out === target ? pos : -1
}

/** The block of the last encodeResponse that returned -1. */
export function overflow(): Buffer {
  return out.subarray(begin, pos)
}

/** An interim response such as 100 (RFC 9113 §8.1). */
export function encodeInterim(status: number): Buffer {
  return Buffer.from(statusBytes(status))
}
