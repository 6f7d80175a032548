import type { CelType } from './types.ts'
import { assignableAtRunTime } from './run-time-types.ts'
import { CelError, typeNameOf, type CelValue } from './values.ts'

/** Functions as CEL declares them: one name, several signatures (cel-go `common/decls`). */
export type Implementation = (...args: CelValue[]) => CelValue

export interface Overload {
  /** The reference's name of the signature: costs go by it. */
  readonly id: string
  /** Called as `a.f(b)`; `args` begin with the type of `a`. */
  readonly member: boolean
  readonly args: readonly CelType[]
  readonly result: CelType
  readonly call?: Implementation
}

export interface FunctionDecl {
  readonly name: string
  readonly overloads: readonly Overload[]
  /** One implementation for all signatures, which looks at its arguments itself. */
  readonly dispatch?: Implementation
  /** Signatures do not look at the types of what they get at run time. */
  readonly unguarded?: boolean
}

export type Functions = ReadonlyMap<string, FunctionDecl>

export const fn = (id: string, args: readonly CelType[], result: CelType, call?: Implementation): Overload =>
  overload(id, false, args, result, call)
export const member = (id: string, args: readonly CelType[], result: CelType, call?: Implementation): Overload =>
  overload(id, true, args, result, call)

function overload(id: string, isMember: boolean, args: readonly CelType[], result: CelType, call?: Implementation): Overload {
  return { id, member: isMember, args, result, ...(call === undefined ? {} : { call }) }
}

/** Functions of one name from several libraries are one. */
export function merge(declarations: Iterable<FunctionDecl>): Functions {
  const all = new Map<string, FunctionDecl>()
  for (const decl of declarations) {
    const known = all.get(decl.name)
    all.set(decl.name, known === undefined ? decl : { ...known, ...decl, overloads: [...known.overloads, ...decl.overloads] })
  }
  return all
}

/**
 * What runs when a function is called: the signature that the checker found, or, when several were possible, the first that takes what
 * it gets.
 * @param overloadId the only one that the checker found
 */
export function implementationOf(decl: FunctionDecl, overloadId: string | undefined): Implementation | undefined {
  if (decl.dispatch !== undefined) return decl.dispatch
  const able = decl.overloads.filter((o) => o.call !== undefined)
  const chosen = able.find((o) => o.id === overloadId) ?? (able.length === 1 ? able[0] : undefined)
  const takes = (o: Overload, args: readonly CelValue[]): boolean =>
    o.args.length === args.length && (decl.unguarded === true || args.every((a, i) => assignableAtRunTime(o.args[i]!, a)))
  if (able.length === 0) return undefined
  const candidates = chosen === undefined ? able : [chosen]
  return (...args) => {
    for (const o of candidates) if (takes(o, args)) return o.call!(...args)
    return args.find((a) => a instanceof CelError) ?? new CelError(`no such overload: ${decl.name}(${args.map(typeNameOf).join(', ')})`)
  }
}
