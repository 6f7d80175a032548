import { duplicate, enoughErrors, type FieldError } from '../../../machinery/field-errors.ts'

/**
 * Counts terms that come again, and tells each as often as it was there before, as kube-apiserver does: n terms that are all the same are n²
 * faults, of which no more are told than of any object. Each term comes as a text that equal ones share.
 */
export class EqualTerms {
  readonly #seen: Map<string, number>

  /** Upstream's list of what it has seen begins with as many empty terms as there are terms. */
  constructor(empty: string, terms: number) {
    this.#seen = new Map([[empty, terms]])
  }

  tell(errors: FieldError[], path: string, term: string): void {
    const before = this.#seen.get(term) ?? 0
    for (let n = 0; n < before && !enoughErrors(errors); n++) errors.push(duplicate(path, ''))
    this.#seen.set(term, before + 1)
  }
}
