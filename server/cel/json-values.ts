import { JsonNumber } from '../machinery/numbers.ts'
import { step } from './limits.ts'
import { CelList, CelMap, type CelValue } from './values.ts'

/**
 * JSON without a schema, as expressions of admission see objects (apiserver `cel/common/valuesschemalesstyped.go`). It is looked at, not
 * copied: an expression costs what it reads.
 */
export function jsonValue(value: unknown): CelValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return value
    case 'number':
      return Number.isSafeInteger(value) ? BigInt(value) : value
    case 'object':
      if (value === null) return null
      if (Array.isArray(value)) return new JsonList(value)
      // Go's ParseInt takes -0 for an integer.
      return value instanceof JsonNumber ? (value.literal === '-0' ? 0n : value.value) : new JsonMap(value as Record<string, unknown>)
    default:
      return null
  }
}

class JsonList extends CelList {
  readonly #values: readonly unknown[]
  constructor(values: readonly unknown[]) {
    super()
    this.#values = values
  }
  get size(): number {
    return this.#values.length
  }
  at(i: number): CelValue {
    return jsonValue(this.#values[i])
  }
}

class JsonMap extends CelMap {
  readonly #value: Readonly<Record<string, unknown>>
  #names: readonly string[] | undefined
  constructor(value: Readonly<Record<string, unknown>>) {
    super()
    this.#value = value
  }
  /** A field that is undefined is not there. */
  get #own(): readonly string[] {
    if (this.#names !== undefined) return this.#names
    this.#names = Object.keys(this.#value).filter((name) => this.#value[name] !== undefined)
    step(this.#names.length >> 3)
    return this.#names
  }
  get size(): number {
    return this.#own.length
  }
  find(key: CelValue): CelValue | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.#value, key)) return undefined
    const value = this.#value[key]
    return value === undefined ? undefined : jsonValue(value)
  }
  keys(): Iterable<CelValue> {
    return this.#own
  }
}
