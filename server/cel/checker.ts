import { becomeIdent, type Call, type Comprehension, type Expr, type ListExpr, type MapExpr, type Select, type StructExpr } from './ast.ts'
import type { Functions, Overload } from './declarations.ts'
import type { Parsed } from './parser.ts'
import type { CelIssue } from './source.ts'
import {
  assignable,
  BOOL,
  BYTES,
  DOUBLE,
  DYN,
  ERROR,
  INT,
  isDyn,
  isOptional,
  listOf,
  mapOf,
  mostGeneral,
  NULL,
  optionalOf,
  param,
  STRING,
  substitute,
  typeOf,
  TypeBindings,
  typeText,
  UINT,
  type CelType,
} from './types.ts' // prettier-ignore
import { Uint } from './values.ts'

/** What names mean where an expression stands. */
/** Fields of objects: by the name of the type, then of the field. */
export type Structs = Pick<ReadonlyMap<string, Pick<ReadonlyMap<string, CelType>, 'get'>>, 'get' | 'has'>

export interface CheckEnvironment {
  readonly functions: Functions
  readonly variables: ReadonlyMap<string, CelType>
  /** Types by name, for `type(x) == name`. */
  readonly types: Pick<ReadonlyMap<string, CelType>, 'get' | 'has'>
  /** Fields of objects: by the name of the type, then of the field. */
  readonly structs: Structs
}

export interface Checked {
  readonly expr: Expr
  /** The type of each node. */
  readonly types: ReadonlyMap<number, CelType>
  /** Signatures that a call may be of. */
  readonly overloads: ReadonlyMap<number, readonly string[]>
  /** Identifiers that are no local variables. */
  readonly references: ReadonlyMap<number, string>
  readonly issues: readonly CelIssue[]
}

/** Gives every node its type (cel-spec langdef "Gradual Type Checking"; cel-go `checker`, with its texts). Writes resolved names into the tree. */
export function check(parsed: Parsed, env: CheckEnvironment): Checked {
  const checker = new Checker(env, parsed.offsets)
  checker.check(parsed.expr)
  return checker.finish(parsed.expr)
}

const OPTIONAL_SELECT = '_?._'

class Checker {
  readonly #env: CheckEnvironment
  readonly #offsets: ReadonlyMap<number, number>
  readonly #types = new Map<number, CelType>()
  readonly #overloads = new Map<number, string[]>()
  readonly #references = new Map<number, string>()
  readonly #issues: CelIssue[] = []
  /** Variables of the folds around, innermost last. */
  readonly #locals: (readonly [name: string, type: CelType])[] = []
  readonly #bindings = new TypeBindings()
  #variables = 0

  constructor(env: CheckEnvironment, offsets: ReadonlyMap<number, number>) {
    this.#env = env
    this.#offsets = offsets
  }

  finish(expr: Expr): Checked {
    for (const [id, type] of this.#types) this.#types.set(id, substitute(this.#bindings, type, true))
    return { expr, types: this.#types, overloads: this.#overloads, references: this.#references, issues: this.#issues }
  }

  check(e: Expr): void {
    switch (e.kind) {
      case 'literal':
        this.#types.set(e.id, literalType(e.value))
        return
      case 'ident':
        this.#ident(e.id, e.name, (name) => (e.name = name))
        return
      case 'select':
        this.#select(e)
        return
      case 'call':
        this.#call(e)
        return
      case 'list':
        this.#list(e)
        return
      case 'map':
        this.#map(e)
        return
      case 'struct':
        this.#struct(e)
        return
      case 'comprehension':
        this.#fold(e)
    }
  }

  #report(id: number, message: string): void {
    this.#issues.push({ offset: this.#offsets.get(id), message })
  }

  #type(e: Expr): CelType {
    return this.#types.get(e.id) ?? ERROR
  }

  #assign(to: CelType, from: CelType): boolean {
    return assignable(this.#bindings, [to], [from])
  }

  #mismatch(e: Expr, wanted: CelType, found: CelType): void {
    this.#report(e.id, `expected type '${typeText(wanted)}' but found '${typeText(found)}'`)
  }

  #local(name: string): CelType | undefined {
    return this.#locals.findLast(([local]) => local === name)?.[1]
  }

  #global(name: string): CelType | undefined {
    const variable = this.#env.variables.get(name)
    if (variable !== undefined) return variable
    const type = this.#env.types.get(name)
    return type === undefined ? undefined : typeOf(type)
  }

  #ident(id: number, written: string, rename: (name: string) => void): void {
    const local = this.#local(written)
    if (local !== undefined) {
      this.#types.set(id, local)
      return
    }
    const isRooted = written.startsWith('.')
    const name = isRooted ? written.slice(1) : written
    const type = this.#global(name)
    if (type === undefined) {
      this.#types.set(id, ERROR)
      this.#report(id, `undeclared reference to '${written}' (in container '')`)
      return
    }
    this.#types.set(id, type)
    this.#references.set(id, name)
    // A variable of a fold around may have the same name.
    rename(isRooted && this.#local(name) !== undefined ? written : name)
  }

  #select(e: Select): void {
    const names = qualifiedName(e)
    if (names !== undefined && this.#local(names[0]!) === undefined) {
      const name = names.join('.').replace(/^\./, '')
      const type = this.#global(name)
      if (type !== undefined) {
        this.#types.set(e.id, type)
        this.#references.set(e.id, name)
        becomeIdent(e, name)
        return
      }
    }
    const type = this.#field(e, e.operand, e.field, false)
    this.#types.set(e.id, e.testOnly ? BOOL : substitute(this.#bindings, type, false))
  }

  #field(e: Expr, operand: Expr, field: string, optional: boolean): CelType {
    this.check(operand)
    const type = substitute(this.#bindings, this.#type(operand), false)
    const target = isOptional(type) ? type.params[0]! : type
    const found = this.#fieldType(e, target, field)
    return optional || isOptional(type) ? optionalOf(found) : found
  }

  #fieldType(e: Expr, target: CelType, field: string): CelType {
    if (target.kind === 'map') return target.params[1]!
    if (target.kind === 'struct') return this.#structField(e.id, target.name, field) ?? ERROR
    if (target.kind === 'param') this.#assign(DYN, target)
    else if (!isDyn(target) && target.kind !== 'error') this.#report(e.id, `type '${typeText(target)}' does not support field selection`)
    return DYN
  }

  #structField(id: number, struct: string, field: string): CelType | undefined {
    const fields = this.#env.structs.get(struct)
    const type = fields?.get(field)
    if (fields === undefined) this.#report(id, `unexpected failed resolution of '${struct}'`)
    else if (type === undefined) this.#report(id, `undefined field '${field}'`)
    return type
  }

  #call(e: Call): void {
    if (e.fn === OPTIONAL_SELECT) {
      const [operand, field] = e.args as [Expr, Expr]
      const type = this.#field(e, operand, field.kind === 'literal' ? String(field.value) : '', true)
      this.#types.set(field.id, STRING)
      this.#types.set(e.id, substitute(this.#bindings, type, false))
      this.#overloads.set(e.id, ['select_optional_field'])
      return
    }
    for (const arg of e.args) this.check(arg)
    if (e.target !== undefined) {
      const prefix = qualifiedName(e.target)?.join('.')
      const name = prefix === undefined ? undefined : `${prefix}.${e.fn}`.replace(/^\./, '')
      if (name !== undefined && this.#env.functions.has(name)) {
        delete e.target
        e.fn = name
      } else this.check(e.target)
    }
    const written = e.fn
    if (e.target === undefined && written.startsWith('.')) e.fn = written.slice(1)
    const decl = this.#env.functions.get(e.fn)
    if (decl === undefined) {
      this.#report(e.id, `undeclared reference to '${written}' (in container '')`)
      this.#types.set(e.id, ERROR)
      return
    }
    this.#types.set(e.id, this.#resolve(e, decl.overloads) ?? ERROR)
  }

  #resolve(e: Call, overloads: readonly Overload[]): CelType | undefined {
    if (e.fn === '_&&_' || e.fn === '_||_') return this.#logical(e, overloads[0]!.id)
    const given = (e.target === undefined ? e.args : [e.target, ...e.args]).map((a) => this.#type(a))
    let result: CelType | undefined
    const ids: string[] = []
    for (const o of overloads) {
      if (o.member !== (e.target !== undefined)) continue
      const fresh = this.#freshVariables(o)
      if (!assignable(this.#bindings, given, fresh.args)) continue
      ids.push(o.id)
      const type = substitute(this.#bindings, fresh.result, false)
      if (result === undefined) result = type
      else if (!isDyn(result) && typeText(type) !== typeText(result)) result = DYN
    }
    if (result === undefined) {
      const shown = given.map((t) => typeText(substitute(this.#bindings, t, true)))
      const text = e.target === undefined ? `(${shown.join(', ')})` : `${shown[0]}.(${shown.slice(1).join(', ')})`
      this.#report(e.id, `found no matching overload for '${e.fn}' applied to '${text}'`)
      return undefined
    }
    this.#overloads.set(e.id, ids)
    return result
  }

  #logical(e: Call, id: string): CelType | undefined {
    let isRight = true
    for (const arg of e.args) {
      if (this.#assign(this.#type(arg), BOOL)) continue
      this.#mismatch(arg, BOOL, this.#type(arg))
      isRight = false
    }
    this.#overloads.set(e.id, [id])
    return isRight ? BOOL : undefined
  }

  /** The signature with type variables of its own. */
  #freshVariables(o: Overload): { args: readonly CelType[]; result: CelType } {
    const names = new Set<string>()
    for (const type of [...o.args, o.result]) collectVariables(type, names)
    if (names.size === 0) return o
    const fresh = new Map([...names].map((name) => [name, this.#newVariable()]))
    return { args: o.args.map((t) => substitute(fresh, t, false)), result: substitute(fresh, o.result, false) }
  }

  #newVariable(): CelType {
    return param(`_var${this.#variables++}`)
  }

  /** The type of an optional element or value; of others their own. */
  #unwrapped(e: Expr, optional: boolean): CelType {
    const type = this.#type(e)
    if (!optional) return type
    if (isOptional(type)) return type.params[0]!
    if (!isDyn(type)) this.#mismatch(e, optionalOf(type), type)
    return type
  }

  /** The type of elements so far; that they are of one type is checked when everything else is right. */
  #join(before: CelType | undefined, type: CelType): CelType {
    if (before === undefined) return type
    return this.#assign(before, type) ? mostGeneral(before, type) : DYN
  }

  #list(e: ListExpr): void {
    let type: CelType | undefined
    e.elements.forEach((element, i) => {
      this.check(element)
      type = this.#join(type, this.#unwrapped(element, e.optional.has(i)))
    })
    this.#types.set(e.id, listOf(type ?? this.#newVariable()))
  }

  #map(e: MapExpr): void {
    let [keyType, valueType]: [CelType | undefined, CelType | undefined] = [undefined, undefined]
    for (const { key, value, optional } of e.entries) {
      this.check(key)
      keyType = this.#join(keyType, this.#type(key))
      this.check(value)
      valueType = this.#join(valueType, this.#unwrapped(value, optional))
    }
    this.#types.set(e.id, mapOf(keyType ?? this.#newVariable(), valueType ?? this.#newVariable()))
  }

  #struct(e: StructExpr): void {
    const name = e.typeName.replace(/^\./, '')
    const isStruct = this.#env.structs.has(name)
    if (!isStruct) {
      const isType = this.#env.types.has(name)
      this.#report(e.id, isType ? `'${name}' is not a message type` : `undeclared reference to '${e.typeName}' (in container '')`)
      this.#types.set(e.id, ERROR)
      if (!isType) return
    } else this.#types.set(e.id, { kind: 'struct', name, params: [] })
    for (const field of e.fields) {
      this.check(field.value)
      const declared = isStruct ? (this.#structField(field.id, name, field.name) ?? ERROR) : ERROR
      const type = this.#unwrapped(field.value, field.optional)
      if (this.#assign(declared, type)) continue
      this.#report(field.id, `expected type of field '${field.name}' is '${typeText(declared)}' but provided type is '${typeText(type)}'`)
    }
  }

  #fold(e: Comprehension): void {
    this.check(e.range)
    this.check(e.accuInit)
    const accuType = this.#type(e.accuInit)
    const [first, second] = this.#iterated(e)
    const depth = this.#locals.length
    this.#locals.push([e.accuVar, accuType])
    this.#locals.push([e.iterVar, first])
    if (e.iterVar2 !== '') this.#locals.push([e.iterVar2, second])
    this.check(e.condition)
    this.#expect(e.condition, BOOL)
    this.check(e.step)
    this.#expect(e.step, accuType)
    this.#locals.length = depth + 1
    this.check(e.result)
    this.#locals.length = depth
    this.#types.set(e.id, substitute(this.#bindings, this.#type(e.result), false))
  }

  #expect(e: Expr, wanted: CelType): void {
    if (!this.#assign(wanted, this.#type(e))) this.#mismatch(e, wanted, this.#type(e))
  }

  /** Types of the variables of a fold. */
  #iterated(e: Comprehension): [CelType, CelType] {
    const range = substitute(this.#bindings, this.#type(e.range), false)
    const both = e.iterVar2 !== ''
    if (range.kind === 'list') return both ? [INT, range.params[0]!] : [range.params[0]!, ERROR]
    if (range.kind === 'map') return [range.params[0]!, range.params[1]!]
    if (isDyn(range) || range.kind === 'error' || range.kind === 'param') {
      this.#assign(DYN, range)
      return [DYN, DYN]
    }
    this.#report(e.range.id, `expression of type '${typeText(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`)
    return [ERROR, ERROR]
  }
}

function literalType(value: unknown): CelType {
  if (value === null) return NULL
  if (value instanceof Uint) return UINT
  if (value instanceof Uint8Array) return BYTES
  const types: Readonly<Record<string, CelType>> = { boolean: BOOL, bigint: INT, number: DOUBLE, string: STRING }
  return types[typeof value] ?? ERROR
}

/** `a.b.c` as names; undefined for what is no chain of fields of an identifier. */
function qualifiedName(e: Expr): string[] | undefined {
  const names: string[] = []
  let at = e
  while (at.kind === 'select') {
    if (at.testOnly) return undefined
    names.push(at.field)
    at = at.operand
  }
  return at.kind === 'ident' ? [at.name, ...names.reverse()] : undefined
}

function collectVariables(type: CelType, into: Set<string>): void {
  if (type.kind === 'param') into.add(type.name)
  for (const p of type.params) collectVariables(p, into)
}
