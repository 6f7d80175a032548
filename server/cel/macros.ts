import { childrenOf, type Comprehension, type Expr } from './ast.ts'

/**
 * Macros: calls that become other expressions when they are parsed (cel-spec langdef "Macros", cel-go `ext` two-variable comprehensions,
 * optional types and lists). What they become decides what they cost, so it is what the reference's become.
 */
export interface MacroHelper {
  readonly offsets: ReadonlyMap<number, number>
  /** A number for a new node that begins there. */
  id(offset: number): number
  fail(id: number, message: string): void
  broken(): Expr
}

/** The variable of the fold's result; no user can name it. */
export const ACCUMULATOR = '@result'
const OLD_ACCUMULATOR = '__result__'
/** A variable that nobody reads. */
const UNUSED = '#unused'
/** Into so many nodes an expression may grow: a copied operand that has copied operands doubles each time. */
const MAX_NODES = 200_000

class MacroError extends Error {
  readonly id: number
  constructor(id: number, message: string) {
    super(message)
    this.id = id
  }
}

/** Makes nodes that stand where the macro is called. */
class Maker {
  readonly #helper: MacroHelper
  readonly #offset: number

  constructor(helper: MacroHelper, offset: number) {
    this.#helper = helper
    this.#offset = offset
  }

  #id(): number {
    return this.#helper.id(this.#offset)
  }
  literal(value: boolean | bigint): Expr {
    return { kind: 'literal', id: this.#id(), value }
  }
  ident(name: string): Expr {
    return { kind: 'ident', id: this.#id(), name }
  }
  accumulator(): Expr {
    return this.ident(ACCUMULATOR)
  }
  call(fn: string, ...args: Expr[]): Expr {
    return { kind: 'call', id: this.#id(), fn, args }
  }
  member(fn: string, target: Expr, ...args: Expr[]): Expr {
    return { kind: 'call', id: this.#id(), fn, target, args }
  }
  list(...elements: Expr[]): Expr {
    return { kind: 'list', id: this.#id(), elements, optional: new Set() }
  }
  map(): Expr {
    return { kind: 'map', id: this.#id(), entries: [] }
  }
  has(operand: Expr, field: string): Expr {
    return { kind: 'select', id: this.#id(), operand, field, testOnly: true }
  }
  fold(parts: Omit<Comprehension, 'kind' | 'id'>): Expr {
    return { kind: 'comprehension', id: this.#id(), ...parts }
  }

  copy(e: Expr): Expr {
    const id = this.#helper.id(this.#helper.offsets.get(e.id) ?? this.#offset)
    if (id > MAX_NODES) throw new MacroError(e.id, `expression exceeds ${MAX_NODES} nodes`)
    switch (e.kind) {
      case 'literal':
      case 'ident':
        return { ...e, id }
      case 'select':
        return { ...e, id, operand: this.copy(e.operand) }
      case 'call': {
        const args = e.args.map((a) => this.copy(a))
        return e.target === undefined ? { ...e, id, args } : { ...e, id, target: this.copy(e.target), args }
      }
      case 'list':
        return { ...e, id, elements: e.elements.map((x) => this.copy(x)) }
      case 'map':
        return { ...e, id, entries: e.entries.map((x) => ({ ...x, id: this.#id(), key: this.copy(x.key), value: this.copy(x.value) })) }
      case 'struct':
        return { ...e, id, fields: e.fields.map((x) => ({ ...x, id: this.#id(), value: this.copy(x.value) })) }
      case 'comprehension': {
        const [range, accuInit, condition, step, result] = childrenOf(e).map((x) => this.copy(x)) as [Expr, Expr, Expr, Expr, Expr]
        return { ...e, id, range, accuInit, condition, step, result }
      }
    }
  }
}

type Expander = (m: Maker, target: Expr, args: readonly Expr[]) => Expr | undefined

function variable(e: Expr, message: string): string {
  if (e.kind !== 'ident') throw new MacroError(e.id, message)
  return e.name
}

function iterVariable(e: Expr, message: string): string {
  const name = variable(e, message)
  if (name === ACCUMULATOR || name === OLD_ACCUMULATOR) throw new MacroError(e.id, 'iteration variable overwrites accumulator variable')
  return name
}

const SIMPLE_NAME = 'argument must be a simple name'

/** The variables of a macro with one or two of them, and the arguments behind them. */
function variables(
  args: readonly Expr[],
  count: 1 | 2,
  message = SIMPLE_NAME,
): { iterVar: string; iterVar2: string; rest: readonly Expr[] } {
  if (count === 1) return { iterVar: iterVariable(args[0]!, message), iterVar2: '', rest: args.slice(1) }
  const [one, two] = [variable(args[0]!, message), variable(args[1]!, message)]
  if (one === two) throw new MacroError(args[1]!.id, `duplicate variable name: ${one}`)
  return { iterVar: iterVariable(args[0]!, message), iterVar2: iterVariable(args[1]!, message), rest: args.slice(2) }
}

const all =
  (count: 1 | 2): Expander =>
  (m, range, args) => {
    const { rest, ...vars } = variables(args, count)
    const accuInit = m.literal(true)
    const condition = m.call('@not_strictly_false', m.accumulator())
    const step = m.call('_&&_', m.accumulator(), rest[0]!)
    return m.fold({ range, ...vars, accuVar: ACCUMULATOR, accuInit, condition, step, result: m.accumulator() })
  }

const exists =
  (count: 1 | 2): Expander =>
  (m, range, args) => {
    const { rest, ...vars } = variables(args, count)
    const accuInit = m.literal(false)
    const condition = m.call('@not_strictly_false', m.call('!_', m.accumulator()))
    const step = m.call('_||_', m.accumulator(), rest[0]!)
    return m.fold({ range, ...vars, accuVar: ACCUMULATOR, accuInit, condition, step, result: m.accumulator() })
  }

const existsOne =
  (count: 1 | 2): Expander =>
  (m, range, args) => {
    const { rest, ...vars } = variables(args, count)
    const accuInit = m.literal(0n)
    const condition = m.literal(true)
    const step = m.call('_?_:_', rest[0]!, m.call('_+_', m.accumulator(), m.literal(1n)), m.accumulator())
    const result = m.call('_==_', m.accumulator(), m.literal(1n))
    return m.fold({ range, ...vars, accuVar: ACCUMULATOR, accuInit, condition, step, result })
  }

/** A fold that adds to an empty list or map; the first of two arguments behind the variables is a condition. */
const collect =
  (count: 1 | 2, init: (m: Maker) => Expr, add: (m: Maker, transform: Expr, iterVar: string) => Expr, message?: string): Expander =>
  (m, range, args) => {
    const { rest, ...vars } = variables(args, count, message)
    const accuInit = init(m)
    const added = add(m, rest.at(-1)!, vars.iterVar)
    const step = rest.length === 2 ? m.call('_?_:_', rest[0]!, added, m.accumulator()) : added
    return m.fold({ range, ...vars, accuVar: ACCUMULATOR, accuInit, condition: m.literal(true), step, result: m.accumulator() })
  } // prettier-ignore

const NOT_IDENTIFIER = 'argument is not an identifier'
const addToList = (m: Maker, item: Expr): Expr => m.call('_+_', m.accumulator(), m.list(item))
const map = collect(1, (m) => m.list(), addToList, NOT_IDENTIFIER)
const transformList = collect(2, (m) => m.list(), addToList)
const transformMap = collect(
  2,
  (m) => m.map(),
  (m, item, key) => m.call('cel.@mapInsert', m.accumulator(), m.ident(key), item),
) // prettier-ignore
const transformMapEntry = collect(
  2,
  (m) => m.map(),
  (m, item) => m.call('cel.@mapInsert', m.accumulator(), item),
) // prettier-ignore

const filter: Expander = (m, range, args) => {
  const iterVar = iterVariable(args[0]!, NOT_IDENTIFIER)
  const accuInit = m.list()
  const step = m.call('_?_:_', args[1]!, addToList(m, args[0]!), m.accumulator())
  return m.fold({ range, iterVar, iterVar2: '', accuVar: ACCUMULATOR, accuInit, condition: m.literal(true), step, result: m.accumulator() })
}

/** A variable that has one value: a fold over nothing. */
const bindValue = (m: Maker, accuVar: string, value: Expr, result: Expr): Expr =>
  m.fold({
    range: m.list(),
    iterVar: UNUSED,
    iterVar2: '',
    accuVar,
    accuInit: value,
    condition: m.literal(false),
    step: m.ident(accuVar),
    result,
  })

const optional =
  (name: string, wrap: (m: Maker, e: Expr) => Expr): Expander =>
  (m, target, args) => {
    const accuVar = variable(args[0]!, `${name}() variable name must be a simple identifier`)
    const mapped = bindValue(m, accuVar, m.member('value', m.copy(target)), args[1]!)
    return m.call('_?_:_', m.member('hasValue', target), wrap(m, mapped), m.call('optional.none'))
  } // prettier-ignore

/** `list.sortBy(x, key)`: sorts by what each element's key is. */
const SORT_BY_INPUT = '@__sortBy_input__'
const sortBy: Expander = (m, target, args) => {
  if (!['ident', 'select', 'list', 'comprehension', 'call'].includes(target.kind)) {
    throw new MacroError(target.id, 'sortBy can only be applied to a list, identifier, comprehension, call or select expression')
  }
  const name = args[0]!
  if (name.kind !== 'ident') throw new MacroError(name.id, NOT_IDENTIFIER)
  const keys = map(m, m.ident(SORT_BY_INPUT), args)!
  return bindValue(m, SORT_BY_INPUT, target, m.member('@sortByAssociatedKeys', m.ident(SORT_BY_INPUT), keys))
}

const MEMBERS: Readonly<Record<string, Expander>> = {
  'all/2': all(1),
  'all/3': all(2),
  'exists/2': exists(1),
  'exists/3': exists(2),
  'exists_one/2': existsOne(1),
  'exists_one/3': existsOne(2),
  'existsOne/3': existsOne(2),
  'filter/2': filter,
  'map/2': map,
  'map/3': map,
  'optMap/2': optional('optMap', (m, e) => m.call('optional.of', e)),
  'optFlatMap/2': optional('optFlatMap', (_, e) => e),
  'sortBy/2': sortBy,
  'transformList/3': transformList,
  'transformList/4': transformList,
  'transformMap/3': transformMap,
  'transformMap/4': transformMap,
  'transformMapEntry/3': transformMapEntry,
  'transformMapEntry/4': transformMapEntry,
}

/** What a call becomes; undefined for one that is no macro. */
export function expandMacro(
  helper: MacroHelper,
  id: number,
  fn: string,
  target: Expr | undefined,
  args: readonly Expr[],
): Expr | undefined {
  const expander = target === undefined ? undefined : MEMBERS[`${fn}/${args.length}`]
  const isHas = target === undefined && fn === 'has' && args.length === 1
  if (expander === undefined && !isHas) return undefined
  const maker = new Maker(helper, helper.offsets.get(id)!)
  try {
    if (!isHas) return expander!(maker, target!, args)
    const [arg] = args as [Expr]
    if (arg.kind !== 'select' || arg.testOnly) throw new MacroError(arg.id, 'invalid argument to has() macro')
    return maker.has(arg.operand, arg.field)
  } catch (error) {
    if (!(error instanceof MacroError)) throw error
    helper.fail(error.id, error.message)
    return helper.broken()
  }
}
