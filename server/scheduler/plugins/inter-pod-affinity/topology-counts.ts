import type { Strings } from '../../../client/objects.ts'

/** Sums by topology key and value: `zone=a` to 3. */
export class TopologyCounts {
  readonly #byKey = new Map<string, Map<string, number>>()

  get empty(): boolean {
    return this.#byKey.size === 0
  }

  /** Adds to the value that the labels have for the key; without it, to nothing. */
  add(labels: Strings | undefined, key: string, by: number): void {
    const value = labelOf(labels, key)
    if (value === undefined) return
    let values = this.#byKey.get(key)
    if (values === undefined) this.#byKey.set(key, (values = new Map()))
    const sum = (values.get(value) ?? 0) + by
    if (sum !== 0) values.set(value, sum)
    else if (values.delete(value) && values.size === 0) this.#byKey.delete(key)
  }

  at(labels: Strings | undefined, key: string): number {
    const value = labelOf(labels, key)
    return value === undefined ? 0 : (this.#byKey.get(key)?.get(value) ?? 0)
  }

  /** Whether any key's value of the labels has a positive sum. */
  hitsAny(labels: Strings | undefined): boolean {
    for (const key of this.#byKey.keys()) if (this.at(labels, key) > 0) return true
    return false
  }

  /** Over all keys. */
  sum(labels: Strings | undefined): number {
    let sum = 0
    for (const key of this.#byKey.keys()) sum += this.at(labels, key)
    return sum
  }
}

function labelOf(labels: Strings | undefined, key: string): string | undefined {
  return labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined
}
