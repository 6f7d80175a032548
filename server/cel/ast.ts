import type { CelValue } from './values.ts'

/**
 * The tree of an expression, macros expanded (cel-spec `syntax.proto`). Each node has a number of its own, by which checker and cost
 * estimator keep what they find out about it. The checker writes resolved names into the tree.
 */
export interface Literal {
  readonly kind: 'literal'
  readonly id: number
  readonly value: CelValue
}
export interface Ident {
  readonly kind: 'ident'
  readonly id: number
  name: string
}
export interface Select {
  readonly kind: 'select'
  readonly id: number
  readonly operand: Expr
  readonly field: string
  /** has(operand.field) */
  readonly testOnly: boolean
}
export interface Call {
  readonly kind: 'call'
  readonly id: number
  fn: string
  /** Of a member function. */
  target?: Expr
  readonly args: readonly Expr[]
}
export interface ListExpr {
  readonly kind: 'list'
  readonly id: number
  readonly elements: readonly Expr[]
  /** Indices of `?element`. */
  readonly optional: ReadonlySet<number>
}
export interface MapEntry {
  readonly id: number
  readonly key: Expr
  readonly value: Expr
  readonly optional: boolean
}
export interface MapExpr {
  readonly kind: 'map'
  readonly id: number
  readonly entries: readonly MapEntry[]
}
export interface StructField {
  readonly id: number
  readonly name: string
  readonly value: Expr
  readonly optional: boolean
}
export interface StructExpr {
  readonly kind: 'struct'
  readonly id: number
  readonly typeName: string
  readonly fields: readonly StructField[]
}
/** A fold over a list or a map: what each macro over lists becomes. */
export interface Comprehension {
  readonly kind: 'comprehension'
  readonly id: number
  readonly range: Expr
  readonly iterVar: string
  /** Empty in one with one variable. */
  readonly iterVar2: string
  readonly accuVar: string
  readonly accuInit: Expr
  readonly condition: Expr
  readonly step: Expr
  readonly result: Expr
}

export type Expr = Literal | Ident | Select | Call | ListExpr | MapExpr | StructExpr | Comprehension

/** A node replaced by an identifier: a qualified name that the checker has found. */
export function becomeIdent(e: Expr, name: string): void {
  const node = e as { kind: string; name?: string; operand?: Expr; field?: string; testOnly?: boolean }
  node.kind = 'ident'
  node.name = name
  delete node.operand
  delete node.field
  delete node.testOnly
}

export const childrenOf = (e: Expr): readonly Expr[] => {
  switch (e.kind) {
    case 'select':
      return [e.operand]
    case 'call':
      return e.target === undefined ? e.args : [e.target, ...e.args]
    case 'list':
      return e.elements
    case 'map':
      return e.entries.flatMap((entry) => [entry.key, entry.value])
    case 'struct':
      return e.fields.map((field) => field.value)
    case 'comprehension':
      return [e.range, e.accuInit, e.condition, e.step, e.result]
    default:
      return []
  }
}

/** Every node, parents first. */
export function* walk(e: Expr): Generator<Expr> {
  yield e
  for (const child of childrenOf(e)) yield* walk(child)
}
