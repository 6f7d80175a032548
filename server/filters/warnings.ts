const maxTotal = 4096
const maxItem = 256

/**
 * Collects warnings for the client (KEP-1693). `headers` follows each push: code 299, no agent, duplicates left out, all cut to
 * 256 characters once they exceed 4096 together; a text with control characters is left out, as the reference does.
 */
export class WarningRecorder extends Array<string> {
  readonly headers: string[] = []
  #total = 0
  #truncating = false

  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }

  override push(...texts: string[]): number {
    for (const text of texts) this.#add(text)
    return this.length
  }

  #add(text: string): void {
    if (text === '' || this.includes(text) || /\p{Cc}/u.test(text) || !text.isWellFormed()) return
    super.push(text)
    const characters = [...text].length
    if (!this.#truncating && this.#total + characters > maxTotal) {
      this.#truncating = true
      this.headers.length = 0
      this.#total = 0
      for (const earlier of this) this.#write(earlier)
    } else this.#write(text)
  }

  #write(text: string): void {
    if (this.#truncating && this.#total >= maxTotal) return
    const characters = [...text]
    const kept = this.#truncating ? characters.slice(0, maxItem) : characters
    this.#total += kept.length
    this.headers.push(`299 - "${kept.join('').replace(/["\\]/g, '\\$&')}"`)
  }
}
