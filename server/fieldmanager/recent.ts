/** Values by a text, those that were used lately: at most two generations of so many characters of texts. */
export class RecentValues<V> {
  readonly #characters: number
  #young = new Map<string, V>()
  #old = new Map<string, V>()
  #size = 0

  constructor(characters: number) {
    this.#characters = characters
  }

  get(text: string): V | undefined {
    const young = this.#young.get(text)
    if (young !== undefined) return young
    const old = this.#old.get(text)
    if (old !== undefined) this.set(text, old)
    return old
  }

  /** A text that is too long to be one of many is not kept. */
  set(text: string, value: V): void {
    if (text.length > this.#characters / 8) return
    if (this.#size + text.length > this.#characters) {
      this.#old = this.#young
      this.#young = new Map()
      this.#size = 0
    }
    this.#young.set(text, value)
    this.#size += text.length
  }
}
