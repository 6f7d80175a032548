import {
  addQuantity,
  compareQuantity,
  parseQuantity,
  QuantityError,
  quantityOf,
  subtractQuantity,
  type Quantity,
} from '../../machinery/quantity.ts' // prettier-ignore
import { fn, member, type FunctionDecl } from '../declarations.ts'
import { BOOL, DOUBLE, INT, STRING, struct } from '../types.ts'
import { CelError, MAX_INT, MIN_INT, noOverloadFor, Opaque, type CelValue } from '../values.ts'

/** resource.Quantity (apiserver `pkg/cel/library/quantity.go`). */
export const QUANTITY = struct('kubernetes.Quantity')
const NANO = 1_000_000_000n

/**
 * Go keeps an amount as an int64 and a power of ten where it can, and what is an integer goes by that: `1k` is one, `1000m` and `1.5Gi`,
 * which it keeps otherwise, are none.
 */
interface Scaled {
  readonly value: bigint
  readonly scale: number
}

const SUFFIXES: Readonly<Record<string, readonly [base: 2 | 10, exponent: number]>> = Object.fromEntries([
  ...['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'].map((name, i) => [name, [10, 3 * (i - 3)]]),
  ...['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((name, i) => [name, [2, 10 * (i + 1)]]),
])
const fits = (value: bigint): boolean => value >= MIN_INT && value <= MAX_INT

function scaledOfText(text: string): Scaled | undefined {
  const m = /^([+-]?)0*(\d*)(?:\.(\d*))?([a-zA-Z]*)(?:([+-]?\d+))?$/.exec(text)
  if (m === null) return undefined
  const [, sign, whole = '', fraction = '', suffix = '', power] = m
  const digits = (whole === '' ? '0' : whole) + fraction
  const length = digits.length
  const [base, exponent] = power === undefined ? (SUFFIXES[suffix] ?? [10, 0]) : [10, Number(power)]
  const isBinary = base === 2
  if (isBinary && (fraction !== '' || 15 - length - Math.trunc((exponent * 3) / 10) - 1 < 0)) return undefined
  const scale = isBinary ? 0 : exponent - fraction.length
  if (length > 18 || scale < -9) return undefined
  const value = isBinary ? BigInt(digits) << BigInt(exponent) : BigInt(digits)
  return fits(value) ? { value: sign === '-' ? -value : value, scale } : undefined
}

/** Undefined where the sum is no int64 at the finer scale. */
function sum(a: Scaled | undefined, b: Scaled | undefined): Scaled | undefined {
  if (a === undefined || b === undefined) return undefined
  if (b.value === 0n) return a
  if (a.value === 0n) return b
  const scale = Math.min(a.scale, b.scale)
  const [x, y] = [at(a, scale), at(b, scale)]
  return x === undefined || y === undefined || !fits(x + y) ? undefined : { value: x + y, scale }
}

function at({ value, scale }: Scaled, wanted: number): bigint | undefined {
  if (scale - wanted > 18) return value === 0n ? 0n : undefined
  const scaled = value * 10n ** BigInt(scale - wanted)
  return fits(scaled) ? scaled : undefined
}

class QuantityValue extends Opaque {
  readonly typeName = QUANTITY.name
  readonly quantity: Quantity
  readonly scaled: Scaled | undefined
  constructor(quantity: Quantity, scaled: Scaled | undefined) {
    super()
    this.quantity = quantity
    this.scaled = scaled
  }
  equals(other: CelValue): CelValue {
    return other instanceof QuantityValue ? this.quantity.nano === other.quantity.nano : noOverloadFor(other)
  }
  get integer(): bigint | undefined {
    return this.scaled === undefined || this.scaled.scale < 0 ? undefined : at(this.scaled, 0)
  }
  get float(): number {
    if (this.scaled === undefined) return Number(this.quantity.nano) / 1e9
    return Number(this.scaled.value) * (this.scaled.scale === 0 ? 1 : Number(`1e${this.scaled.scale}`))
  }
}

const added = (a: QuantityValue, b: QuantityValue): QuantityValue =>
  new QuantityValue(addQuantity(a.quantity, b.quantity), sum(a.scaled, b.scaled))

function subtracted(a: QuantityValue, b: QuantityValue): QuantityValue {
  const minus = b.scaled === undefined ? undefined : { ...b.scaled, value: -b.scaled.value }
  return new QuantityValue(subtractQuantity(a.quantity, b.quantity), sum(a.scaled, minus))
}

export function quantityOfText(text: string): CelValue {
  try {
    return new QuantityValue(parseQuantity(text), scaledOfText(text))
  } catch (error) {
    if (error instanceof QuantityError) return new CelError(error.message)
    throw error
  }
}

const valueOf = (value: CelValue | undefined): QuantityValue => value as QuantityValue
const of = (value: CelValue | undefined): Quantity => valueOf(value).quantity
const whole = (value: CelValue | undefined): QuantityValue =>
  new QuantityValue(quantityOf((value as bigint) * NANO, 'DecimalExponent'), { value: value as bigint, scale: 0 })

const order = (a: CelValue | undefined, b: CelValue | undefined): -1 | 0 | 1 => compareQuantity(of(a), of(b))

export const quantities: readonly FunctionDecl[] = [
  { name: 'quantity', overloads: [fn('string_to_quantity', [STRING], QUANTITY, (t) => quantityOfText(t as string))] },
  {
    name: 'isQuantity',
    overloads: [fn('is_quantity_string', [STRING], BOOL, (t) => !(quantityOfText(t as string) instanceof CelError))],
  },
  { name: 'sign', overloads: [fn('quantity_sign', [QUANTITY], INT, (q) => BigInt(compareQuantity(of(q), quantityOf(0n, 'DecimalSI'))))] },
  { name: 'isGreaterThan', overloads: [member('quantity_is_greater_than', [QUANTITY, QUANTITY], BOOL, (a, b) => order(a, b) === 1)] },
  { name: 'isLessThan', overloads: [member('quantity_is_less_than', [QUANTITY, QUANTITY], BOOL, (a, b) => order(a, b) === -1)] },
  { name: 'compareTo', overloads: [member('quantity_compare_to', [QUANTITY, QUANTITY], INT, (a, b) => BigInt(order(a, b)))] },
  {
    name: 'asApproximateFloat',
    overloads: [member('quantity_get_float', [QUANTITY], DOUBLE, (q) => valueOf(q).float)],
  },
  {
    name: 'asInteger',
    overloads: [member('quantity_get_int', [QUANTITY], INT, (q) => valueOf(q).integer ?? new CelError('cannot convert value to integer'))],
  },
  { name: 'isInteger', overloads: [member('quantity_is_integer', [QUANTITY], BOOL, (q) => valueOf(q).integer !== undefined)] },
  {
    name: 'add',
    overloads: [
      member('quantity_add', [QUANTITY, QUANTITY], QUANTITY, (a, b) => added(valueOf(a), valueOf(b))),
      member('quantity_add_int', [QUANTITY, INT], QUANTITY, (a, n) => added(valueOf(a), whole(n))),
    ],
  },
  {
    name: 'sub',
    overloads: [
      member('quantity_sub', [QUANTITY, QUANTITY], QUANTITY, (a, b) => subtracted(valueOf(a), valueOf(b))),
      member('quantity_sub_int', [QUANTITY, INT], QUANTITY, (a, n) => subtracted(valueOf(a), whole(n))),
    ],
  },
]
