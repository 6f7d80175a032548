import type { DataEntry } from '../../kube/secret-values.ts'
import { dataEntries } from '../../kube/secret-values.ts'
import { isRecord, type KubeObject } from '../../kube/types.ts'
import type { Pairs } from '../../tools/actions/pairs.ts'

/** A Secret keeps bytes, a ConfigMap text and, beside it, bytes. */
export const isSecretKind = (object: KubeObject): boolean => object.kind === 'Secret'

export const valuesOf = (object: KubeObject): DataEntry[] => dataEntries(object, isSecretKind(object))

const base64 = (text: string): string => {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** The merge patch of changed, removed and new values; undefined when it would change nothing. What is no text is not edited. */
export function valuesPatch(object: KubeObject, { edited, removed, added }: Pairs): unknown {
  const secret = isSecretKind(object)
  const entries = new Map(valuesOf(object).map((entry) => [entry.key, entry]))
  const data = new Map<string, string | null>()
  const binaryData = new Map<string, null>()
  const write = (text: string): string => (secret ? base64(text) : text)
  for (const [key, text] of Object.entries(edited)) {
    const entry = entries.get(key)
    if (entry?.text !== undefined && entry.text !== text) data.set(key, write(text))
  }
  const inBinary = (key: string): boolean => {
    const { binaryData: binary } = object as { binaryData?: unknown }
    return !secret && isRecord(binary) && Object.hasOwn(binary, key)
  }
  for (const key of removed) if (entries.has(key)) inBinary(key) ? binaryData.set(key, null) : data.set(key, null)
  for (const { key, value } of added) {
    const name = key.trim()
    if (name !== '' && entries.get(name)?.text !== value) data.set(name, write(value))
  }
  if (data.size === 0 && binaryData.size === 0) return undefined
  return {
    ...(data.size > 0 && { data: Object.fromEntries(data) }),
    ...(binaryData.size > 0 && { binaryData: Object.fromEntries(binaryData) }),
  }
}
