import { externalUrl } from './navigation.ts'

/** Of the links that the window itself has. */
const known = new Set(['kubernetes.io'])
/** A page that wants to be a nuisance is asked about once in this time. */
const DECLINED_MS = 10_000

/**
 * Links for the system browser. Electron does not tell whether a person has clicked (`setWindowOpenHandler` knows no gesture), and what
 * is shown comes from clusters: other hosts than those of our own links are opened only when a person says so, one question at a time.
 */
export class ExternalLinks {
  readonly #open: (url: string) => Promise<void>
  readonly #confirm: (url: string) => Promise<boolean>
  readonly #now: () => number
  #asking = false
  #declinedAt = -Infinity

  constructor(open: (url: string) => Promise<void>, confirm: (url: string) => Promise<boolean>, now: () => number = Date.now) {
    this.#open = open
    this.#confirm = confirm
    this.#now = now
  }

  /** Whether it was opened. */
  async open(url: unknown): Promise<boolean> {
    const external = externalUrl(url)
    if (external === undefined) return false
    if (!known.has(new URL(external).host) && !(await this.#asked(external))) return false
    await this.#open(external)
    return true
  }

  async #asked(url: string): Promise<boolean> {
    if (this.#asking || this.#now() - this.#declinedAt < DECLINED_MS) return false
    this.#asking = true
    try {
      const wanted = await this.#confirm(url)
      if (!wanted) this.#declinedAt = this.#now()
      return wanted
    } finally {
      this.#asking = false
    }
  }
}
