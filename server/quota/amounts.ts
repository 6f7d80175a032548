import { quantityOfText } from '../apis/core/v1/resource-lists.ts'
import type { ResourceList } from '../apis/core/v1/types.ts'
import { addQuantity, compareQuantity, parseQuantity, quantityOf, subtractQuantity, type Quantity } from '../machinery/quantity.ts'

/** Amounts of resources by name, and sums of them (apiserver `quota/v1/resources.go`). None is changed in place. */
export type Amounts = ReadonlyMap<string, Quantity>

export const ZERO = parseQuantity('0')
export const ONE = parseQuantity('1')
export const count = (n: number): Quantity => quantityOf(BigInt(n) * 1_000_000_000n, 'DecimalSI')

export function amountsOf(list: ResourceList | undefined): Map<string, Quantity> {
  const out = new Map<string, Quantity>()
  for (const name in list) out.set(name, quantityOfText(list[name]!))
  return out
}

/** In the order of their names, as objects of Go are written. */
export const listOf = (amounts: Amounts): ResourceList =>
  Object.fromEntries([...amounts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, value.text]))

export function add(a: Amounts, b: Amounts): Map<string, Quantity> {
  const out = new Map(a)
  addTo(out, b)
  return out
}

export function addTo(sum: Map<string, Quantity>, more: Amounts): void {
  for (const [name, value] of more) {
    const now = sum.get(name)
    sum.set(name, now === undefined ? value : addQuantity(now, value))
  }
}

/** What `a` has more than `b`; what it has less is nothing. */
export function excess(a: Amounts, b: Amounts): Map<string, Quantity> {
  const out = new Map<string, Quantity>()
  for (const [name, value] of a) {
    const less = b.get(name)
    const rest = less === undefined ? value : subtractQuantity(value, less)
    if (rest.nano > 0n) out.set(name, rest)
  }
  return out
}

export function mask(amounts: Amounts, names: { has(name: string): boolean }): Map<string, Quantity> {
  const out = new Map<string, Quantity>()
  for (const [name, value] of amounts) if (names.has(name)) out.set(name, value)
  return out
}

export function equal(a: Amounts, b: Amounts): boolean {
  if (a.size !== b.size) return false
  for (const [name, value] of a) {
    const other = b.get(name)
    if (other === undefined || compareQuantity(value, other) !== 0) return false
  }
  return true
}

export function raiseTo(most: Map<string, Quantity>, other: Amounts): void {
  for (const [name, value] of other) {
    const now = most.get(name)
    if (now === undefined || compareQuantity(value, now) > 0) most.set(name, value)
  }
}

/** `cpu=1,memory=1Gi`. */
export const printed = (amounts: Amounts): string =>
  Object.entries(listOf(amounts))
    .map(([name, text]) => `${name}=${text}`)
    .join()
