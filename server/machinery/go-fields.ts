import type { JsonObject } from './json-walk.ts'
import type { Int64 } from './numbers.ts'

/** As encoding/json names what it has found. */
export const goType = (v: unknown): string => (Array.isArray(v) ? 'array' : typeof v === 'boolean' ? 'bool' : typeof v)

/**
 * Reads an object as Go reads JSON into a struct: what is missing or null is zero, what is unknown is passed over, and a value of another
 * type is an error in encoding/json's words.
 */
export class GoFields {
  readonly #value: JsonObject
  readonly #struct: string
  readonly #path: string

  constructor(value: JsonObject, struct: string, path = '') {
    this.#value = value
    this.#struct = struct
    this.#path = path
  }

  text(field: string): string {
    return this.#read(field, 'string', (v) => typeof v === 'string') ?? ''
  }

  bool(field: string): boolean {
    return this.#read(field, 'bool', (v) => typeof v === 'boolean') ?? false
  }

  /** Undefined when it is missing or null. */
  optionalBool(field: string): boolean | undefined {
    return this.#read(field, 'bool', (v) => typeof v === 'boolean')
  }

  /** 0 when it is missing or null. */
  int32(field: string): number {
    return this.#read(field, 'int32', (v) => typeof v === 'number' && v === (v | 0)) ?? 0
  }

  /** Undefined when it is missing or null. */
  int64(field: string): Int64 | undefined {
    return this.#read(field, 'int64', (v) => typeof v === 'bigint' || Number.isInteger(v))
  }

  texts(field: string): readonly string[] {
    const list = this.#read<unknown[]>(field, '[]string', Array.isArray) ?? []
    return list.map((v) => this.#text(field, v))
  }

  object(field: string, struct = this.#struct): GoFields {
    const value = this.#read<JsonObject>(field, struct, isObject)
    return new GoFields(value ?? {}, struct, `${this.#path}${field}.`)
  }

  /** Undefined when it is missing or null. */
  optional(field: string): GoFields | undefined {
    const value = this.#value[field]
    return value === undefined || value === null ? undefined : this.object(field)
  }

  objects(field: string, struct = this.#struct): readonly GoFields[] {
    const list = this.#read<unknown[]>(field, `[]${struct}`, Array.isArray) ?? []
    return list.map((value) => {
      if (value !== null && !isObject(value)) throw this.#wrong(field, value, struct)
      return new GoFields((value ?? {}) as JsonObject, struct, `${this.#path}${field}.`)
    })
  }

  textLists(field: string, type = '[]string'): Record<string, readonly string[]> {
    const map = this.#read<JsonObject>(field, 'map[string][]string', isObject) ?? {}
    return Object.fromEntries(
      Object.entries(map).map(([key, list]) => {
        if (list === null) return [key, []]
        if (!Array.isArray(list)) throw this.#wrong(field, list, type)
        return [key, list.map((v) => this.#text(field, v))]
      }),
    )
  }

  textMap(field: string): Record<string, string> {
    const map = this.#read<JsonObject>(field, 'map[string]string', isObject) ?? {}
    return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, this.#text(field, value)]))
  }

  #text(field: string, value: unknown): string {
    if (value === null) return ''
    if (typeof value !== 'string') throw this.#wrong(field, value, 'string')
    return value
  }

  #read<T>(field: string, type: string, fits: (v: unknown) => boolean): T | undefined {
    const value = Object.hasOwn(this.#value, field) ? this.#value[field] : undefined
    if (value === undefined || value === null) return undefined
    if (!fits(value)) throw this.#wrong(field, value, type)
    return value as T
  }

  #wrong(field: string, value: unknown, type: string): Error {
    return new Error(`json: cannot unmarshal ${goType(value)} into Go struct field ${this.#struct}.${this.#path}${field} of type ${type}`)
  }
}

const isObject = (v: unknown): boolean => typeof v === 'object' && v !== null && !Array.isArray(v)
