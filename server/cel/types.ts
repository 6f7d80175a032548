/**
 * The types that CEL's checker knows (cel-spec langdef "Type system"). A type is data; two that look the same are the same.
 * Names are those that error texts and `type(x)` show.
 */
export type Kind =
  | 'any'
  | 'bool'
  | 'bytes'
  | 'double'
  | 'duration'
  | 'dyn'
  | 'error'
  | 'int'
  | 'list'
  | 'map'
  | 'null'
  | 'opaque'
  | 'param'
  | 'string'
  | 'struct'
  | 'timestamp'
  | 'type'
  | 'uint'

export interface CelType {
  readonly kind: Kind
  /** The name of the type itself, without its parameters. */
  readonly name: string
  readonly params: readonly CelType[]
}

const NONE: readonly CelType[] = []
const simple = (kind: Kind, name: string): CelType => ({ kind, name, params: NONE })

export const BOOL = simple('bool', 'bool')
export const BYTES = simple('bytes', 'bytes')
export const DOUBLE = simple('double', 'double')
export const DURATION = simple('duration', 'google.protobuf.Duration')
export const DYN = simple('dyn', 'dyn')
export const ERROR = simple('error', 'error')
export const INT = simple('int', 'int')
export const NULL = simple('null', 'null_type')
export const STRING = simple('string', 'string')
export const TIMESTAMP = simple('timestamp', 'google.protobuf.Timestamp')
export const TYPE = simple('type', 'type')
export const UINT = simple('uint', 'uint')

export const listOf = (element: CelType): CelType => ({ kind: 'list', name: 'list', params: [element] })
export const mapOf = (key: CelType, value: CelType): CelType => ({ kind: 'map', name: 'map', params: [key, value] })
export const optionalOf = (value: CelType): CelType => ({ kind: 'opaque', name: 'optional_type', params: [value] })
export const typeOf = (type: CelType): CelType => ({ kind: 'type', name: 'type', params: [type] })
export const param = (name: string): CelType => simple('param', name)
export const struct = (name: string): CelType => simple('struct', name)
export const opaque = (name: string): CelType => simple('opaque', name)

const SHOWN: Partial<Readonly<Record<Kind, string>>> = {
  any: 'any',
  duration: 'duration',
  error: '!error!',
  null: 'null',
  timestamp: 'timestamp',
}

/** As the reference's checker prints a type in its errors. */
export function typeText(type: CelType): string {
  const fixed = SHOWN[type.kind]
  if (fixed !== undefined) return fixed
  return type.params.length === 0 ? type.name : `${type.name}(${type.params.map(typeText).join(', ')})`
}

/** As Go prints a type in `%v`. */
export const typeName = ({ name, params }: CelType): string => (params.length === 0 ? name : `${name}(${params.map(typeName).join(', ')})`)

export function sameType(a: CelType, b: CelType): boolean {
  if (a === b) return true
  if (a.kind !== b.kind || a.name !== b.name || a.params.length !== b.params.length) return false
  return a.params.every((p, i) => sameType(p, b.params[i]!))
}

export const isDyn = (type: CelType): boolean => type.kind === 'dyn' || type.kind === 'any'
export const isOptional = (type: CelType): boolean => type.kind === 'opaque' && type.name === 'optional_type'

/** What type variables stand for. */
export type Bindings = Pick<ReadonlyMap<string, CelType>, 'get'>

/** Bindings that an attempt may change; one that fails leaves none behind. */
export class TypeBindings {
  readonly #map = new Map<string, CelType>()
  readonly #undo: [name: string, before: CelType | undefined][] = []

  get(name: string): CelType | undefined {
    return this.#map.get(name)
  }
  set(name: string, type: CelType): void {
    this.#undo.push([name, this.#map.get(name)])
    this.#map.set(name, type)
  }
  attempt(make: () => boolean): boolean {
    this.#undo.length = 0
    if (make()) return true
    for (const [name, before] of this.#undo.reverse()) {
      if (before === undefined) this.#map.delete(name)
      else this.#map.set(name, before)
    }
    return false
  }
}

/** Replaces type variables by what they are bound to; `toDyn`: those that are not become dyn. */
export function substitute(bindings: Bindings, type: CelType, toDyn: boolean): CelType {
  if (type.kind === 'param') {
    const bound = bindings.get(type.name)
    if (bound !== undefined) return substitute(bindings, bound, toDyn)
    return toDyn ? DYN : type
  }
  if (type.params.length === 0) return type
  return { kind: type.kind, name: type.name, params: type.params.map((p) => substitute(bindings, p, toDyn)) }
}

/** Whether values of types `from` may stand where `to` is wanted; then the variables are bound so that they may. */
export const assignable = (m: TypeBindings, to: readonly CelType[], from: readonly CelType[]): boolean =>
  m.attempt(() => fitAll(m, to, from))

function fitAll(m: TypeBindings, a: readonly CelType[], b: readonly CelType[]): boolean {
  return a.length === b.length && a.every((t, i) => fits(m, t, b[i]!))
}

const NULLABLE: ReadonlySet<Kind> = new Set<Kind>(['opaque', 'struct', 'any', 'duration', 'timestamp', 'null'])

function fits(m: TypeBindings, a: CelType, b: CelType): boolean {
  if (b.kind === 'param') {
    const [valid, isBound] = bind(m, a, b)
    if (valid) return true
    if (isBound) return false
  }
  if (a.kind === 'param') return bind(m, b, a)[0]
  if (isDyn(a) || isDyn(b) || a.kind === 'error' || b.kind === 'error') return true
  if (a.kind === 'null') return NULLABLE.has(b.kind)
  if (b.kind === 'null') return NULLABLE.has(a.kind)
  if (a.kind !== b.kind) return false
  if (a.kind === 'type') return true
  return a.name === b.name && (a.params.length === 0 ? b.params.length === 0 : fitAll(m, a.params, b.params))
}

/** Binds the variable to the type, or widens what it is bound to. Whether that is right, and whether it had been bound. */
function bind(m: TypeBindings, type: CelType, variable: CelType): [valid: boolean, isBound: boolean] {
  if (sameType(type, variable)) return [true, true]
  const bound = m.get(variable.name)
  if (bound === undefined) {
    if (!occursNot(m, variable, type)) return [false, false]
    m.set(variable.name, type)
    return [true, false]
  }
  if (sameType(type, bound)) return [true, true]
  if (!fits(m, type, bound)) return [false, true]
  const wider = mostGeneral(type, bound)
  if (occursNot(m, variable, wider)) m.set(variable.name, wider)
  return [true, true]
}

function occursNot(m: TypeBindings, variable: CelType, within: CelType): boolean {
  if (sameType(variable, within)) return false
  if (within.kind === 'param') {
    const bound = m.get(within.name)
    return bound === undefined || occursNot(m, variable, bound)
  }
  return within.params.every((p) => occursNot(m, variable, p))
}

export const mostGeneral = (a: CelType, b: CelType): CelType => (isLessSpecific(a, b) ? a : b)

function isLessSpecific(a: CelType, b: CelType): boolean {
  if (isDyn(a) || a.kind === 'param') return true
  if (isDyn(b) || b.kind === 'param' || a.kind !== b.kind) return false
  if (a.kind === 'type') return true
  if (a.params.length === 0) return sameType(a, b)
  return a.name === b.name && a.params.length === b.params.length && a.params.every((p, i) => isLessSpecific(p, b.params[i]!))
}
