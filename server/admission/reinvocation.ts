/**
 * Mutating admission asks all plugins a second time when one of them has changed the object after others had seen it
 * (apiserver `admission/reinvocation.go`).
 */
export class Reinvocation {
  #again = false
  #required = false
  #memory: Map<string, object> | undefined

  /** This is the second round. */
  get again(): boolean {
    return this.#again
  }

  /** A second round is to follow. There is no third. */
  require(): void {
    this.#required = true
  }

  /** Whether there is a second round; it begins with this. */
  begin(): boolean {
    if (this.#again || !this.#required) return false
    return (this.#again = true)
  }

  /** What a plugin keeps from the first round to the second. */
  memory<T extends object>(plugin: string, make: () => T): T {
    this.#memory ??= new Map()
    let kept = this.#memory.get(plugin) as T | undefined
    if (kept === undefined) this.#memory.set(plugin, (kept = make()))
    return kept
  }
}
