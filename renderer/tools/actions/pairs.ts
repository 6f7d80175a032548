import type { KubeObject } from '../../kube/types.ts'

/** What is wished of the labels or annotations of some objects. */
export interface Pairs {
  /** New values of keys that some of them have. */
  edited: Record<string, string>
  removed: readonly string[]
  added: readonly { key: string; value: string }[]
}

export const noPairs: Pairs = { edited: {}, removed: [], added: [{ key: '', value: '' }] }

/** A text field ends its lines by a line feed: a carriage return that does not stand before each of them would be lost in it. */
export const isTypable = (text: string): boolean => !text.includes('\r') || !/[\r\n]/.test(text.replaceAll('\r\n', ''))

/** What was typed over a value whose lines end by CR LF: they end so again. */
export const withLineEnds = (was: string, typed: string): string => (was.includes('\r\n') ? typed.replace(/\r?\n/g, '\r\n') : typed)

/** A value without a key is sent nowhere. */
export const keylessFault = (added: readonly { key: string; value: string }[]): string | undefined =>
  added.some(({ key, value }) => key.trim() === '' && value.trim() !== '') ? 'actions.noKey' : undefined

/** kubectl keeps its books here: who edits them by hand breaks its next apply. */
const bookkeeping = new Set(['kubectl.kubernetes.io/last-applied-configuration'])

type Part = 'labels' | 'annotations'

/** Every key that some of the objects have, with the value where all that have it agree. */
export function pairsOf(objects: readonly KubeObject[], part: Part): { key: string; value: string | undefined }[] {
  const found = new Map<string, string | undefined>()
  for (const { metadata } of objects)
    for (const [key, value] of Object.entries(metadata[part] ?? {}))
      if (!bookkeeping.has(key)) found.set(key, found.has(key) && found.get(key) !== value ? undefined : value)
  return [...found].map(([key, value]) => ({ key, value })).sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** The merge patch for one object; undefined when it would change nothing. An edit concerns those that have the key, an addition all. */
export function pairsPatch(object: KubeObject, part: Part, { edited, removed, added }: Pairs): unknown {
  const has = object.metadata[part] ?? {}
  const patch = new Map<string, string | null>()
  for (const [key, value] of Object.entries(edited)) if (Object.hasOwn(has, key) && has[key] !== value) patch.set(key, value)
  for (const key of removed) if (Object.hasOwn(has, key)) patch.set(key, null)
  for (const { key, value } of added) if (key.trim() !== '' && has[key.trim()] !== value) patch.set(key.trim(), value)
  return patch.size === 0 ? undefined : { metadata: { [part]: Object.fromEntries(patch) } }
}
