import { goFloat } from '../machinery/numbers.ts'
import { fn, type FunctionDecl, type Implementation } from './declarations.ts'
import { durationText, parseDuration, parseTimestamp, secondsOf, timestampOfSeconds, timestampText } from './time.ts'
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  INT,
  NULL,
  opaque,
  listOf,
  mapOf,
  DYN,
  STRING,
  TIMESTAMP,
  TYPE,
  UINT,
  type CelType,
} from './types.ts'
import {
  CelError,
  Duration,
  MAX_INT,
  MAX_UINT,
  MIN_INT,
  parseDouble,
  type Timestamp,
  typeNameOf,
  TypeValue,
  Uint,
  type CelValue,
} from './values.ts'

/** `int('1')`, `string(1.5)` and the like. */
type Convert = (value: never) => CelValue | undefined

const intOverflow = (): CelError => new CelError('integer overflow')
const uintOverflow = (): CelError => new CelError('unsigned integer overflow')
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Go's ParseInt and ParseUint in base ten. */
function integer(text: string, signed: boolean): bigint | undefined {
  if (text.length > 100 || !(signed ? /^[+-]?\d+$/ : /^\d+$/).test(text)) return undefined
  const value = BigInt(text.replace(/^\+/, ''))
  return (signed ? value < MIN_INT || value > MAX_INT : value > MAX_UINT) ? undefined : value
}

const TRUE: ReadonlySet<string> = new Set(['1', 't', 'T', 'true', 'TRUE', 'True'])
const FALSE: ReadonlySet<string> = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False'])

function intOfDouble(value: number): CelValue {
  if (!Number.isFinite(value) || value <= -(2 ** 63) || value >= 2 ** 63) return intOverflow()
  return BigInt(Math.trunc(value))
}

function uintOfDouble(value: number): CelValue {
  if (!Number.isFinite(value) || value < 0 || value >= 2 ** 64) return uintOverflow()
  return new Uint(BigInt(Math.trunc(value)))
}

function doubleOfString(text: string): CelValue | undefined {
  const value = parseDouble(text)
  // Go refuses a number that no float64 is near to, not the word for infinity.
  return value !== undefined && !Number.isFinite(value) && /\d/.test(text) ? undefined : value
}

function stringOfBytes(value: Uint8Array): CelValue {
  try {
    return decoder.decode(value)
  } catch {
    return new CelError('invalid UTF-8 in bytes, cannot convert to string')
  }
}

const same: Convert = (value) => value
const encoder = new TextEncoder()

/** Target, then source type: the id of the signature, and what it does. */
const TABLE: readonly (readonly [
  target: string,
  result: CelType,
  from: readonly (readonly [id: string, source: CelType, convert: Convert])[],
])[] = [
  [
    'bool',
    BOOL,
    [
      ['bool_to_bool', BOOL, same],
      ['string_to_bool', STRING, (v: string) => (TRUE.has(v) ? true : FALSE.has(v) ? false : undefined)],
    ],
  ],
  [
    'bytes',
    BYTES,
    [
      ['bytes_to_bytes', BYTES, same],
      ['string_to_bytes', STRING, (v: string) => encoder.encode(v)],
    ],
  ],
  [
    'double',
    DOUBLE,
    [
      ['double_to_double', DOUBLE, same],
      ['int64_to_double', INT, (v: bigint) => Number(v)],
      ['string_to_double', STRING, doubleOfString],
      ['uint64_to_double', UINT, (v: Uint) => Number(v.value)],
    ],
  ],
  [
    'duration',
    DURATION,
    [
      ['duration_to_duration', DURATION, same],
      [
        'string_to_duration',
        STRING,
        (v: string) => {
          const nanos = parseDuration(v)
          return nanos === undefined ? undefined : new Duration(nanos)
        },
      ],
    ],
  ],
  [
    'int',
    INT,
    [
      ['int64_to_int64', INT, same],
      ['double_to_int64', DOUBLE, intOfDouble],
      ['duration_to_int64', DURATION, (v: Duration) => v.nanos],
      ['string_to_int64', STRING, (v: string) => integer(v, true)],
      ['timestamp_to_int64', TIMESTAMP, (v: Timestamp) => secondsOf(v)],
      ['uint64_to_int64', UINT, (v: Uint) => (v.value > MAX_INT ? intOverflow() : v.value)],
    ],
  ],
  [
    'string',
    STRING,
    [
      ['string_to_string', STRING, same],
      ['bool_to_string', BOOL, (v: boolean) => String(v)],
      ['bytes_to_string', BYTES, stringOfBytes],
      ['double_to_string', DOUBLE, (v: number) => goFloat(v)],
      ['duration_to_string', DURATION, (v: Duration) => durationText(v.nanos)],
      ['int64_to_string', INT, (v: bigint) => String(v)],
      ['timestamp_to_string', TIMESTAMP, (v: Timestamp) => timestampText(v)],
      ['uint64_to_string', UINT, (v: Uint) => String(v.value)],
    ],
  ],
  [
    'timestamp',
    TIMESTAMP,
    [
      ['timestamp_to_timestamp', TIMESTAMP, same],
      ['int64_to_timestamp', INT, (v: bigint) => timestampOfSeconds(v)],
      ['string_to_timestamp', STRING, (v: string) => parseTimestamp(v)],
    ],
  ],
  [
    'uint',
    UINT,
    [
      ['uint64_to_uint64', UINT, same],
      ['double_to_uint64', DOUBLE, uintOfDouble],
      ['int64_to_uint64', INT, (v: bigint) => (v < 0n ? uintOverflow() : new Uint(v))],
      [
        'string_to_uint64',
        STRING,
        (v: string) => {
          const value = integer(v, false)
          return value === undefined ? undefined : new Uint(value)
        },
      ],
    ],
  ],
] // prettier-ignore

const functions: readonly FunctionDecl[] = TABLE.map(([name, result, from]) => ({
  name,
  overloads: from.map(([id, source, convert]) =>
    fn(id, [source], result, (value) => {
      const made = convert(value as never)
      return made ?? new CelError(`type conversion error from '${source.name}' to '${result.name}'`)
    }),
  ),
}))

/** Types that have a name in expressions. */
export const TYPE_NAMES: ReadonlyMap<string, CelType> = new Map(
  [BOOL, BYTES, DOUBLE, DURATION, INT, listOf(DYN), mapOf(DYN, DYN), NULL, STRING, TIMESTAMP, TYPE, UINT, opaque('optional_type')].map(
    (t) => [t.name, t],
  ),
)

const type: Implementation = (value) => {
  if (value instanceof CelError) return value
  const name = typeNameOf(value!)
  return new TypeValue(TYPE_NAMES.get(name) ?? opaque(name))
}

export const conversions = { functions, type }
