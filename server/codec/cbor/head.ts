/** What CBOR (RFC 8949) and the reference's use of it (KEP-4222) say about the first bytes of an item. */

export const POSITIVE = 0
export const NEGATIVE = 1
export const BYTE_STRING = 2
export const TEXT_STRING = 3
export const ARRAY = 4
export const MAP = 5
export const TAG = 6
export const PRIMITIVE = 7

/** A major type as the reference's errors name it (fxamacker/cbor `common.go`). */
export const TYPE_NAMES: readonly string[] = [
  'positive integer',
  'negative integer',
  'byte string',
  'UTF-8 text string',
  'array',
  'map',
  'tag',
  'primitives',
]

/** Additional information: values below are the argument themselves, the next four say how many bytes have it. */
export const ONE_BYTE = 24
export const EIGHT_BYTES = 27
export const INDEFINITE = 31
/** Major type 7 with an argument of two, four or eight bytes. */
export const FLOAT16 = 25
export const FLOAT32 = 26
export const FLOAT64 = 27

export const FALSE = 0xf4
export const TRUE = 0xf5
export const NULL = 0xf6
export const UNDEFINED = 0xf7
/** Ends what has no length. */
export const BREAK = 0xff

export const RFC3339_TAG = 0
export const EPOCH_TAG = 1
export const BIGNUM_TAGS = [2, 3]
/** A byte string below is to become text: base64url, base64, base16. */
export const LATER_ENCODINGS = [21, 22, 23]
export const BASE64_TAG = 22
/** Says of bytes that they are CBOR; it means nothing besides. */
export const SELF_DESCRIBED_TAG = 55_799
export const SELF_DESCRIBED = Buffer.from([0xd9, 0xd9, 0xf7])

/** Whether bytes say of themselves that they are CBOR, as everything that a kube-apiserver writes does. */
export const isCbor = (bytes: Uint8Array): boolean => bytes.length >= 3 && bytes[0] === 0xd9 && bytes[1] === 0xd9 && bytes[2] === 0xf7

/** Bytes that are no CBOR, or none that this API takes; the message is the reference's. */
export class CborError extends Error {
  override readonly name = 'CborError'
}

/** A value of another type than the one wanted. Each struct on the way out puts its field's name in. */
export class CborTypeError extends CborError {
  #field = ''
  readonly #found: string
  readonly #goType: string
  readonly #detail: string

  constructor(found: number, goType: string, detail = '') {
    super()
    this.#found = TYPE_NAMES[found]!
    this.#goType = goType
    this.#detail = detail
  }

  set field(name: string) {
    this.#field = name
  }

  override get message(): string {
    const where = this.#field === '' ? 'Go value' : `Go struct field ${this.#field}`
    const detail = this.#detail === '' ? '' : ` (${this.#detail})`
    return `cbor: cannot unmarshal ${this.#found} into ${where} of type ${this.#goType}${detail}`
  }
}
