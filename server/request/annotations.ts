import { qualifiedNameErrors } from '../machinery/names.ts'

const FORM = "the right format is a DNS subdomain prefix and '/' and key name. (e.g. 'podsecuritypolicy.admission.k8s.io/admit-policy')"
/** As much as one request may note, in characters: some of it is what webhooks say. */
const MAX_TOTAL = 64 << 10

/** What admission notes of one request (apiserver `admission/attributes.go`, annotations of audit events). */
export class Annotations {
  readonly #texts = new Map<string, string>()
  #total = 0

  get size(): number {
    return this.#texts.size
  }

  /**
   * The first value of a key stays; what is too much is left out.
   * @throws Error in the reference's words for a key that is none
   */
  add(key: string, value: string): void {
    if (key.split('/').length !== 2) throw new Error(`annotation key has invalid format, ${FORM}`)
    const wrong = qualifiedNameErrors(key)
    if (wrong.length > 0) {
      throw new Error(
        `annotation key has invalid format ${wrong.join(',')}. A qualified name like 'podsecuritypolicy.admission.k8s.io/admit-policy' is required.`,
      )
    }
    const size = key.length + value.length
    if (this.#texts.has(key) || this.#total + size > MAX_TOTAL) return
    this.#total += size
    this.#texts.set(key, value)
  }

  all(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#texts)
  }
}
