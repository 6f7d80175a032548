import { deepEqual, goFloat6, isObject, kindOf } from '../machinery/json-values.ts'
import { fieldSchema, type Schema } from './structural.ts'

/**
 * A value beside the one that it replaces, found by the schema: fields by name, items of a list of type map by their keys, other items
 * not at all (KEP-4008 "CRD validation ratcheting"; apiserver `pkg/cel/common` CorrelatedObject).
 */
export class Correlated {
  readonly #value: unknown
  readonly #old: unknown
  readonly #schema: Schema
  readonly #children = new Map<string | number, Correlated>()
  #byKey: Map<string, unknown> | undefined
  #equal: boolean | undefined

  constructor(value: unknown, old: unknown, schema: Schema) {
    this.#value = value
    this.#old = old
    this.#schema = schema
  }

  /** The field of both; undefined where one has none, or the schema does not know it. */
  key(name: string): Correlated | undefined {
    const known = this.#children.get(name)
    if (known !== undefined) return known
    if (!isObject(this.#value) || !isObject(this.#old)) return undefined
    if (!Object.hasOwn(this.#value, name) || !Object.hasOwn(this.#old, name)) return undefined
    return this.#child(name, this.#value[name], this.#old[name], fieldSchema(this.#schema, name))
  }

  /** The item and the old one with its keys. */
  index(i: number): Correlated | undefined {
    const known = this.#children.get(i)
    if (known !== undefined) return known
    if (!Array.isArray(this.#value) || i >= this.#value.length) return undefined
    const old = this.#oldItems()
    const key = old === undefined ? undefined : itemKey(this.#value[i], this.#schema.listMapKeys)
    const found = key === undefined ? undefined : old!.get(key)
    return found === undefined ? undefined : this.#child(i, this.#value[i], found, this.#schema.items)
  }

  /** Whether nothing changed. The order of a list of type map does not count. */
  get equal(): boolean {
    return (this.#equal ??= this.#compare())
  }

  #child(at: string | number, value: unknown, old: unknown, schema: Schema | undefined): Correlated | undefined {
    if (schema === undefined) return undefined
    const made = new Correlated(value, old, schema)
    this.#children.set(at, made)
    return made
  }

  /** Old items by key, the first of each; undefined unless both are lists of type map. */
  #oldItems(): Map<string, unknown> | undefined {
    if (this.#schema.listType !== 'map' || !Array.isArray(this.#old)) return undefined
    if (this.#byKey !== undefined) return this.#byKey
    const items = new Map<string, unknown>()
    if (this.#schema.type === 'array' && this.#schema.listMapKeys.length > 0) {
      for (const item of this.#old as unknown[]) {
        const key = itemKey(item, this.#schema.listMapKeys)
        if (key !== undefined && !items.has(key)) items.set(key, item)
      }
    }
    return (this.#byKey = items)
  }

  #compare(): boolean {
    const [value, old] = [this.#value, this.#old]
    if (value === null || value === undefined || old === null || old === undefined) return (value ?? null) === (old ?? null)
    if (Array.isArray(value) && Array.isArray(old)) {
      if (value.length !== old.length) return false
      // A list that cannot be correlated is compared as a whole.
      if (this.#oldItems() === undefined) return deepEqual(old, value)
      return value.every((_, i) => this.index(i)?.equal === true)
    }
    if (isObject(value) && isObject(old)) {
      const keys = Object.keys(value)
      return keys.length === Object.keys(old).length && keys.every((key) => this.key(key)?.equal === true)
    }
    return deepEqual(old, value)
  }
}

/** The keys of an item as one text; undefined where one is missing or no scalar. */
function itemKey(item: unknown, keys: readonly string[]): string | undefined {
  if (!isObject(item)) return undefined
  const parts: string[] = []
  for (const key of keys) {
    if (!Object.hasOwn(item, key)) return undefined
    const value = item[key]
    const kind = kindOf(value)
    if (kind === 'null' || kind === 'map' || kind === 'slice') return undefined
    // With several keys a float is written with six digits, and what is equal then is one item.
    parts.push(keys.length > 1 && kind === 'float64' ? goFloat6(value) : `${kind} ${JSON.stringify(value)}`)
  }
  return parts.join('\0')
}
