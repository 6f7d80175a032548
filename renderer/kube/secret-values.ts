import { isRecord } from './types.ts'

/** One entry of a Secret's or ConfigMap's data. `text` is undefined for what is not valid UTF-8. */
export interface DataEntry {
  key: string
  bytes: number
  text: string | undefined
}

/** The entries of `data` (base64 in a Secret) and, in a ConfigMap, `binaryData`, in the order of their keys. */
export function dataEntries(object: unknown, secret: boolean): DataEntry[] {
  if (!isRecord(object)) return []
  const plain = strings(object.data).map(([key, value]): DataEntry => {
    if (secret) return decoded(key, value)
    return { key, bytes: new TextEncoder().encode(value).length, text: value }
  })
  const binary = secret ? [] : strings(object.binaryData).map(([key, value]) => decoded(key, value))
  return [...plain, ...binary].sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** The bytes of one entry, as its file had them. */
export function dataBytes(object: unknown, secret: boolean, key: string): Uint8Array<ArrayBuffer> | undefined {
  const value = (field: string): string | undefined =>
    isRecord(object) ? strings(object[field]).find(([name]) => name === key)?.[1] : undefined
  const coded = value(secret ? 'data' : 'binaryData')
  if (coded !== undefined) return bytesOf(coded)
  const text = secret ? undefined : value('data')
  return text === undefined ? undefined : new TextEncoder().encode(text)
}

/** A copy of a Secret in which no value can be read: what would show them on a shared screen gets this. */
export function withoutValues(secret: unknown): unknown {
  if (!isRecord(secret) || !isRecord(secret.data)) return secret
  const data = Object.fromEntries(strings(secret.data).map(([key, value]) => [key, `••• (${decoded(key, value).bytes} B)`]))
  return withoutApplied({ ...secret, data })
}

/** Two versions of a Secret for a comparison: no value can be read, and one that differs looks different. */
export function withoutValuesOfBoth(before: unknown, after: unknown): [unknown, unknown] {
  const [old, next] = [before, after].map((of) => (isRecord(of) && isRecord(of.data) ? of.data : {})) as [Fields, Fields]
  const changed = Object.keys(next).filter((key) => key in old && old[key] !== next[key])
  const marked = (of: unknown): unknown => {
    const hidden = withoutValues(of)
    if (!isRecord(hidden) || !isRecord(hidden.data)) return hidden
    const data = Object.fromEntries(
      Object.entries(hidden.data).map(([key, value]) => [key, of === after && changed.includes(key) ? `${String(value)} ≠` : value]),
    )
    return { ...hidden, data }
  }
  return [marked(before), marked(after)]
}
type Fields = Record<string, unknown>

const applied = 'kubectl.kubernetes.io/last-applied-configuration'

// kubectl apply keeps a copy of the values in an annotation.
function withoutApplied(secret: Record<string, unknown>): Record<string, unknown> {
  const { metadata } = secret
  if (!isRecord(metadata) || !isRecord(metadata.annotations) || metadata.annotations[applied] === undefined) return secret
  return { ...secret, metadata: { ...metadata, annotations: { ...metadata.annotations, [applied]: '•••' } } }
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
  } catch {
    return undefined
  }
}

function decoded(key: string, value: string): DataEntry {
  const bytes = bytesOf(value)
  if (!bytes) return { key, bytes: value.length, text: value }
  try {
    // A byte order mark is one of the bytes.
    return { key, bytes: bytes.length, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { key, bytes: bytes.length, text: undefined }
  }
}

const strings = (of: unknown): [string, string][] =>
  isRecord(of) ? Object.entries(of).filter((entry): entry is [string, string] => typeof entry[1] === 'string') : []

/** A core Secret. */
export const isSecret = (object: unknown): boolean => isRecord(object) && object.kind === 'Secret' && object.apiVersion === 'v1'
