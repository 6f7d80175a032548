import { duplicate, invalid, notSupported, required, tooLong, tooMany, type FieldError } from '../../../machinery/field-errors.ts'
import { isJsonObject, type JsonObject } from '../../../machinery/json-walk.ts'
import { byteLength } from '../../../machinery/names.ts'
import { checkMaxCharacters } from '../../core/v1/checks.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'

/**
 * Rules that upstream declares with the fields of a type (`+k8s:…` tags, apimachinery `api/validate`), as values: a rule for each field, in
 * the order of the fields, out of the few that there are. What an update leaves as it was is not asked again.
 */
export interface Asked {
  readonly errors: FieldError[]
  readonly path: string
  /** Undefined where nothing is, or where an item of before cannot be told to be the same. */
  readonly old: unknown
  /** An update, and it is known what the value was. */
  readonly hasOld: boolean
}

export type Declared = (value: unknown, asked: Asked) => void

/** Texts of what is wrong with a value of a format. */
export type Format = (value: string) => readonly string[]

const isZero = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) ? value.length === 0 : isEmptyMap(value))
const isEmptyMap = (value: unknown): boolean => isJsonObject(value) && Object.keys(value).length === 0

/** A struct: its own rules, then those of its fields. */
export function struct(fields: Readonly<Record<string, Declared>>, own?: Declared): Declared {
  return (value, asked) => {
    if (!isJsonObject(value)) return
    own?.(value, asked)
    const old = isJsonObject(asked.old) ? asked.old : undefined
    for (const [name, rule] of Object.entries(fields)) {
      const was = old?.[name]
      if (asked.hasOld && semanticEqual(value[name], was, name)) continue
      rule(value[name], { ...asked, path: asked.path === '' ? name : `${asked.path}.${name}`, old: was })
    }
  }
}

/** A text that may be missing. */
export function text(...rules: readonly Declared[]): Declared {
  return (value, asked) => {
    if (typeof value === 'string' && value !== '') for (const rule of rules) rule(value, asked)
  }
}

/** The same for a pointer: an empty text is one. */
export function textPointer(...rules: readonly Declared[]): Declared {
  return (value, asked) => {
    if (typeof value === 'string') for (const rule of rules) rule(value, asked)
  }
}

export function requiredText(...rules: readonly Declared[]): Declared {
  return (value, asked) => {
    if (isZero(value)) asked.errors.push(required(asked.path))
    else for (const rule of rules) rule(value, asked)
  }
}

export const format =
  (errorsOf: Format): Declared =>
  (value, { errors, path }) => {
    for (const told of errorsOf(value as string)) errors.push(invalid(path, value, told))
  }

export const maxLength =
  (max: number): Declared =>
  (value, { errors, path }) =>
    checkMaxCharacters(errors, value as string, max, path)

export const maxBytes =
  (max: number): Declared =>
  (value, { errors, path }) => {
    if (byteLength(value as string) > max) errors.push(tooLong(path, max))
  }

export const oneOf =
  (...values: readonly string[]): Declared =>
  (value, { errors, path }) => {
    if (!values.includes(value as string)) errors.push(notSupported(path, value, values))
  }

export interface ListRules {
  readonly max?: number
  /** What tells items apart; the list may have each once. */
  readonly key?: (item: unknown) => string
  /** How an item shows that is there again. */
  readonly shown?: (item: unknown) => unknown
  readonly each?: Declared
}

export function list({ max, key, shown = (item) => item, each }: ListRules): Declared {
  return (value, asked) => {
    if (!Array.isArray(value) || value.length === 0) return
    const { errors, path } = asked
    if (max !== undefined && value.length > max) return void errors.push(tooMany(path, value.length, max))
    const items = value as unknown[]
    if (key !== undefined) tellAgain(errors, items, path, key, shown)
    if (each === undefined) return
    const before = new Map(key === undefined || !Array.isArray(asked.old) ? [] : asked.old.map((item) => [key(item), item as unknown]))
    items.forEach((item, i) => {
      const old = key === undefined ? undefined : before.get(key(item))
      const hasOld = asked.hasOld && old !== undefined
      if (hasOld && semanticEqual(item, old)) return
      each(item, { errors, path: `${path}[${i}]`, old, hasOld })
    })
  }
}

function tellAgain(
  errors: FieldError[],
  items: readonly unknown[],
  path: string,
  key: (item: unknown) => string,
  shown: (item: unknown) => unknown,
): void {
  const seen = new Set<string>()
  items.forEach((item, i) => {
    const name = key(item)
    if (seen.has(name)) errors.push(duplicate(`${path}[${i}]`, shown(item)))
    seen.add(name)
  })
}

export interface MapRules {
  readonly isRequired?: boolean
  readonly keys?: Declared
  readonly each?: Declared
}

/** Keys are told at the map's own path. */
export function map({ isRequired = false, keys, each }: MapRules): Declared {
  return (value, asked) => {
    if (isZero(value)) {
      if (isRequired) asked.errors.push(required(asked.path))
      return
    }
    const old = isJsonObject(asked.old) ? asked.old : {}
    const entries = Object.entries(value as JsonObject)
    for (const [key] of entries) keys?.(key, asked)
    for (const [key, item] of entries) {
      const hasOld = asked.hasOld && old[key] !== undefined
      if (hasOld && semanticEqual(item, old[key])) continue
      each?.(item, { ...asked, path: `${asked.path}[${key}]`, old: old[key], hasOld })
    }
  }
}

/** Exactly one of the fields is set. */
export const union =
  (...fields: readonly string[]): Declared =>
  (value, { errors, path }) => {
    const holder = value as JsonObject
    const given = fields.filter((field) => holder[field] !== undefined && holder[field] !== null)
    if (given.length === 0) errors.push(invalid(path, '', `must specify one of: ${fields.map((f) => `\`${f}\``).join(', ')}`))
    else if (given.length > 1)
      errors.push(invalid(path, `{${given.join(', ')}}`, `must specify exactly one of: ${fields.map((f) => `\`${f}\``).join(', ')}`))
  }

/** All that a kind's rules say of an object. */
export function declaredErrors(rules: Declared, obj: JsonObject, old: JsonObject | undefined): FieldError[] {
  const errors: FieldError[] = []
  rules(obj, { errors, path: '', old, hasOld: old !== undefined })
  return errors
}
