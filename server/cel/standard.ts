import { fn, member, type FunctionDecl, type Implementation, type Overload } from './declarations.ts'
import { conversions } from './conversions.ts'
import { searchPattern } from './patterns.ts'
import { DATE_PARTS, datePart, durationOf, shifted } from './time.ts'
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  optionalOf,
  param,
  STRING,
  TIMESTAMP,
  typeOf,
  UINT,
  type CelType,
} from './types.ts'
import {
  CelError,
  CelList,
  CelMap,
  compare,
  Duration,
  MAX_INT,
  MAX_UINT,
  MIN_INT,
  noOverloadFor,
  noSuchOverload,
  notTaken,
  sizeOf,
  Timestamp,
  Uint,
  type CelValue,
} from './values.ts' // prettier-ignore

/** CEL's standard functions and operators (cel-spec langdef "Standard Definitions"), with cel-go's names of signatures and its errors. */
const A = param('A')
const B = param('B')
const LIST = listOf(A)
const MAP = mapOf(A, B)

/** Short names, from which signatures have their ids. */
const NUMBERS: Readonly<Record<string, CelType>> = { int64: INT, uint64: UINT, double: DOUBLE }
const SCALARS: Readonly<Record<string, CelType>> = {
  bool: BOOL,
  int64: INT,
  uint64: UINT,
  double: DOUBLE,
  string: STRING,
  bytes: BYTES,
  timestamp: TIMESTAMP,
  duration: DURATION,
} // prettier-ignore

const int = (value: bigint): CelValue => (value < MIN_INT || value > MAX_INT ? new CelError('integer overflow') : value)
const uint = (value: bigint): CelValue => (value < 0n || value > MAX_UINT ? new CelError('unsigned integer overflow') : new Uint(value))

type Arithmetic = readonly [ints: (a: bigint, b: bigint) => bigint | CelError, doubles?: (a: number, b: number) => number]
const ARITHMETIC: Readonly<Record<string, Arithmetic>> = {
  '_+_': [(a, b) => a + b, (a, b) => a + b],
  '_-_': [(a, b) => a - b, (a, b) => a - b],
  '_*_': [(a, b) => a * b, (a, b) => a * b],
  '_/_': [(a, b) => (b === 0n ? new CelError('division by zero') : a / b), (a, b) => a / b],
  '_%_': [(a, b) => (b === 0n ? new CelError('modulus by zero') : a % b)],
}

const numbers = (name: string): Implementation => {
  const [ints, doubles] = ARITHMETIC[name]!
  return (a, b) => {
    if (typeof a === 'bigint' && typeof b === 'bigint') {
      const value = ints(a, b)
      return value instanceof CelError ? value : int(value)
    }
    if (a instanceof Uint && b instanceof Uint) {
      const value = ints(a.value, b.value)
      return value instanceof CelError ? value : uint(value)
    }
    if (typeof a === 'number' && typeof b === 'number' && doubles !== undefined) return doubles(a, b)
    return isNumber(a, doubles !== undefined) ? noOverloadFor(b!) : notTaken(name, a)
  }
}
const isNumber = (value: CelValue | undefined, doubles: boolean): boolean =>
  typeof value === 'bigint' || value instanceof Uint || (doubles && typeof value === 'number')

const add = numbers('_+_')
const subtract = numbers('_-_')

const plus: Implementation = (a, b) => {
  if (typeof a === 'string') return typeof b === 'string' ? a + b : noOverloadFor(b!)
  if (a instanceof CelList) return b instanceof CelList ? a.add(b) : noOverloadFor(b!)
  if (a instanceof Uint8Array) return b instanceof Uint8Array ? Uint8Array.from([...a, ...b]) : noOverloadFor(b!)
  if (a instanceof Duration) {
    if (b instanceof Timestamp) return shifted(b, a.nanos)
    return b instanceof Duration ? durationOf(a.nanos + b.nanos) : noOverloadFor(b!)
  }
  if (a instanceof Timestamp) return b instanceof Duration ? shifted(a, b.nanos) : noOverloadFor(b!)
  return add(a!, b!)
}

const minus: Implementation = (a, b) => {
  if (a instanceof Duration) return b instanceof Duration ? durationOf(a.nanos - b.nanos) : noOverloadFor(b!)
  if (!(a instanceof Timestamp)) return subtract(a!, b!)
  if (b instanceof Timestamp) return durationOf(a.nanos - b.nanos)
  return b instanceof Duration ? shifted(a, -b.nanos) : noOverloadFor(b!)
}

const negate: Implementation = (a) => {
  if (typeof a === 'bigint') return int(-a)
  if (typeof a === 'number') return -a
  return a instanceof Duration ? durationOf(-a.nanos) : typeof a === 'boolean' ? noSuchOverload() : notTaken('-_', a)
}

const arithmetic = (name: string, prefix: string, more: readonly Overload[] = []): readonly Overload[] => [
  ...Object.entries(NUMBERS)
    .filter(([type]) => name !== '_%_' || type !== 'double')
    .map(([type, t]) => fn(`${prefix}_${type}`, [t, t], t)),
  ...more,
]

/** Comparisons: of each scalar with its own kind, and of numbers with each other. */
function relation(name: string, prefix: string, holds: (order: number) => boolean): FunctionDecl {
  const overloads: Overload[] = []
  for (const [type, t] of Object.entries(SCALARS)) {
    overloads.push(fn(`${prefix}_${type}`, [t, t], BOOL))
    if (NUMBERS[type] === undefined) continue
    for (const [other, o] of Object.entries(NUMBERS)) if (other !== type) overloads.push(fn(`${prefix}_${type}_${other}`, [t, o], BOOL))
  }
  const comparable = (v: CelValue | undefined): boolean =>
    v !== null && (typeof v !== 'object' || v instanceof Uint || v instanceof Uint8Array || v instanceof Duration || v instanceof Timestamp) // prettier-ignore
  const dispatch: Implementation = (a, b) => {
    if (!comparable(a)) return notTaken(name, a)
    const order = compare(a!, b!)
    return order instanceof CelError ? order : holds(order)
  }
  return { name, overloads, dispatch }
}

const contains: Implementation = (a, b) => {
  if (b instanceof CelList) return b.contains(a!)
  if (!(b instanceof CelMap)) return noOverloadFor(b!)
  const found = b.find(a!)
  return found instanceof CelError ? found : found !== undefined
}

const size: Implementation = (a) =>
  typeof a === 'string' || a instanceof CelList || a instanceof CelMap || a instanceof Uint8Array ? BigInt(sizeOf(a)) : notTaken('size', a)

const text =
  (test: (a: string, b: string) => boolean): Implementation =>
  (a, b) => {
    if (typeof a !== 'string') return noOverloadFor(a!)
    return typeof b === 'string' ? test(a, b) : noOverloadFor(b!)
  } // prettier-ignore

const matches: Implementation = (a, b) => {
  if (typeof a !== 'string') return notTaken('matches', a)
  if (typeof b !== 'string') return noOverloadFor(b!)
  const pattern = searchPattern(b)
  return pattern instanceof CelError ? pattern : pattern.test(a)
}

const DATE_IDS: Readonly<Record<string, string>> = {
  getFullYear: 'year',
  getMonth: 'month',
  getDayOfYear: 'day_of_year',
  getDate: 'day_of_month_1_based',
  getDayOfMonth: 'day_of_month',
  getDayOfWeek: 'day_of_week',
  getHours: 'hours',
  getMinutes: 'minutes',
  getSeconds: 'seconds',
  getMilliseconds: 'milliseconds',
} // prettier-ignore
const DURATION_UNITS: Readonly<Record<string, bigint>> = {
  getHours: 3_600_000_000_000n,
  getMinutes: 60_000_000_000n,
  getSeconds: 1_000_000_000n,
  getMilliseconds: 1_000_000n,
} // prettier-ignore

const dates: readonly FunctionDecl[] = DATE_PARTS.map((name) => {
  const id = DATE_IDS[name]!
  const unit = DURATION_UNITS[name]
  const zoned = `timestamp_to_${id}${name === 'getSeconds' ? '_tz' : '_with_tz'}`
  const overloads = [
    member(`timestamp_to_${id}`, [TIMESTAMP], INT, (t) => datePart(t as Timestamp, name)),
    member(zoned, [TIMESTAMP, STRING], INT, (t, zone) => datePart(t as Timestamp, name, zone as string)),
  ]
  if (unit !== undefined) overloads.push(member(`duration_to_${id}`, [DURATION], INT, (d) => (d as Duration).nanos / unit))
  return { name, overloads }
})

const OPTIONAL_INDEXES: readonly (readonly [string, CelType, CelType])[] = [
  ['list', LIST, INT],
  ['map', MAP, A],
]

export const STANDARD: readonly FunctionDecl[] = [
  { name: '_?_:_', overloads: [fn('conditional', [BOOL, A, A], A)] },
  { name: '_&&_', overloads: [fn('logical_and', [BOOL, BOOL], BOOL)] },
  { name: '_||_', overloads: [fn('logical_or', [BOOL, BOOL], BOOL)] },
  { name: '!_', overloads: [fn('logical_not', [BOOL], BOOL)], dispatch: (a) => (typeof a === 'boolean' ? !a : noOverloadFor(a!)) },
  {
    name: '@not_strictly_false',
    overloads: [fn('not_strictly_false', [BOOL], BOOL)],
    dispatch: (a) => (typeof a === 'boolean' ? a : true),
  },
  { name: '_==_', overloads: [fn('equals', [A, A], BOOL)] },
  { name: '_!=_', overloads: [fn('not_equals', [A, A], BOOL)] },
  {
    name: '_+_',
    overloads: arithmetic('_+_', 'add', [
      fn('add_bytes', [BYTES, BYTES], BYTES),
      fn('add_duration_duration', [DURATION, DURATION], DURATION),
      fn('add_duration_timestamp', [DURATION, TIMESTAMP], TIMESTAMP),
      fn('add_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP),
      fn('add_list', [LIST, LIST], LIST),
      fn('add_string', [STRING, STRING], STRING),
    ]),
    dispatch: plus,
  },
  {
    name: '_-_',
    overloads: arithmetic('_-_', 'subtract', [
      fn('subtract_duration_duration', [DURATION, DURATION], DURATION),
      fn('subtract_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP),
      fn('subtract_timestamp_timestamp', [TIMESTAMP, TIMESTAMP], DURATION),
    ]),
    dispatch: minus,
  },
  { name: '_*_', overloads: arithmetic('_*_', 'multiply'), dispatch: numbers('_*_') },
  { name: '_/_', overloads: arithmetic('_/_', 'divide'), dispatch: numbers('_/_') },
  { name: '_%_', overloads: arithmetic('_%_', 'modulo'), dispatch: numbers('_%_') },
  { name: '-_', overloads: [fn('negate_double', [DOUBLE], DOUBLE), fn('negate_int64', [INT], INT)], dispatch: negate },
  relation('_<_', 'less', (order) => order < 0),
  relation('_<=_', 'less_equals', (order) => order <= 0),
  relation('_>_', 'greater', (order) => order > 0),
  relation('_>=_', 'greater_equals', (order) => order >= 0),
  {
    name: '_[_]',
    overloads: [
      fn('index_list', [LIST, INT], A),
      fn('index_map', [MAP, A], B),
      fn('optional_list_index_int', [optionalOf(LIST), INT], optionalOf(A)),
      fn('optional_map_index_value', [optionalOf(MAP), A], optionalOf(B)),
    ],
  },
  {
    name: '_[?_]',
    overloads: OPTIONAL_INDEXES.flatMap(([kind, type, key]) => {
      const id = kind === 'list' ? 'list_optindex_optional_int' : 'map_optindex_optional_value'
      const value = optionalOf(kind === 'list' ? A : B)
      return [fn(id, [type, key], value), fn(`optional_${id}`, [optionalOf(type), key], value)]
    }),
  },
  { name: '_?._', overloads: [fn('select_optional_field', [DYN, STRING], optionalOf(A))] },
  { name: '@in', overloads: [fn('in_list', [A, LIST], BOOL), fn('in_map', [A, MAP], BOOL)], dispatch: contains },
  {
    name: 'size',
    overloads: [
      fn('size_bytes', [BYTES], INT),
      member('bytes_size', [BYTES], INT),
      fn('size_list', [LIST], INT),
      member('list_size', [LIST], INT),
      fn('size_map', [MAP], INT),
      member('map_size', [MAP], INT),
      fn('size_string', [STRING], INT),
      member('string_size', [STRING], INT),
    ],
    dispatch: size,
  }, // prettier-ignore
  { name: 'type', overloads: [fn('type', [A], typeOf(A))], dispatch: conversions.type },
  { name: 'dyn', overloads: [fn('to_dyn', [A], DYN)], dispatch: (a) => a! },
  ...conversions.functions,
  {
    name: 'contains',
    overloads: [
      member(
        'contains_string',
        [STRING, STRING],
        BOOL,
        text((a, b) => a.includes(b)),
      ),
    ],
    unguarded: true,
  },
  {
    name: 'endsWith',
    overloads: [
      member(
        'ends_with_string',
        [STRING, STRING],
        BOOL,
        text((a, b) => a.endsWith(b)),
      ),
    ],
    unguarded: true,
  },
  {
    name: 'startsWith',
    overloads: [
      member(
        'starts_with_string',
        [STRING, STRING],
        BOOL,
        text((a, b) => a.startsWith(b)),
      ),
    ],
    unguarded: true,
  },
  {
    name: 'matches',
    overloads: [fn('matches', [STRING, STRING], BOOL), member('matches_string', [STRING, STRING], BOOL)],
    dispatch: matches,
  },
  ...dates,
]
