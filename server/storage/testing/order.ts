import type { KeyValue } from '../contract.ts'

/** A KeyValue whose value is text, so that it can be compared and printed. */
export interface Entry {
  key: string
  value: string
  createRevision: number
  modRevision: number
}

export function entry({ key, value, createRevision, modRevision }: KeyValue): Entry {
  return { key, value: value.toString(), createRevision, modRevision }
}

/** Byte order of the keys' UTF-8. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
