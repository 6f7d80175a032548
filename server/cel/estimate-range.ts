import type { Expr } from './ast.ts'
import type { CelType } from './types.ts'

/** A cost or a size, at least and at most. Sums stop at the largest number of 64 bits, as the reference's do. */
export interface Range {
  readonly min: number
  readonly max: number
}

export const ALL = 2 ** 64
export const fixed = (n: number): Range => ({ min: n, max: n })
export const NOTHING = fixed(0)
export const ONE = fixed(1)
export const UNKNOWN: Range = { min: 0, max: ALL }
export const createdList = fixed(10)
export const createdMap = fixed(30)

const cap = (n: number): number => Math.min(n, ALL)
const map2 = (a: Range, b: Range, f: (x: number, y: number) => number): Range => ({ min: f(a.min, b.min), max: f(a.max, b.max) })

export const add = (a: Range, b: Range): Range => map2(a, b, (x, y) => cap(x + y))
export const sum = (all: readonly Range[]): Range => all.reduce(add, NOTHING)
export const times = (a: Range, b: Range): Range => map2(a, b, (x, y) => (x === 0 || y === 0 ? 0 : cap(x * y)))
export const scaled = (a: Range, factor: number): Range => ({ min: cap(Math.ceil(a.min * factor)), max: cap(Math.ceil(a.max * factor)) })
export const union = (a: Range, b: Range): Range => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) })

/** A part of a call, and what is known of it. */
export interface CostNode {
  /** From a variable to the value, by fields, `@items`, `@keys` and `@values`; empty for what no variable leads to. */
  readonly path: readonly string[]
  readonly type: CelType | undefined
  readonly expr: Expr | undefined
  readonly size: Range | undefined
}

export interface CallEstimate {
  readonly cost: Range
  readonly size?: Range
}

/** The declared size of what a path leads to; undefined where nothing is declared. */
export type SizeOf = (path: readonly string[]) => Range | undefined
