/** How each scalar of the table stands in protobuf: writers and readers of the value behind the tag. */
import { literalOf, parseNumbers } from '../../machinery/numbers.ts'
import { parseQuantity } from '../../machinery/quantity.ts'
import { RawJson } from '../../machinery/raw-json.ts'
import type { ScalarKind } from '../../scheme/contract.ts'
import { formatDuration, parseDuration } from '../../machinery/go-duration.ts'
import { ZERO_SECONDS, formatMicros, formatSeconds, inRange, parseTime } from '../../machinery/time.ts'
import { BYTES, DecodeError, EncodeError, FIXED64, type Reader, VARINT, type Writer } from './wire.ts'

export interface ScalarCodec {
  wire: number
  /** Writes a value that is neither undefined nor null, with its length where it has one. Throws EncodeError. */
  write(w: Writer, value: unknown): void
  read(r: Reader): unknown
  /** What Go's zero value writes, with its length; undefined when it writes nothing (nil bytes). */
  zero?: readonly number[]
  /** Go's zero value in JSON, which stands for a field that is not on the wire. */
  empty: unknown
}

const wrong = (want: string, value: unknown): EncodeError =>
  new EncodeError(`cannot encode ${value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value} as ${want}`)

const text = (value: unknown, want: string): string => {
  if (typeof value !== 'string') throw wrong(want, value)
  return value
}

const integer = (value: unknown, want: string): number | bigint => {
  if (typeof value !== 'bigint' && !Number.isInteger(value)) throw wrong(want, value)
  return value as number | bigint
}

/** Writes a message of which `body` writes the fields, with its length. */
export function delimited(w: Writer, body: () => void): void {
  const end = w.mark
  body()
  w.uint(w.mark - end)
}

/** Calls `field` for each field of a delimited message; it returns false for one it does not know. */
export function eachField(r: Reader, field: (number: number, wire: number) => boolean): void {
  const outer = r.end
  r.end = r.span()
  while (r.pos < r.end) {
    const tag = r.uint()
    if (!field(tag >>> 3, tag & 7)) r.skip(tag & 7)
  }
  r.end = outer
}

function writeInstant(w: Writer, seconds: number, nanos: number): void {
  if (seconds === ZERO_SECONDS && nanos === 0) {
    w.uint(0)
    return
  }
  delimited(w, () => {
    w.uint(nanos)
    w.uint(0x10)
    w.int(seconds)
    w.uint(0x08)
  })
}

function readInstant(r: Reader): { seconds: number; nanos: number } {
  const at = { seconds: 0, nanos: 0 }
  const none = r.buf[r.pos] === 0
  eachField(r, (number, wire) => {
    if (wire !== VARINT || (number !== 1 && number !== 2)) return false
    if (number === 1) at.seconds = r.int()
    else at.nanos = r.int()
    return true
  })
  // An empty message is Go's zero time, not the epoch.
  if (none) at.seconds = ZERO_SECONDS
  if (!inRange(at.seconds) || at.nanos < 0 || at.nanos > 999_999_999) throw new DecodeError('proto: time out of range')
  return at
}

/** Go cuts a varint to the field's width. */
const low32 = (value: number | bigint): number => (typeof value === 'number' ? value | 0 : Number(BigInt.asIntN(32, value)))

const fromJson = (value: unknown): Buffer => (value instanceof RawJson ? value.bytes : Buffer.from(JSON.stringify(value)))

/** A message whose field 1 holds JSON text. @param broken what bytes are read as that are none */
function readJsonMessage(r: Reader, broken: (bytes: Buffer) => unknown): unknown {
  let value: unknown = null
  eachField(r, (number, wire) => {
    if (number !== 1 || wire !== BYTES) return false
    const bytes = r.bytes()
    try {
      value = bytes.length === 0 ? null : parseNumbers(bytes.toString())
    } catch {
      value = broken(bytes)
    }
    return true
  })
  return value
}

function refuse(): never {
  throw new DecodeError('embedded object is not JSON')
}

const jsonMessage: ScalarCodec = {
  wire: BYTES,
  write: (w, value) =>
    delimited(w, () => {
      w.bytes(fromJson(value))
      w.uint(0x0a)
    }),
  read: (r) => readJsonMessage(r, refuse),
  zero: [0],
  empty: null,
}

/** Nobody looks into the bytes before the owners are read: what is no set of fields is dropped then, as a text is. */
const fieldsMessage: ScalarCodec = { ...jsonMessage, read: (r) => readJsonMessage(r, String) }

const number = (want: string): ScalarCodec => ({
  wire: VARINT,
  write: (w, value) => w.int(integer(value, want)),
  read: (r) => r.int64(),
  zero: [0],
  empty: 0,
})

export const scalarCodecs: Record<ScalarKind, ScalarCodec> = {
  string: {
    wire: BYTES,
    write: (w, value) => w.string(text(value, 'string')),
    read: (r) => r.string(),
    zero: [0],
    empty: '',
  },
  boolean: {
    wire: VARINT,
    write(w, value) {
      if (typeof value !== 'boolean') throw wrong('bool', value)
      w.uint(value ? 1 : 0)
    },
    read: (r) => r.int() !== 0,
    zero: [0],
    empty: false,
  },
  int32: { ...number('int32'), read: (r) => low32(r.int64()) },
  int64: number('int64'),
  double: {
    wire: FIXED64,
    write(w, value) {
      if (typeof value !== 'number') throw wrong('double', value)
      w.double(value)
    },
    read(r) {
      const value = r.double()
      if (!Number.isFinite(value)) throw new DecodeError('proto: number has no JSON form')
      return value
    },
    zero: [0, 0, 0, 0, 0, 0, 0, 0],
    empty: 0,
  },
  bytes: {
    wire: BYTES,
    write: (w, value) => w.bytes(Buffer.from(text(value, 'bytes'), 'base64')),
    read: (r) => r.bytes().toString('base64'),
    empty: null,
  },
  time: {
    wire: BYTES,
    write: (w, value) => writeInstant(w, parseTime(text(value, 'Time'), 'time').seconds, 0),
    read: (r) => formatSeconds(readInstant(r).seconds),
    zero: [0],
    empty: null,
  },
  microTime: {
    wire: BYTES,
    write(w, value) {
      const { seconds, nanos } = parseTime(text(value, 'MicroTime'), 'microTime')
      writeInstant(w, seconds, nanos - (nanos % 1000))
    },
    read(r) {
      const { seconds, nanos } = readInstant(r)
      return formatMicros(seconds, nanos)
    },
    zero: [0],
    empty: null,
  },
  duration: {
    wire: BYTES,
    write: (w, value) =>
      delimited(w, () => {
        w.bigint(parseDuration(text(value, 'Duration')))
        w.uint(0x08)
      }),
    read(r) {
      let ns = 0n
      eachField(r, (field, wire) => {
        if (field !== 1 || wire !== VARINT) return false
        ns = r.bigint()
        return true
      })
      return formatDuration(ns)
    },
    zero: [2, 0x08, 0],
    empty: '0s',
  },
  quantity: {
    wire: BYTES,
    write: (w, value) =>
      delimited(w, () => {
        w.string(literalOf(value) ?? text(value, 'Quantity'))
        w.uint(0x0a)
      }),
    read(r) {
      let value = '0'
      eachField(r, (field, wire) => {
        if (field !== 1 || wire !== BYTES) return false
        value = canonicalQuantity(r.string())
        return true
      })
      return value
    },
    zero: [3, 0x0a, 1, 0x30],
    empty: '0',
  },
  intOrString: {
    wire: BYTES,
    write: (w, value) =>
      delimited(w, () => {
        const isText = typeof value === 'string'
        w.string(isText ? value : '')
        w.uint(0x1a)
        w.int(isText ? 0 : integer(value, 'IntOrString'))
        w.uint(0x10)
        w.uint(isText ? 1 : 0)
        w.uint(0x08)
      }),
    read: readIntOrString,
    zero: [6, 0x08, 0, 0x10, 0, 0x1a, 0],
    empty: 0,
  },
  raw: jsonMessage,
  json: jsonMessage,
  fieldsV1: fieldsMessage,
}

function canonicalQuantity(given: string): string {
  try {
    return parseQuantity(given).text
  } catch (e) {
    throw new DecodeError(e instanceof Error ? e.message : String(e))
  }
}

function readIntOrString(r: Reader): string | number {
  let kind = 0
  let int = 0
  let str = ''
  eachField(r, (field, wire) => {
    if (field === 1 && wire === VARINT) kind = r.int()
    else if (field === 2 && wire === VARINT) int = low32(r.int64())
    else if (field === 3 && wire === BYTES) str = r.string()
    else return false
    return true
  })
  if (kind !== 0 && kind !== 1) throw new DecodeError('impossible IntOrString.Type')
  return kind === 1 ? str : int
}
