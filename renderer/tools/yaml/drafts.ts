import { useSyncExternalStore } from 'react'
import { isSecret } from '../../kube/secret-values.ts'
import type { KubeObject } from '../../kube/types.ts'
import { parseJson } from '../../kube/json.ts'

/** What was typed and not sent: the object that it was typed for, and the text. */
export interface Draft {
  base: KubeObject
  text: string
}

/** A browser keeps some five million characters for all pages of an origin. */
const mostStored = 1_000_000
const prefix = 'binnacle.draft.'

/** Drafts outlive their editor, and a reload: except those of Secrets, whose values are written down nowhere. */
const drafts = new Map<string, Draft>()
const listeners = new Set<() => void>()

export const draftKey = (context: string, resourceKey: string, { namespace = '', name }: KubeObject['metadata']): string =>
  JSON.stringify([context, resourceKey, namespace, name])

function read(key: string): Draft | undefined {
  const known = drafts.get(key)
  if (known) return known
  try {
    const text = sessionStorage.getItem(prefix + key)
    const stored = text === null ? undefined : (parseJson(text) as Draft)
    if (stored) drafts.set(key, stored)
    return stored
  } catch {
    return undefined
  }
}

/** A long draft is written out when the typing has rested for this long, ms, or the page goes: each time costs tens of them. */
const storeMs = 500
const longDraft = 100_000
const due = new Map<string, ReturnType<typeof setTimeout>>()

export function keepDraft(key: string, draft: Draft | undefined): void {
  if (draft) drafts.set(key, draft)
  else drafts.delete(key)
  clearTimeout(due.get(key))
  if (draft && draft.text.length > longDraft)
    due.set(
      key,
      setTimeout(() => storeDraft(key), storeMs),
    )
  else storeDraft(key)
  for (const listener of listeners) listener()
}

/** Writes a draft out; whether it now outlives a reload. */
export function storeDraft(key: string): boolean {
  clearTimeout(due.get(key))
  due.delete(key)
  const draft = drafts.get(key)
  try {
    // What is too long by itself is not written out to find that out.
    const text = draft && draft.text.length <= mostStored && !isSecret(draft.base) ? JSON.stringify(draft) : ''
    if (text !== '' && text.length <= mostStored) {
      sessionStorage.setItem(prefix + key, text)
      return true
    }
    sessionStorage.removeItem(prefix + key)
  } catch {
    // Then it outlives the editor, and not a reload.
  }
  return draft === undefined
}

globalThis.addEventListener?.('pagehide', () => {
  for (const key of [...due.keys()]) storeDraft(key)
})

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useDraft = (key: string): Draft | undefined => useSyncExternalStore(subscribe, () => read(key))
