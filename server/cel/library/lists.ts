import { fn, member, type FunctionDecl, type Implementation } from '../declarations.ts'
import { step } from '../limits.ts'
import { durationOf } from '../time.ts'
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, listOf, param, STRING, TIMESTAMP, UINT, type CelType } from '../types.ts'
import {
  CelError,
  CelList,
  compare,
  Duration,
  equal,
  ListValue,
  MAX_INT,
  MAX_UINT,
  MIN_INT,
  noOverloadFor,
  typeNameOf,
  Uint,
  type CelValue,
} from '../values.ts' // prettier-ignore

/** Lists: Kubernetes' own functions, and those of cel-go's extension (apiserver `pkg/cel/library/lists.go`; cel-go `ext/lists.go` version 3). */
const A = param('A')
const T = param('T')
const LIST = listOf(T)
const COMPARABLE: readonly (readonly [string, CelType])[] = [
  ['int', INT],
  ['uint', UINT],
  ['double', DOUBLE],
  ['bool', BOOL],
  ['duration', DURATION],
  ['timestamp', TIMESTAMP],
  ['string', STRING],
  ['bytes', BYTES],
] // prettier-ignore
const ZEROS: Readonly<Record<string, CelValue>> = { int: 0n, uint: new Uint(0n), double: 0, duration: new Duration(0n) }

const isSorted: Implementation = (list) => {
  let previous: CelValue | undefined
  for (const item of list as CelList) {
    step()
    if (previous !== undefined && compare(previous, item) === 1) return false
    previous = item
  }
  return true
}

function sum(start: CelValue, list: CelList): CelValue {
  let total = start
  for (const item of list) {
    step()
    const next = add(total, item)
    if (next instanceof CelError) return next
    total = next
  }
  return total
}

function add(a: CelValue, b: CelValue): CelValue {
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    const made = a + b
    return made < MIN_INT || made > MAX_INT ? new CelError('integer overflow') : made
  }
  if (a instanceof Uint && b instanceof Uint) {
    const made = a.value + b.value
    return made > MAX_UINT ? new CelError('unsigned integer overflow') : new Uint(made)
  }
  if (typeof a === 'number' && typeof b === 'number') return a + b
  return a instanceof Duration && b instanceof Duration ? durationOf(a.nanos + b.nanos) : noOverloadFor(b)
}

/** The least (`better` -1) or the greatest (1) of a list. */
const extreme =
  (name: string, better: -1 | 1): Implementation =>
  (list) => {
    let best: CelValue | undefined
    for (const item of each(list as CelList)) if (best === undefined || compare(best, item) === -better) best = item
    return best ?? new CelError(`${name} called on empty list`)
  } // prettier-ignore

function* each(list: CelList): Generator<CelValue> {
  for (const item of list) {
    step()
    yield item
  }
}

function indexOf(list: CelList, item: CelValue): bigint {
  for (let i = 0; i < list.size; i++) {
    step()
    if (equal(list.at(i), item) === true) return BigInt(i)
  }
  return -1n
}

function lastIndexOf(list: CelList, item: CelValue): bigint {
  for (let i = list.size - 1; i >= 0; i--) {
    step()
    if (equal(list.at(i), item) === true) return BigInt(i)
  }
  return -1n
}

const includes: Implementation = (target, item) => {
  if (!(target instanceof CelList)) return equal(target!, item!) === true
  return indexOf(target, item!) >= 0n
}

function slice(list: CelList, start: bigint, end: bigint): CelValue {
  const at = `cannot slice(${start}, ${end}),`
  if (start < 0n || end < 0n) return new CelError(`${at} negative indexes not supported`)
  if (start > end) return new CelError(`${at} start index must be less than or equal to end index`)
  if (BigInt(list.size) < end) return new CelError(`${at} list is length ${list.size}`)
  step(Number(end - start))
  return new ListValue(Array.from({ length: Number(end - start) }, (_, i) => list.at(Number(start) + i)))
}

function flatten(list: CelList, depth: bigint): CelValue {
  if (depth < 0n) return new CelError('level must be non-negative')
  const values: CelValue[] = []
  const visit = (from: CelList, left: bigint): void => {
    for (const item of from) {
      step()
      if (item instanceof CelList && left > 0n) visit(item, left - 1n)
      else values.push(item)
    }
  }
  visit(list, depth)
  return new ListValue(values)
}

/** By keys of the same number; those that are equal keep their order. */
function sorted(list: CelList, keys: CelList): CelValue {
  if (list.size !== keys.size) {
    return new CelError(
      `@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${list.size} and ${keys.size} elements respectively`,
    )
  }
  if (list.size === 0) return list
  step(list.size * 8)
  const all = [...keys].map((key, i) => ({ key, i }))
  const type = typeNameOf(all[0]!.key)
  if (compare(all[0]!.key, all[0]!.key) instanceof CelError) return new CelError('list elements must be comparable')
  if (all.some(({ key }) => typeNameOf(key) !== type)) return new CelError('list elements must have the same type')
  const ordered = all.sort((a, b) => {
    const order = compare(a.key, b.key)
    return order instanceof CelError ? 0 : order
  })
  return new ListValue(ordered.map(({ i }) => list.at(i)))
}

const MAX_RANGE = 1_000_000n

function range(n: bigint): CelValue {
  if (n < 0n) return new CelError(`lists.range: size must be non-negative, got ${n}`)
  if (n > MAX_RANGE) return new CelError(`lists.range: size ${n} exceeds maximum allowed (${MAX_RANGE})`)
  step(Number(n))
  return new ListValue(Array.from({ length: Number(n) }, (_, i) => BigInt(i)))
}

function distinct(list: CelList): CelValue {
  const unique: CelValue[] = []
  for (const item of list) {
    step(unique.length + 1)
    if (!unique.some((other) => equal(item, other) === true)) unique.push(item)
  }
  return new ListValue(unique)
}

function reversed(list: CelList): CelValue {
  step(list.size)
  return new ListValue([...list].reverse())
}

const flattened: Implementation = (list, depth = 1n) => {
  if (list instanceof CelList && typeof depth === 'bigint') return flatten(list, depth)
  return list instanceof CelError ? list : new CelError(`no such overload: ${typeNameOf(list!)}.flatten()`)
}

const ofType = (make: (name: string, type: CelType) => FunctionDecl['overloads'][number]): FunctionDecl['overloads'] =>
  COMPARABLE.map(([name, type]) => make(name, type))

const isList =
  (call: Implementation, name: string): Implementation =>
  (...args) =>
    args[0] instanceof CelList ? call(...args) : new CelError(`no such overload: ${name}`) // prettier-ignore

export const lists: readonly FunctionDecl[] = [
  { name: 'isSorted', overloads: ofType((name, type) => member(`list_${name}_is_sorted_bool`, [listOf(type)], BOOL, isSorted)) },
  {
    name: 'sum',
    overloads: COMPARABLE.filter(([name]) => ZEROS[name] !== undefined).map(([name, type]) =>
      member(`list_${name}_sum_${name}`, [listOf(type)], type, (list) => sum(ZEROS[name]!, list as CelList)),
    ),
  },
  { name: 'max', overloads: ofType((name, type) => member(`list_${name}_max_${name}`, [listOf(type)], type, extreme('max', 1))) },
  { name: 'min', overloads: ofType((name, type) => member(`list_${name}_min_${name}`, [listOf(type)], type, extreme('min', -1))) },
  { name: 'indexOf', overloads: [member('list_a_index_of_int', [listOf(A), A], INT, (list, item) => indexOf(list as CelList, item!))] },
  {
    name: 'lastIndexOf',
    overloads: [member('list_a_last_index_of_int', [listOf(A), A], INT, (list, item) => lastIndexOf(list as CelList, item!))],
  },
  { name: 'includes', overloads: [member('list_includes_dyn_dyn', [DYN, DYN], BOOL, includes)] },
  {
    name: 'slice',
    overloads: [member('list_slice', [LIST, INT, INT], LIST, (list, start, end) => slice(list as CelList, start as bigint, end as bigint))],
  },
  {
    name: 'flatten',
    overloads: [
      member('list_flatten', [listOf(LIST)], LIST, (list) => flattened(list!)),
      member('list_flatten_int', [listOf(DYN), INT], listOf(DYN), flattened),
    ],
    unguarded: true,
  },
  {
    name: 'sort',
    overloads: COMPARABLE.map(([, type]) => member(`list_${type.name}_sort`, [listOf(type)], listOf(type))),
    dispatch: isList((list) => sorted(list as CelList, list as CelList), 'sort'),
  },
  {
    name: '@sortByAssociatedKeys',
    overloads: COMPARABLE.map(([, type]) => member(`list_${type.name}_sortByAssociatedKeys`, [LIST, listOf(type)], LIST)),
    dispatch: isList((list, keys) => sorted(list as CelList, keys as CelList), '@sortByAssociatedKeys'),
  },
  { name: 'lists.range', overloads: [fn('lists_range', [INT], listOf(INT), (n) => range(n as bigint))] },
  { name: 'reverse', overloads: [member('list_reverse', [LIST], LIST, (list) => reversed(list as CelList))] },
  { name: 'distinct', overloads: [member('list_distinct', [LIST], LIST, (list) => distinct(list as CelList))] },
]

const contains = (list: CelList, items: CelList): CelValue => {
  for (const item of items) {
    const found = list.contains(item)
    if (found !== true) return found
  }
  return true
}

function intersects(a: CelList, b: CelList): boolean {
  for (const item of a) if (b.contains(item) === true) return true
  return false
}

/** Lists as sets (cel-go `ext/sets.go`). */
export const sets: readonly FunctionDecl[] = [
  {
    name: 'sets.contains',
    overloads: [fn('list_sets_contains_list', [LIST, LIST], BOOL, (a, b) => contains(a as CelList, b as CelList))],
  },
  {
    name: 'sets.equivalent',
    overloads: [
      fn('list_sets_equivalent_list', [LIST, LIST], BOOL, (a, b) => {
        const found = contains(a as CelList, b as CelList)
        return found === true ? contains(b as CelList, a as CelList) : found
      }),
    ],
  },
  {
    name: 'sets.intersects',
    overloads: [fn('list_sets_intersects_list', [LIST, LIST], BOOL, (a, b) => intersects(a as CelList, b as CelList))],
  },
]
