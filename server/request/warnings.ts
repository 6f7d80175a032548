// The reference's limits, in characters (apiserver `endpoints/filters/warning.go`).
const MAX_TOTAL = 4096
const MAX_ITEM = 256

/** Takes texts for the client; push before the answer is sent. */
export interface Warnings {
  push(...texts: readonly string[]): void
}

/**
 * Collects warnings for the client (KEP-1693): code 299, no agent, duplicates left out, all cut to 256 characters once they exceed
 * 4096 together. When that much is collected, nothing more is: each text costs a look-up, and the rest not even that. A text with
 * control characters is left out, as the reference does.
 */
export class WarningRecorder implements Warnings {
  /** The headers' values; it follows each push. */
  readonly headers: string[] = []
  readonly #texts = new Set<string>()
  #total = 0
  #truncating = false

  push(...texts: readonly string[]): void {
    for (const text of texts) {
      if (this.#truncating && this.#total >= MAX_TOTAL) return
      this.#add(text)
    }
  }

  #add(text: string): void {
    if (text === '' || this.#texts.has(text) || /\p{Cc}/u.test(text) || !text.isWellFormed()) return
    this.#texts.add(text)
    if (!this.#truncating && this.#total + charactersOf(text, MAX_TOTAL + 1) > MAX_TOTAL) {
      this.#truncating = true
      this.headers.length = 0
      this.#total = 0
      for (const earlier of this.#texts) this.#write(earlier)
    } else this.#write(text)
  }

  #write(text: string): void {
    const kept = this.#truncating ? firstCharacters(text, MAX_ITEM) : text
    this.#total += charactersOf(kept, kept.length)
    this.headers.push(`299 - "${kept.replace(/["\\]/g, '\\$&')}"`)
  }
}

/** How many code points a text has, counted up to `most`. */
function charactersOf(text: string, most: number): number {
  let count = 0
  for (const _ of text) if (++count >= most) break
  return count
}

function firstCharacters(text: string, most: number): string {
  let end = 0
  for (let count = 0; count < most && end < text.length; count++) end += text.codePointAt(end)! > 0xffff ? 2 : 1
  return text.slice(0, end)
}
