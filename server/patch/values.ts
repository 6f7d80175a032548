/** JSON values as patches handle them. Whatever is done with one here takes time in proportion to the patch, not to the document. */

import { type CopyWatcher, copyingWatched } from '../machinery/copy-json.ts'
import { MAX_LEVELS } from '../machinery/depth.ts'
import { JsonNumber, literalOf } from '../machinery/numbers.ts'
import type { Pausing } from '../machinery/slice.ts'

/** Upstream's limit on what all copies of one JSON patch add (apiserver `config.go`, JSONPatchMaxCopyBytes). */
const MAX_COPIED = 3 * 1024 * 1024

type Json = Record<string, unknown>

export function isRecord(v: unknown): v is Json {
  return typeof v === 'object' && v !== null && !Array.isArray(v) && !(v instanceof JsonNumber)
}

/** A part of a JSON pointer (RFC 6901) as a key. */
export const unescaped = (part: string): string => (part.includes('~') ? part.replaceAll('~1', '/').replaceAll('~0', '~') : part)

/** Copies of parts of a document, which may not exceed MAX_COPIED as JSON in all. */
export class CopyBudget implements CopyWatcher {
  readonly #refuse: (why: string) => Error
  #bytes = 0

  /** @param refuse makes the error for a copy that is too large or too deep */
  constructor(refuse: (why: string) => Error) {
    this.#refuse = refuse
  }

  /** In turns with others: what is copied may be many small values. */
  copying(value: unknown): Pausing<unknown> {
    return copyingWatched(value ?? null, this)
  }

  container(items: number | undefined, level: number): void {
    if (level >= MAX_LEVELS) throw this.#refuse('what is copied is nested too deeply')
    this.#spend(2 + Math.max(0, (items ?? 0) - 1))
  }

  key(name: string): void {
    this.#spend(Buffer.byteLength(JSON.stringify(name)) + 2)
  }

  plain(value: unknown): void {
    this.#spend(typeof value === 'string' ? Buffer.byteLength(JSON.stringify(value)) : (literalOf(value) ?? String(value)).length)
  }

  #spend(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes <= MAX_COPIED) return
    throw this.#refuse(
      `Unable to complete the copy, the accumulated size increase of copy is ${this.#bytes}, exceeding the limit ${MAX_COPIED}`,
    )
  }
}

/** Equality of JSON values. A document's value that has more in it than `wanted` is left after as many steps as `wanted` has parts. */
export function equalJson(value: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(value) && value.length === wanted.length && wanted.every((item, i) => equalJson(value[i], item))
  }
  if (wanted instanceof JsonNumber) return value instanceof JsonNumber && value.literal === wanted.literal
  if (!isRecord(wanted)) return value === wanted
  if (!isRecord(value)) return false
  const keys = Object.keys(wanted)
  for (const key of keys) if (!Object.hasOwn(value, key) || !equalJson(value[key], wanted[key])) return false
  return Object.keys(value).length === keys.length
}
