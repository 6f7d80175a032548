/*
 * What the first view waits for, under way before the rest of the program is evaluated: main.tsx imports this before all else, and this
 * imports little. The worker starts and connects, and the gateway answers, while the page is still busy with React.
 */
import { requestJson } from '../kube/fetch.ts'
import { holdKey, KEY_ITEM, type SessionMessage } from '../kube/session-key.ts'
import type { ContextList } from '../queries/contexts.ts'
import type { LocalState } from '../queries/local.ts'

export const worker = new Worker(new URL('./feed-worker.ts', import.meta.url), { type: 'module', name: 'feeds' })
export const key = keptKey()
holdKey(key)
worker.postMessage({ op: 'session', key } satisfies SessionMessage)

export const asked = { contexts: ask<ContextList>('/api/contexts'), local: ask<LocalState>('/api/local') }

/** Whoever awaits it sees its error; that nobody does yet is none. */
function ask<T>(path: string): Promise<T> {
  const answer = requestJson<T>(path)
  answer.catch(() => undefined)
  return answer
}

/** Empty in a browser that keeps nothing for this page. */
function keptKey(): string {
  try {
    return localStorage.getItem(KEY_ITEM) ?? ''
  } catch {
    return ''
  }
}
