import { MAX_LEVELS } from '../../machinery/depth.ts'
import { goQuote } from '../../machinery/go-quote.ts'
import { setOwn } from '../../machinery/own.ts'
import { goFloat, JsonNumber, numberOf } from '../../machinery/numbers.ts'
import { atOnce, type Pausing } from '../../machinery/slice.ts'
import { parseTime, TimeParseError } from '../../machinery/time.ts'
import * as cbor from './head.ts'
import { CborError, CborTypeError, LATER_ENCODINGS } from './head.ts'
import { laterEncoded, Reader } from './reader.ts'
import { isSteps, ITEMS_AT_ONCE, running, type Steps } from '../../machinery/steps.ts'
import { checkingWellFormed } from './well-formed.ts'

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
  /** Containers that are open. */
  protected depth: number

  constructor(r: Reader, spelled = true, depth = 0) {
    this.r = r
    this.spelled = spelled
    this.depth = depth
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

  /** Any value, or the steps to it. Integers are exact; a float without a fraction is a JsonNumber, since it is no integer. */
  any(): unknown {
    if (this.r.next !== cbor.TAG) return this.#bare()
    const marks = this.later.length
    const value = this.#tagged()
    if (isSteps(value) && this.later.length > marks) return this.#leaving(value, marks)
    this.later.length = marks
    return value
  }

  /** Tags mean something to all that is within. */
  *#leaving(value: Steps<unknown>, marks: number): Steps<unknown> {
    const out = yield value
    this.later.length = marks
    return out
  }

  /** A value without tags. */
  #bare(): unknown {
    switch (this.r.next) {
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

  *#array(): Steps<unknown[]> {
    this.r.head()
    const { count } = this.r
    const out: unknown[] = []
    this.enter()
    for (let i = 0; !this.r.ends(i, count); i++) {
      const item = this.any()
      out.push((isSteps(item) ? yield item : item) ?? null)
      if (i % ITEMS_AT_ONCE === ITEMS_AT_ONCE - 1) yield
    }
    this.depth--
    return out
  }

  /** Begins a container. What is kept of a body is walked by code that recurses. */
  protected enter(): void {
    if (++this.depth > MAX_LEVELS) throw new CborError(`cbor: exceeded max nested level ${MAX_LEVELS}`)
  }

  /**
   * A map with texts for keys. A key that is there twice ends it.
   * @param value each of the values, or the steps to it
   * @param goType of the keys
   * @param reuses values are scalars, of which Go has one at a time: null leaves the one before as it is
   */
  protected *map(value: () => unknown, goType: string, reuses = false): Steps<Record<string, unknown>> {
    const { r } = this
    const out: Record<string, unknown> = {}
    const before = this.error
    this.error = undefined
    this.enter()
    r.head()
    const { count } = r
    let last: unknown = null
    for (let i = 0; !r.ends(i, count); i++) {
      const told: CborError | undefined = this.error
      this.error = undefined
      const key = this.string(goType) ?? ''
      const keyed = this.error === undefined
      let found: unknown
      if (keyed) {
        found = value()
        if (isSteps(found)) found = yield found
      } else r.skip()
      const good = this.error === undefined
      this.error = told ?? this.error
      if (!good) continue
      if (Object.hasOwn(out, key)) {
        this.error = duplicate(goQuote(key), i)
        this.skipEntries(i + 1, count)
        break
      }
      setOwn(out, key, (last = found ?? (reuses ? last : null)))
      if (i % ITEMS_AT_ONCE === ITEMS_AT_ONCE - 1) yield
    }
    this.depth--
    this.error = before ?? this.error
    return out
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

  /** The same for a container. */
  protected *leavingTags<T>(decoding: Steps<T>): Steps<T> {
    const out = (yield decoding) as T
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

  /** What stands behind tags, of which those for byte strings are left in `later`. */
  #tagged(): unknown {
    const { r } = this
    r.skipSelfDescribed()
    const wrong = r.wrongTag()
    if (wrong !== undefined) return this.fail(wrong)
    while (r.next === cbor.TAG) {
      r.head()
      const tag = Number(r.argument)
      if (tag === cbor.RFC3339_TAG) return this.#time()
      if (tag === cbor.EPOCH_TAG) return this.#epoch()
      if (LATER_ENCODINGS.includes(tag)) this.later.push(tag)
      r.skipSelfDescribed()
    }
    return this.#bare()
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

/** Something that was decoded, and the first thing that is wrong with it. */
export interface Outcome<T = unknown> {
  readonly value: T
  readonly error: CborError | undefined
}

/**
 * Decodes bytes as Go's `interface{}`.
 * @param spelled false: floats are those of a JSON text that Go makes of them, in which `3.0` is `3`
 * @throws CborError in the reference's words
 */
export function decodeAny(bytes: Buffer, spelled = true): unknown {
  atOnce(checkingWellFormed(bytes))
  return right(atOnce(running(new AnyDecoder(new Reader(bytes), spelled).value())))
}

/** As `map[string]interface{}`. Null is none: undefined. */
export const decodeMap = (bytes: Buffer, spelled = true): Record<string, unknown> | undefined => atOnce(decodingMap(bytes, spelled))

/** The same, with pauses where it is long. */
export function* decodingMap(bytes: Buffer, spelled = true): Pausing<Record<string, unknown> | undefined> {
  yield* checkingWellFormed(bytes)
  return right(yield* running(new AnyDecoder(new Reader(bytes), spelled).mapValue()))
}

function right<T>({ value, error }: Outcome<T>): T {
  if (error !== undefined) throw error
  return value
}

/** Decodes one value, of bytes that are known to be well-formed. */
export class AnyDecoder extends Decoder {
  *value(): Steps<Outcome> {
    const found = this.any()
    return { value: isSteps(found) ? yield found : found, error: this.error }
  }

  *mapValue(): Steps<Outcome<Record<string, unknown> | undefined>> {
    const type = this.untagged()
    let value: Record<string, unknown> | undefined
    if (type === cbor.MAP) value = (yield this.map(() => this.any(), 'string')) as Record<string, unknown>
    else if (type !== undefined && !this.r.nextIsNull) this.mismatch(type, 'map[string]interface {}')
    return { value, error: this.error }
  }
}
