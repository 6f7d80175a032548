import type { Call, Comprehension, Expr, ListExpr, MapExpr } from './ast.ts'
import { Attribute, type Exec } from './attributes.ts'
import { callCost, LIST_COST, MAP_COST } from './call-cost.ts'
import type { Checked } from './checker.ts'
import { implementationOf, type Functions } from './declarations.ts'
import { Frame } from './frame.ts'
import { CostLimitExceeded } from './limits.ts'
import { equality, logical, membership, orElse } from './operators.ts'
import { patternError } from './patterns.ts'
import type { CelType } from './types.ts'
import {
  CelError,
  CelList,
  CelMap,
  goTypeNameOf,
  Growing,
  ListValue,
  MapValue,
  Optional,
  printed,
  TypeValue,
  Uint,
  type CelValue,
} from './values.ts' // prettier-ignore

/**
 * Makes functions of a checked expression. What a step costs is charged as the reference charges it (cel-go `interpreter`, with constants
 * folded as its optimizer folds them), so that an expression stops where it stops there.
 */
export interface Program {
  /**
   * @param limit in cost units; beyond it the evaluation ends with COST_LIMIT_MESSAGE
   */
  evaluate(variables: ReadonlyMap<string, CelValue>, limit: number): { value: CelValue; cost: number }
}

/** An expression of which a constant part cannot be computed; the text is the reference's. */
export class PlanError extends Error {
  override readonly name = 'PlanError'
}

/** @throws PlanError */
export function plan(checked: Checked, functions: Functions, types: ReadonlyMap<string, CelType>): Program {
  const planner = new Planner(checked, functions, types)
  const exec = toExec(planner.plan(checked.expr))
  const { slots } = planner
  return {
    evaluate: (variables, limit) => {
      const frame = new Frame(variables, limit, slots)
      try {
        return { value: exec(frame), cost: frame.cost }
      } catch (error) {
        if (!(error instanceof CostLimitExceeded)) throw error
        return { value: new CelError(error.message), cost: frame.cost }
      }
    },
  }
}

/** What a node has become: a constant, an attribute that may get more steps, or anything else. */
type Planned =
  | { readonly kind: 'const'; readonly value: CelValue }
  | { readonly kind: 'attribute'; readonly attribute: Attribute; readonly isTest: boolean }
  | { readonly kind: 'other'; readonly exec: Exec }

function toExec(node: Planned): Exec {
  if (node.kind === 'const') return () => node.value
  if (node.kind === 'other') return node.exec
  const { attribute, isTest } = node
  // A condition costs what its parts do, has() what its steps do.
  if (attribute.isConditional || isTest) return (frame) => attribute.resolve(frame)
  return (frame) => {
    const value = attribute.resolve(frame)
    frame.charge(1)
    return value
  }
}

const CONVERSIONS: ReadonlySet<string> = new Set([
  'bool',
  'bytes',
  'double',
  'duration',
  'dyn',
  'int',
  'string',
  'timestamp',
  'type',
  'uint',
])
const PATTERN_FUNCTIONS: ReadonlySet<string> = new Set(['matches', 'find', 'findAll'])

class Planner {
  readonly #checked: Checked
  readonly #functions: Functions
  readonly #types: ReadonlyMap<string, CelType>
  readonly #locals: (readonly [name: string, exec: Exec])[] = []
  slots = 0

  constructor(checked: Checked, functions: Functions, types: ReadonlyMap<string, CelType>) {
    this.#checked = checked
    this.#functions = functions
    this.#types = types
  }

  plan(e: Expr): Planned {
    switch (e.kind) {
      case 'literal':
        return { kind: 'const', value: e.value }
      case 'ident':
        return this.#ident(e.id, e.name)
      case 'select': {
        const operand = this.#asAttribute(e.operand)
        operand.addQualifier({ index: e.field, optional: false, testOnly: e.testOnly })
        return { kind: 'attribute', attribute: operand, isTest: e.testOnly }
      }
      case 'call':
        return this.#call(e)
      case 'list':
        return this.#list(e)
      case 'map':
        return this.#map(e)
      case 'struct':
        throw new PlanError(`unknown type: ${e.typeName}`)
      case 'comprehension':
        return { kind: 'other', exec: this.#fold(e) }
    }
  }

  #ident(id: number, name: string): Planned {
    const reference = this.#checked.references.get(id)
    const local = reference === undefined || !name.startsWith('.') ? this.#locals.findLast(([n]) => n === name)?.[1] : undefined
    if (local !== undefined && reference === undefined) return attribute(local)
    const known = reference ?? name
    if (this.#checked.types.get(id)?.kind === 'type' && this.#types.has(known)) {
      return { kind: 'const', value: new TypeValue(this.#types.get(known)!) }
    }
    return attribute((frame) => frame.variable(known))
  }

  #asAttribute(e: Expr): Attribute {
    const node = this.plan(e)
    return node.kind === 'attribute' ? node.attribute : new Attribute({ kind: 'value', exec: toExec(node) })
  }

  #call(e: Call): Planned {
    const operands = e.target === undefined ? e.args : [e.target, ...e.args]
    switch (e.fn) {
      case '_?_:_': {
        const [condition, yes, no] = operands as [Expr, Expr, Expr]
        const base = {
          kind: 'conditional',
          condition: toExec(this.plan(condition)),
          yes: this.#asAttribute(yes),
          no: this.#asAttribute(no),
        } as const
        return { kind: 'attribute', attribute: new Attribute(base), isTest: false }
      }
      case '_[_]':
      case '_[?_]':
      case '_?._':
        return this.#index(operands as [Expr, Expr], e.fn !== '_[_]')
    }
    const nodes = operands.map((o) => this.plan(o))
    const args = nodes.map(toExec)
    switch (e.fn) {
      case '_&&_':
        return other(logical(args, false))
      case '_||_':
        return other(logical(args, true))
      case '_==_':
      case '_!=_':
        return other(equality(args as [Exec, Exec], e.fn))
      case 'or':
      case 'orValue':
        return other(orElse(args as [Exec, Exec], e.fn === 'orValue'))
    }
    const overloads = this.#checked.overloads.get(e.id) ?? []
    const overload = overloads.length === 1 ? overloads[0] : undefined
    const second = nodes[1]
    if (overload === 'in_list' && second?.kind === 'const') {
      const list = second.value as CelList
      if (list.size === 0) return { kind: 'const', value: false }
      const set = membership(args[0]!, list)
      if (set !== undefined) return other(set)
    }
    this.#checkPattern(e.fn, nodes)
    const exec = this.#invocation(e.fn, overload, args)
    if (!CONVERSIONS.has(e.fn) || nodes.length !== 1 || nodes[0]!.kind !== 'const') return other(exec)
    const value = exec(new Frame(new Map(), Infinity, 0))
    if (value instanceof CelError) throw new PlanError(value.message)
    return { kind: 'const', value }
  }

  #checkPattern(fn: string, nodes: readonly Planned[]): void {
    const pattern = nodes[1]
    if (!PATTERN_FUNCTIONS.has(fn) || pattern?.kind !== 'const' || typeof pattern.value !== 'string') return
    const error = patternError(pattern.value)
    if (error !== undefined) throw new PlanError(error)
  }

  #invocation(fn: string, overload: string | undefined, args: readonly Exec[]): Exec {
    const decl = this.#functions.get(fn)
    const call = decl === undefined ? undefined : implementationOf(decl, overload)
    if (call === undefined) throw new PlanError(`no such overload: ${fn}`)
    const isLenient = fn === '@not_strictly_false'
    // Of three and more, and where the signature is looked for at run time, an error ends it at once.
    const stops = args.length > 2 || (overload === undefined && decl!.dispatch === undefined)
    const cost = callCost(fn, overload ?? '')
    return (frame) => {
      const values: CelValue[] = []
      let failed: CelError | undefined
      for (const arg of args) {
        const value = arg(frame)
        values.push(value)
        if (!(value instanceof CelError) || isLenient) continue
        if (stops) return value
        failed ??= value
      }
      if (failed !== undefined) {
        frame.charge(cost.after(values, failed))
        return failed
      }
      // What is too expensive for its arguments alone is not begun.
      if (cost.before !== undefined && !frame.affords(cost.before(values))) frame.charge(Infinity)
      const value = frame.call(call, values)
      frame.charge(cost.after(values, value))
      return value
    }
  }

  #index([operand, index]: [Expr, Expr], optional: boolean): Planned {
    const base = this.#asAttribute(operand)
    const node = this.plan(index)
    if (node.kind === 'const' && !isQualifier(node.value)) throw new PlanError(`invalid qualifier type: ${goClassOf(node.value)}`)
    const by = node.kind === 'const' ? node.value : node.kind === 'attribute' ? (frame: Frame) => node.attribute.resolve(frame) : node.exec
    base.addQualifier({ index: by, optional, testOnly: false })
    return { kind: 'attribute', attribute: base, isTest: false }
  }

  #list(e: ListExpr): Planned {
    const nodes = e.elements.map((x) => this.plan(x))
    const elements = nodes.map(toExec)
    const { optional } = e
    const exec: Exec = (frame) => {
      const values: CelValue[] = []
      for (let i = 0; i < elements.length; i++) {
        const value = elements[i]!(frame)
        if (value instanceof CelError) return value
        if (!optional.has(i)) values.push(value)
        else if (!(value instanceof Optional)) {
          return new CelError(`cannot initialize optional list element from non-optional value ${printed(value)}`)
        } else if (value.value !== undefined) values.push(value.value)
      }
      return new ListValue(values)
    }
    return foldedOr(nodes, exec, LIST_COST)
  }

  #map(e: MapExpr): Planned {
    const nodes = e.entries.flatMap((x) => [this.plan(x.key), this.plan(x.value)])
    const parts = nodes.map(toExec)
    const { entries } = e
    const exec: Exec = (frame) => {
      const made: [CelValue, CelValue][] = []
      for (let i = 0; i < entries.length; i++) {
        const key = parts[2 * i]!(frame)
        if (key instanceof CelError) return key
        const value = parts[2 * i + 1]!(frame)
        if (value instanceof CelError) return value
        if (!entries[i]!.optional) made.push([key, value])
        else if (!(value instanceof Optional)) {
          return new CelError(`cannot initialize optional entry '${printed(key)}' from non-optional value ${printed(value)}`)
        } else if (value.value !== undefined) made.push([key, value.value])
      }
      return new MapValue(made)
    }
    return foldedOr(nodes, exec, MAP_COST)
  }

  #slot(): number {
    return this.slots++
  }

  #fold(e: Comprehension): Exec {
    const init = toExec(this.plan(e.accuInit))
    const range = toExec(this.plan(e.range))
    const [accu, first, second] = [this.#slot(), this.#slot(), this.#slot()]
    const read =
      (slot: number): Exec =>
      (frame) =>
        frame.locals[slot] ?? null
    // What a fold begins with is computed when somebody asks for it.
    const accumulator: Exec = (frame) => {
      const value = frame.locals[accu]
      return value === undefined ? (frame.locals[accu] = growing(init(frame))) : value
    }
    const depth = this.#locals.length
    this.#locals.push([e.accuVar, accumulator], [e.iterVar, read(first)])
    if (e.iterVar2 !== '') this.#locals.push([e.iterVar2, read(second)])
    const condition = toExec(this.plan(e.condition))
    const step = toExec(this.plan(e.step))
    this.#locals.length = depth + 1
    const result = toExec(this.plan(e.result))
    this.#locals.length = depth
    const both = e.iterVar2 !== ''
    return (frame) => {
      const over = range(frame)
      if (over instanceof CelError) return over
      if (!(over instanceof CelList) && !(over instanceof CelMap)) {
        return new CelError(
          both ? `unsupported comprehension range type: ${goTypeNameOf(over)}` : `got '${goTypeNameOf(over)}', expected iterable type`,
        )
      }
      const { locals } = frame
      locals[accu] = undefined
      let i = 0
      for (const item of over instanceof CelList ? over : over.keys()) {
        locals[first] = both && over instanceof CelList ? BigInt(i++) : item
        if (both) locals[second] = over instanceof CelList ? item : (over as CelMap).get(item)
        if (condition(frame) === false) break
        locals[accu] = step(frame)
      }
      return frozen(result(frame))
    }
  }
}

const isQualifier = (value: CelValue): boolean => ['string', 'bigint', 'number', 'boolean'].includes(typeof value) || value instanceof Uint

function goClassOf(value: CelValue): string {
  if (value instanceof CelList) return '*types.baseList'
  if (value instanceof CelMap) return '*types.baseMap'
  return value instanceof TypeValue ? '*types.Type' : goTypeNameOf(value)
}

const other = (exec: Exec): Planned => ({ kind: 'other', exec })
const attribute = (exec: Exec): Planned => ({ kind: 'attribute', attribute: new Attribute({ kind: 'value', exec }), isTest: false })

/** A list or map of constants is one. */
function foldedOr(nodes: readonly Planned[], exec: Exec, cost: number): Planned {
  if (nodes.every((n) => n.kind === 'const')) return { kind: 'const', value: exec(new Frame(new Map(), Infinity, 0)) }
  return other((frame) => {
    const value = exec(frame)
    frame.charge(cost)
    return value
  })
}

/** A fold that begins with nothing adds to what is its own. */
function growing(value: CelValue): CelValue {
  if (value instanceof CelList && value.size === 0) return new Growing()
  return value instanceof CelMap && value.size === 0 ? new MapValue() : value
}

const frozen = (value: CelValue): CelValue => (value instanceof Growing ? new ListValue(value.values) : value)
