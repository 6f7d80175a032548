import type { Call, Comprehension, Expr } from './ast.ts'
import type { Checked } from './checker.ts'
import {
  add,
  ALL,
  createdList,
  createdMap,
  fixed,
  NOTHING,
  ONE,
  scaled,
  sum,
  times,
  union,
  UNKNOWN,
  type CallEstimate,
  type CostNode,
  type Range,
  type SizeOf,
} from './estimate-range.ts' // prettier-ignore
import { estimateLibraryCall } from './library/estimates.ts'
import { ACCUMULATOR } from './macros.ts'
import { isOptional, type CelType, type Kind } from './types.ts'
import { CelList, codePoints } from './values.ts'

/**
 * What an expression costs at least and at most, from the sizes that its types allow (cel-go `checker/cost.go`, with Kubernetes' options).
 * Definitions whose rules may cost too much are refused by this, so it is the reference's sum.
 */
export function estimateCost(checked: Checked, sizeOf: SizeOf): Range {
  return new Estimator(checked, sizeOf).cost(checked.expr)
}

interface EntrySize {
  readonly container: 'list' | 'map'
  readonly key: Range
  readonly value: Range
}

interface Local {
  readonly path: readonly string[]
  readonly size: Range | undefined
  readonly entry: EntrySize | undefined
}

const NO_PATH: readonly string[] = []
const SCALAR: ReadonlySet<Kind> = new Set<Kind>(['bool', 'double', 'duration', 'int', 'timestamp', 'uint'])
const isScalar = (type: CelType | undefined): boolean =>
  type !== undefined && (SCALAR.has(type.kind) || (isOptional(type) && isScalar(type.params[0])))

class Estimator {
  readonly #checked: Checked
  readonly #sizeOf: SizeOf
  readonly #paths = new Map<number, readonly string[]>()
  readonly #sizes = new Map<number, Range>()
  readonly #entries = new Map<number, EntrySize>()
  readonly #locals = new Map<string, Local[]>()

  constructor(checked: Checked, sizeOf: SizeOf) {
    this.#checked = checked
    this.#sizeOf = sizeOf
  }

  cost(e: Expr): Range {
    switch (e.kind) {
      case 'literal':
        return NOTHING
      case 'ident':
        this.#paths.set(e.id, this.#local(e.name)?.path ?? [e.name])
        return ONE
      case 'select': {
        const operand = this.cost(e.operand)
        if (e.testOnly) return operand
        this.#paths.set(e.id, [...this.#path(e.operand), e.field])
        const { kind } = this.#type(e.operand) ?? { kind: 'dyn' }
        return kind === 'map' || kind === 'struct' || kind === 'param' ? add(operand, ONE) : operand
      }
      case 'call':
        return this.#call(e)
      case 'list':
        return this.#list(e.id, e.elements)
      case 'map':
        return this.#map(e.id, e.entries)
      case 'struct':
        return sum([fixed(40), ...e.fields.map((f) => this.cost(f.value))])
      case 'comprehension':
        return isBind(e) ? this.#bind(e) : this.#fold(e)
    }
  }

  #type(e: Expr): CelType | undefined {
    return this.#checked.types.get(e.id)
  }

  #local(name: string): Local | undefined {
    return this.#locals.get(name)?.at(-1)
  }

  #push(name: string, local: Local): void {
    const known = this.#locals.get(name)
    if (known === undefined) this.#locals.set(name, [local])
    else known.push(local)
  }

  #pop(name: string): void {
    this.#locals.get(name)!.pop()
  }

  #path(e: Expr): readonly string[] {
    const local = e.kind === 'ident' ? this.#local(e.name) : undefined
    return local?.path ?? this.#paths.get(e.id) ?? NO_PATH
  }

  /** The size as far as it is known. */
  #size(e: Expr): Range | undefined {
    const known = this.#sizes.get(e.id) ?? literalSize(e)
    if (known !== undefined) return known
    const declared = this.#sizeOf(this.#path(e))
    if (declared !== undefined) {
      this.#sizes.set(e.id, declared)
      return declared
    }
    if (isScalar(this.#type(e))) return fixed(1)
    return e.kind === 'ident' ? this.#local(e.name)?.size : undefined
  }

  #sizeOrUnknown(e: Expr): Range {
    return this.#size(e) ?? UNKNOWN
  }

  #entry(e: Expr): EntrySize | undefined {
    return this.#entries.get(e.id) ?? (e.kind === 'ident' ? this.#local(e.name)?.entry : undefined)
  }

  #copySizes(to: Expr, from: Expr): void {
    const [size, entry] = [this.#size(from), this.#entry(from)]
    if (size !== undefined) this.#sizes.set(to.id, size)
    if (entry !== undefined) this.#entries.set(to.id, entry)
  }

  #node(e: Expr): CostNode {
    const path = this.#path(e)
    const isOwn = path[0] === ACCUMULATOR || path[0] === '__result__'
    return { path: isOwn ? NO_PATH : path, type: this.#type(e), expr: e, size: this.#size(e) }
  }

  #list(id: number, elements: readonly Expr[]): Range {
    let value: Range = { min: elements.length === 0 ? 0 : ALL, max: 0 }
    let cost: Range = createdList
    for (const element of elements) {
      cost = add(cost, this.cost(element))
      value = union(value, this.#sizeOrUnknown(element))
    }
    this.#entries.set(id, { container: 'list', key: fixed(1), value })
    return cost
  }

  #map(id: number, entries: readonly { readonly key: Expr; readonly value: Expr }[]): Range {
    const none: Range = { min: entries.length === 0 ? 0 : ALL, max: 0 }
    let [key, value] = [none, none]
    let cost: Range = createdMap
    for (const entry of entries) {
      cost = sum([cost, this.cost(entry.key), this.cost(entry.value)])
      key = union(key, this.#sizeOrUnknown(entry.key))
      value = union(value, this.#sizeOrUnknown(entry.value))
    }
    this.#entries.set(id, { container: 'map', key, value })
    return cost
  }

  #call(e: Call): Range {
    if (e.fn === 'dyn') {
      const cost = this.cost(e.args[0]!)
      this.#copySizes(e, e.args[0]!)
      return add(cost, ONE)
    }
    const argCosts = e.args.map((a) => this.cost(a))
    const args = e.args.map((a) => this.#node(a))
    const overloads = this.#checked.overloads.get(e.id) ?? []
    if (overloads.length === 0) return NOTHING
    let targetCost = NOTHING
    let target: CostNode | undefined
    if (e.target !== undefined) {
      targetCost = this.cost(e.target)
      target = this.#node(e.target)
    }
    let cost: Range = { min: ALL, max: 0 }
    let size: Range | undefined
    for (const overload of overloads) {
      const estimate = this.#overload(e, overload, target, args, argCosts)
      cost = union(cost, estimate.cost)
      if (estimate.size !== undefined) size = size === undefined ? estimate.size : union(size, estimate.size)
      if (overload === 'index_list' || overload === 'index_map') {
        size = this.#entry(e.args[0]!)?.value
        this.#paths.set(e.id, [...this.#path(e.args[0]!), overload === 'index_list' ? '@items' : '@values'])
      }
      size ??= this.#size(e)
    }
    if (size !== undefined) this.#sizes.set(e.id, size)
    return add(targetCost, cost)
  }

  #overload(e: Call, overload: string, target: CostNode | undefined, args: readonly CostNode[], argCosts: readonly Range[]): CallEstimate {
    const own = estimateLibraryCall(e.fn, overload, target, args, this.#sizeOf) ?? standardCall(overload, target, args)
    if (own !== undefined) return { ...own, cost: sum([own.cost, ...argCosts]) }
    switch (overload) {
      case 'logical_or':
      case 'logical_and':
        // The right side may not be needed.
        return { cost: { min: argCosts[0]!.min, max: add(argCosts[0]!, argCosts[1]!).max } }
      case 'conditional': {
        const entry = joinEntries(this.#entry(e.args[1]!), this.#entry(e.args[2]!))
        if (entry !== undefined) this.#entries.set(e.id, entry)
        const size = union(this.#sizeOrUnknown(e.args[1]!), this.#sizeOrUnknown(e.args[2]!))
        return { cost: add(argCosts[0]!, union(argCosts[1]!, argCosts[2]!)), size }
      }
      case 'add_string':
      case 'add_bytes':
      case 'add_list': {
        const size = add(sizeOrUnknown(args[0]!), sizeOrUnknown(args[1]!))
        const entry = joinEntries(this.#entry(e.args[0]!), this.#entry(e.args[1]!))
        if (entry !== undefined) this.#entries.set(e.id, entry)
        const cost = overload === 'add_list' ? ONE : scaled(size, 0.1)
        return { cost: sum([cost, ...argCosts]), size }
      }
      default:
        return { cost: sum([ONE, ...argCosts]) }
    }
  }

  #bind(e: Comprehension): Range {
    const cost = add(this.cost(e.range), this.cost(e.accuInit))
    this.#pushValue(e.accuVar, e.accuInit)
    const result = this.cost(e.result)
    this.#pop(e.accuVar)
    this.#copySizes(e, e.result)
    return add(cost, result)
  }

  #pushValue(name: string, e: Expr): void {
    this.#push(name, { path: this.#path(e), size: this.#size(e), entry: this.#entry(e) })
  }

  #fold(e: Comprehension): Range {
    const start = add(this.cost(e.range), this.cost(e.accuInit))
    this.#pushValue(e.accuVar, e.accuInit)
    this.#pushIterated(e)
    const loop = this.cost(e.condition)
    const step = this.cost(e.step)
    this.#pop(e.iterVar)
    if (e.iterVar2 !== '') this.#pop(e.iterVar2)
    const result = this.cost(e.result)
    this.#pop(e.accuVar)
    const count = this.#sizeOrUnknown(e.range)
    const { kind } = e.accuInit
    if (kind === 'literal') {
      const size = this.#size(e.accuInit)
      if (size !== undefined) this.#sizes.set(e.id, size)
    } else if (kind === 'list' || kind === 'map') {
      this.#sizes.set(e.id, count)
      const entry = this.#entry(e.step)
      if (entry !== undefined) this.#entries.set(e.id, entry)
    }
    return sum([start, result, times(count, add(step, loop))])
  }

  #pushIterated(e: Comprehension): void {
    const entry = this.#entry(e.range)
    const isList = (entry?.container ?? this.#type(e.range)?.kind) === 'list'
    const path = this.#path(e.range)
    const push = (name: string, at: string, size: Range | undefined): void => {
      this.#push(name, { path: [...path, at], size, entry: undefined })
    }
    if (e.iterVar2 === '') {
      if (isList) push(e.iterVar, '@items', entry?.value)
      else push(e.iterVar, '@keys', entry?.key)
      return
    }
    push(e.iterVar, isList ? '@indices' : '@keys', entry?.key)
    push(e.iterVar2, isList ? '@items' : '@values', entry?.value)
  }
}

const sizeOrUnknown = (node: CostNode): Range => node.size ?? UNKNOWN

function joinEntries(a: EntrySize | undefined, b: EntrySize | undefined): EntrySize | undefined {
  if (a === undefined || b === undefined) return undefined
  return { container: a.container, key: union(a.key, b.key), value: union(a.value, b.value) }
}

/** A variable with a value, written as a fold over nothing. */
const isBind = (e: Comprehension): boolean =>
  e.range.kind === 'list' &&
  e.range.elements.length === 0 &&
  e.condition.kind === 'literal' &&
  e.condition.value === false &&
  e.accuVar !== '__result__'

function literalSize(e: Expr): Range | undefined {
  if (e.kind === 'list') return fixed(e.elements.length)
  if (e.kind === 'map') return fixed(e.entries.length)
  if (e.kind !== 'literal') return undefined
  if (typeof e.value === 'string') return fixed(codePoints(e.value))
  if (e.value instanceof Uint8Array) return fixed(e.value.length)
  return e.value instanceof CelList ? undefined : fixed(1)
}

const RELATIONS: ReadonlySet<string> = new Set([
  ...['less', 'less_equals', 'greater', 'greater_equals'].flatMap((r) => [`${r}_string`, `${r}_bytes`]),
  'equals',
  'not_equals',
])

/** Standard functions that look at whole values; undefined for those that cost 1. */
function standardCall(overload: string, target: CostNode | undefined, args: readonly CostNode[]): CallEstimate | undefined {
  const first = args[0] === undefined ? UNKNOWN : sizeOrUnknown(args[0])
  const of = target === undefined ? first : sizeOrUnknown(target)
  switch (overload) {
    case 'string_format':
      return { cost: scaled(of, 0.1) }
    case 'string_to_bytes':
      return { cost: scaled(first, 0.1), size: { min: first.min, max: Math.min(first.max * 4, ALL) } }
    case 'bytes_to_string':
      return { cost: scaled(first, 0.1), size: { min: Math.floor(first.min / 4), max: first.max } }
    case 'strings_quote':
      return { cost: scaled(first, 0.1), size: { min: first.min + 2, max: Math.min(first.max * 2 + 2, ALL) } }
    case 'starts_with_string':
    case 'ends_with_string':
      return { cost: scaled(first, 0.1) }
    case 'in_list':
      return { cost: scaled(sizeOrUnknown(args[1]!), 1) }
    case 'matches_string':
      return { cost: times(scaled(add(of, fixed(1)), 0.1), scaled(first, 0.25)) }
    case 'matches':
      return { cost: times(scaled(add(first, fixed(1)), 0.1), scaled(sizeOrUnknown(args[1]!), 0.25)) }
    case 'contains_string':
      return { cost: times(scaled(of, 0.1), scaled(first, 0.1)) }
  }
  if (!RELATIONS.has(overload)) return undefined
  const max = Math.min(first.max, sizeOrUnknown(args[1]!).max)
  return { cost: scaled({ min: max > 0 ? 1 : 0, max }, 0.1) }
}
