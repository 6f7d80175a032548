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

export function keepDraft(key: string, draft: Draft | undefined): void {
  if (draft) drafts.set(key, draft)
  else drafts.delete(key)
  try {
    // What is too long by itself is not written out at each key to find that out.
    const text = draft && draft.text.length <= mostStored && !isSecret(draft.base) ? JSON.stringify(draft) : ''
    if (text !== '' && text.length <= mostStored) sessionStorage.setItem(prefix + key, text)
    else sessionStorage.removeItem(prefix + key)
  } catch {
    // Then it outlives the editor, and not a reload.
  }
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useDraft = (key: string): Draft | undefined => useSyncExternalStore(subscribe, () => read(key))
