import type { DeviceCapacity } from '../../../client/objects-resource.ts'
import type { Strings } from '../../../client/objects.ts'
import { canonicalText, compareQuantity, milliValue, parseQuantity, quantityOf, type Quantity } from '../../../machinery/quantity.ts'

const MAX_INT64 = 2n ** 63n - 1n
const MILLI = 1_000_000n
const NANO = 1_000_000_000n

/** A request that no arithmetic of the device's can hold: no other device is tried. */
export class CapacityError extends Error {
  override name = 'CapacityError'
}

/** Amounts of a device's capacities in units of 10⁻⁹, by name. */
export type Amounts = Map<string, bigint>

/**
 * What a request takes of each capacity of a device, by the device's policies (KEP-5075; structured consumable_capacity.go).
 * Undefined: the device cannot serve it. @throws CapacityError
 */
export function consumedCapacity(
  requests: Strings | undefined,
  capacity: Readonly<Record<string, DeviceCapacity>> = {},
): Map<string, Quantity> | undefined {
  for (const name of Object.keys(requests ?? {})) if (!Object.hasOwn(capacity, name)) return undefined
  const consumed = new Map<string, Quantity>()
  let fits = true
  for (const [name, of] of Object.entries(capacity)) {
    const request = requests?.[name]
    try {
      const amount = amountOf(request === undefined ? undefined : parseQuantity(request), of)
      if (amount.nano < 0n) throw new CapacityError('capacity value is negative')
      consumed.set(name, amount)
      fits &&= !violates(amount, of)
    } catch (e) {
      if (e instanceof CapacityError) throw new CapacityError(`capacity "${name}": ${e.message}`, { cause: e })
      throw e
    }
  }
  return fits ? consumed : undefined
}

function amountOf(request: Quantity | undefined, { value, requestPolicy: policy }: DeviceCapacity): Quantity {
  if (request === undefined) return parseQuantity(policy?.default ?? value)
  if (policy?.validRange?.min !== undefined) return roundUp(request, policy.validRange as Range)
  const next = policy?.validValues?.map((v) => parseQuantity(v)).find((v) => compareQuantity(request, v) <= 0)
  return next ?? request
}

interface Range {
  min: string
  max?: string
  step?: string
}

/** Steps are counted in thousandths where all of the range can be told in them, else in whole units. */
function unitOf({ min, max, step }: Partial<Range>): bigint {
  const quantities = [min, max, step].filter((q) => q !== undefined).map((q) => parseQuantity(q))
  const exact = quantities.every((q) => q.nano % MILLI === 0n && q.nano / MILLI <= MAX_INT64)
  return exact && (step === undefined || milliValue(parseQuantity(step)) >= 1n) ? MILLI : NANO
}

const ceiling = (n: bigint, by: bigint): bigint => (n + by - 1n) / by

function roundUp(request: Quantity, range: Range): Quantity {
  const min = parseQuantity(range.min)
  if (compareQuantity(request, min) < 0) return min
  if (range.step === undefined) return request
  const step = parseQuantity(range.step)
  const unit = unitOf(range)
  const text = "capacity request cannot be represented in the device's range arithmetic"
  if (unit === MILLI && (request.nano % MILLI !== 0n || request.nano / MILLI > MAX_INT64))
    throw new CapacityError(`${text}: request ${request.text} is not a representable milli value`)
  if (unit === NANO && request.nano / NANO > MAX_INT64) throw new CapacityError(`${text}: request ${request.text} exceeds MaxInt64`)
  const [r, m, s] = [ceiling(request.nano, unit), ceiling(min.nano, unit), ceiling(step.nano, unit)]
  const rounded = m + s * ceiling(r - m, s)
  if (rounded > MAX_INT64)
    throw new CapacityError(
      `${text}: rounding request ${request.text} up to the next step passes ${unit === MILLI ? 'the milli-value range' : 'MaxInt64'}`,
    )
  return quantityOf(rounded * unit, step.format)
}

function violates(amount: Quantity, { requestPolicy: policy }: DeviceCapacity): boolean {
  if (policy === undefined) return false
  if (policy.default !== undefined && compareQuantity(amount, parseQuantity(policy.default)) === 0) return false
  const range = policy.validRange
  if (range !== undefined) {
    if (range.max !== undefined && compareQuantity(amount, parseQuantity(range.max)) > 0) return true
    if (range.step === undefined) return false
    const unit = unitOf(range)
    const min = range.min === undefined ? 0n : ceiling(parseQuantity(range.min).nano, unit)
    return (ceiling(amount.nano, unit) - min) % ceiling(parseQuantity(range.step).nano, unit) !== 0n
  }
  const values = policy.validValues ?? []
  return values.length > 0 && !values.some((v) => compareQuantity(amount, parseQuantity(v)) === 0)
}

/** As it is written into an allocation. */
export const capacityText = (q: Quantity): string => canonicalText(q.nano, q.format)
