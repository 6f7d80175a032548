import { goQuote } from '../../machinery/go-quote.ts'
import { setOwn } from '../../machinery/own.ts'
import { goFloat, JsonNumber, numberOf } from '../../machinery/numbers.ts'
import { parseTime, TimeParseError } from '../../machinery/time.ts'
import * as cbor from './head.ts'
import { CborError, CborTypeError, LATER_ENCODINGS } from './head.ts'
import { laterEncoded, Reader } from './reader.ts'
import { checkWellFormed } from './well-formed.ts'

const MAX_INT64 = 2n ** 63n - 1n
/** Last and first second that RFC 3339 has a form for. */
const MAX_SECONDS = 253_402_300_799
const MIN_SECONDS = -62_167_219_200

/**
 * Decodes well-formed items as Go's `interface{}` (fxamacker/cbor with apimachinery's options). As there, decoding goes on behind an error, and
 * the first one is told, unless a map ends early: what is wrong with the map then comes before what is wrong in it.
 */
export class Decoder {
  protected readonly r: Reader
  /** The first one of the value that is decoded. */
  protected error: CborError | undefined
  /** Tags around the value that say what byte strings are to become. */
  protected readonly later: number[] = []

  /** Whether a float without a fraction is told from an integer. */
  protected readonly spelled: boolean

  constructor(r: Reader, spelled = true) {
    this.r = r
    this.spelled = spelled
  }

  protected fail(error: CborError): undefined {
    this.error ??= error
    return undefined
  }

  /** Decodes with an empty slate. Returns what went wrong, if anything did, without telling it. */
  protected apart(decode: () => void): CborError | undefined {
    const before = this.error
    this.error = undefined
    decode()
    const found = this.error
    this.error = before
    return found
  }

  /** Any value. Integers are exact; a float without a fraction is a JsonNumber, since it is no integer. */
  any(): unknown {
    const { r } = this
    if (r.next === cbor.TAG) {
      r.skipSelfDescribed()
      const wrong = r.wrongTag()
      if (wrong !== undefined) return this.fail(wrong)
    }
    switch (r.next) {
      case cbor.POSITIVE:
      case cbor.NEGATIVE:
        return this.#integer()
      case cbor.BYTE_STRING:
        return this.byteText()
      case cbor.TEXT_STRING:
        return this.text()
      case cbor.ARRAY:
        return this.#array()
      case cbor.MAP:
        return this.map(this.#item, 'string')
      case cbor.TAG:
        return this.#tagged()
      default:
        return this.#primitive()
    }
  }

  readonly #item = (): unknown => this.any()

  #integer(): unknown {
    const type = this.r.next
    const value = this.integer()
    if (typeof value !== 'bigint' || isInt64(value)) return value
    return this.fail(new CborTypeError(type, 'int64', `${value} overflows Go's int64`))
  }

  /** A number where that is exact. */
  protected integer(): number | bigint {
    const negative = this.r.next === cbor.NEGATIVE
    this.r.head()
    const { argument } = this.r
    if (!negative) return argument
    const value = -1n - BigInt(argument)
    return Number.isSafeInteger(Number(value)) ? Number(value) : value
  }

  /** A byte string as a text; what is no UTF-8 is replaced, as where Go writes it in JSON. */
  protected byteText(): string {
    const tag = this.later.at(-1)
    return tag === undefined ? this.r.byteText() : laterEncoded(this.r.byteString(), tag)
  }

  protected text(): string | undefined {
    try {
      return this.r.textString()
    } catch (e) {
      if (e instanceof CborError) return this.fail(e)
      throw e
    }
  }

  #array(): unknown[] {
    this.r.head()
    const { count } = this.r
    const out: unknown[] = []
    for (let i = 0; !this.r.ends(i, count); i++) out.push(this.any() ?? null)
    return out
  }

  /**
   * A map with texts for keys. A key that is there twice ends it.
   * @param goType of the keys
   * @param reuses values are scalars, of which Go has one at a time: null leaves the one before as it is
   */
  protected map(value: () => unknown, goType: string, reuses = false): Record<string, unknown> {
    const out: Record<string, unknown> = {}
    const before = this.error
    this.error = undefined
    this.#entries(out, value, goType, reuses)
    this.error = before ?? this.error
    return out
  }

  // Without closures: it stands once on the stack for every level of a value.
  #entries(out: Record<string, unknown>, value: () => unknown, goType: string, reuses: boolean): void {
    const { r } = this
    r.head()
    const { count } = r
    let last: unknown = null
    for (let i = 0; !r.ends(i, count); i++) {
      const told = this.error
      this.error = undefined
      const key = this.string(goType) ?? ''
      const keyed = this.error === undefined
      let found: unknown
      if (keyed) found = value()
      else r.skip()
      const good = this.error === undefined
      this.error = told ?? this.error
      if (!good) continue
      if (!Object.hasOwn(out, key)) setOwn(out, key, (last = found ?? (reuses ? last : null)))
      else {
        this.error = duplicate(goQuote(key), i)
        return this.skipEntries(i + 1, count)
      }
    }
  }

  protected skipEntries(from: number, count: number): void {
    for (let i = from; !this.r.ends(i, count); i++) {
      this.r.skip()
      this.r.skip()
    }
  }

  /** A text of either kind. Null is none. */
  protected string(goType: string): string | undefined {
    const { r } = this
    // Most texts have no tags, and are byte strings.
    if (r.next === cbor.BYTE_STRING) return this.byteText()
    const type = this.untagged()
    if (type === undefined) return undefined
    if (type === cbor.BYTE_STRING) return this.leaveTags(() => this.byteText())
    if (type === cbor.TEXT_STRING) return this.leaveTags(() => this.text())
    if (r.nextIsNull) return this.leaveTags(() => void this.#primitive())
    return this.leaveTags(() => this.mismatch(type, goType))
  }

  /** How many tags for byte strings were there when the value began that is decoded. */
  #marks: number[] = []

  /**
   * Reads the tags before a value, which mean something for byte strings only.
   * @returns major type of what follows; undefined, with the error told and everything read, where a tag does not fit it
   */
  protected untagged(): number | undefined {
    const { r } = this
    r.skipSelfDescribed()
    const wrong = r.wrongTag()
    if (wrong !== undefined) return this.fail(wrong)
    this.#marks.push(this.later.length)
    while (r.next === cbor.TAG) {
      r.head()
      const tag = Number(r.argument)
      if (LATER_ENCODINGS.includes(tag)) this.later.push(tag)
    }
    return r.next
  }

  /** Decodes what `untagged` has led to, behind which its tags mean nothing any more. */
  protected leaveTags<T>(decode: () => T): T {
    const out = decode()
    this.later.length = this.#marks.pop()!
    return out
  }

  /** A value of another type than `goType`, which is passed over. What could be of no type is told of as such. */
  protected mismatch(type: number, goType: string, detail = ''): undefined {
    if (type === cbor.NEGATIVE) return this.fail(new CborTypeError(type, goType, belowInt64(this.integer())))
    const wrong = this.apart(() => {
      if (type === cbor.PRIMITIVE) this.#primitive()
      else if (type === cbor.TEXT_STRING) this.text()
      else this.r.skip()
    })
    return this.fail(wrong ?? new CborTypeError(type, goType, detail))
  }

  #tagged(): unknown {
    const { r } = this
    r.head()
    const tag = Number(r.argument)
    if (tag === cbor.RFC3339_TAG) return this.#time()
    if (tag === cbor.EPOCH_TAG) return this.#epoch()
    if (!LATER_ENCODINGS.includes(tag)) return this.any()
    this.later.push(tag)
    const value = this.any()
    this.later.pop()
    return value
  }

  /** A time that is tagged as one, as Go writes it again. */
  #time(): string | undefined {
    const text = this.text()
    if (text === undefined) return undefined
    try {
      parseTime(text, 'time')
    } catch (e) {
      if (!(e instanceof TimeParseError)) throw e
      return this.fail(new CborError(`cbor: cannot set ${text} for time.Time: ${e.message}`))
    }
    return text.replace(/[.,](\d*?)0*(?=[Z+-])/, (_, digits: string) => (digits === '' ? '' : `.${digits}`)).replace(/[+-]00:00$/, 'Z')
  }

  #epoch(): string | undefined {
    const { r } = this
    const type = r.next
    const value = type === cbor.PRIMITIVE ? this.#number() : this.integer()
    if (typeof value === 'bigint' ? !isInt64(value) : Math.abs(value) > 2 ** 63) {
      const shown = typeof value === 'bigint' ? String(value) : goFloat(value)
      return this.fail(new CborTypeError(type, 'time.Time', `${shown} overflows Go's int64`))
    }
    const whole = Math.trunc(Number(value))
    const nanos = Math.trunc((Number(value) - whole) * 1e9)
    const seconds = nanos < 0 ? whole - 1 : whole
    if (seconds > MAX_SECONDS || seconds < MIN_SECONDS) {
      const why = 'Time.MarshalText: year outside of range [0,9999]'
      return this.fail(new CborError(`cbor: decoded time cannot be represented in RFC3339 format with sub-second precision: ${why}`))
    }
    const shown = new Date(seconds * 1000).toISOString().slice(0, -'.000Z'.length)
    const fraction = String((nanos + 1e9) % 1e9)
      .padStart(9, '0')
      .replace(/0+$/, '')
    return `${shown}${fraction === '' ? '' : `.${fraction}`}Z`
  }

  #number(): number {
    this.r.head()
    return this.r.float()
  }

  #primitive(): unknown {
    const { r } = this
    r.head()
    const { info } = r
    if (info >= cbor.FLOAT16) return this.spelled ? floatValue(r.float()) : r.float()
    const byte = (cbor.PRIMITIVE << 5) | info
    if (byte === cbor.FALSE || byte === cbor.TRUE) return byte === cbor.TRUE
    if (byte === cbor.NULL) return null
    return this.fail(simpleValue(Number(r.argument)))
  }

  /** The whole of the bytes. */
  whole<T>(decode: () => T): { value: T; error: CborError | undefined } {
    const value = decode()
    return { value, error: this.error }
  }
}

export const isInt64 = (value: bigint): boolean => value <= MAX_INT64 && value >= -MAX_INT64 - 1n

/** What an error says of an integer that Go has no type for. */
export const belowInt64 = (value: number | bigint): string => (isInt64(BigInt(value)) ? '' : `${value} overflows Go's int64`)

export const simpleValue = (value: number): CborError =>
  new CborError(`cbor: data item of cbor type primitives is not accepted by protocol: simple value ${value} is not recognized`)

export const duplicate = (key: string, index: number): CborError =>
  new CborError(`cbor: found duplicate map key ${key} at map element index ${index}`)

/** A float64 in the form that a JSON number of that kind has here (machinery/numbers.ts). */
function floatValue(value: number): number | JsonNumber {
  const text = Object.is(value, -0) ? '-0' : String(value)
  const literal = /^-?\d+$/.test(text) ? `${text}.0` : text
  const read = numberOf(literal)
  return typeof read === 'bigint' ? new JsonNumber(`${literal}.0`) : read
}

/**
 * Decodes bytes as Go's `interface{}`.
 * @param spelled false: floats are those of a JSON text that Go makes of them, in which `3.0` is `3`
 * @throws CborError in the reference's words
 */
export function decodeAny(bytes: Buffer, spelled = true): unknown {
  checkWellFormed(bytes)
  const { value, error } = new Any(new Reader(bytes), spelled).decode()
  if (error !== undefined) throw error
  return value
}

/** As `map[string]interface{}`. Null is none: undefined. */
export function decodeMap(bytes: Buffer, spelled = true): Record<string, unknown> | undefined {
  checkWellFormed(bytes)
  const { value, error } = new Any(new Reader(bytes), spelled).decodeMap()
  if (error !== undefined) throw error
  return value
}

class Any extends Decoder {
  decode(): { value: unknown; error: CborError | undefined } {
    return this.whole(() => this.any())
  }

  decodeMap(): { value: Record<string, unknown> | undefined; error: CborError | undefined } {
    return this.whole(() => {
      const type = this.untagged()
      if (type === undefined || this.r.nextIsNull) return undefined
      if (type === cbor.MAP) return this.map(() => this.any(), 'string')
      return this.mismatch(type, 'map[string]interface {}')
    })
  }
}
