import { useEffect, useMemo, useRef } from 'react'
import { baseContext } from '../kube/acting.ts'
import type { ViewData } from '../kube/protocol.ts'
import type { FeedState } from '../kube/reflector.ts'
import { namespacesOf } from '../kube/scope.ts'
import { useContexts } from '../queries/contexts.ts'
import { namespaces } from '../queries/discovery.ts'
import { useView } from '../queries/hub.ts'
import { useStored } from '../ui/storage.ts'

export interface NamespaceChoice {
  name: string
  /** Why it is offered: the kubeconfig names it, it was used here before, or the cluster lists it. */
  from: 'kubeconfig' | 'recent' | 'cluster'
}

const mostRecent = 8
const mostListed = 1000
const nothing: string[] = []

/** Names that Kubernetes takes for a namespace (RFC 1123 labels). */
export const isNamespaceName = (text: string): boolean => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)

/** The namespaces to choose from: the kubeconfig's own, those used last, and all others when they may be listed. */
export function useNamespaces(context: string): { choices: NamespaceChoice[]; state: FeedState | undefined; remember(name: string): void } {
  const source = useMemo(() => ({ context, resource: namespaces }), [context])
  const { data } = useView(context ? { source, filter: '', start: 0, end: mostListed, hold: false } : undefined)
  const [recent, setRecent] = useStored<string[]>(`namespaces.${context}`, nothing)
  const { data: contexts } = useContexts()
  const own = contexts?.find((c) => c.name === baseContext(context))?.namespace ?? ''
  const rows = data?.rows
  const choices = useMemo(() => {
    const found = new Map<string, NamespaceChoice>()
    const add = (name: string, from: NamespaceChoice['from']): void => {
      if (name && !found.has(name)) found.set(name, { name, from })
    }
    add(own, 'kubeconfig')
    const listed = (rows ?? []).filter((row) => !row.gone).map((row) => row.name)
    // Among a few, the order of the alphabet finds a name faster than that of use.
    if (listed.length === 0 || listed.length > mostRecent) for (const name of recent) add(name, 'recent')
    for (const name of listed) add(name, 'cluster')
    return [...found.values()]
  }, [own, recent, rows])
  const remember = (name: string): void => setRecent([name, ...recent.filter((other) => other !== name)].slice(0, mostRecent))
  return { choices, state: data?.state, remember }
}

/**
 * Of the namespaces that a filter names those that the cluster does not have. None where that is not known: they may not be listed, or are
 * more than are looked through.
 */
export function useMissingNamespaces(context: string, filter: string): string[] {
  const source = useMemo(() => ({ context, resource: namespaces }), [context])
  const { data } = useView(context && filter ? { source, filter: '', start: 0, end: mostListed, hold: false } : undefined)
  return missingNamespaces(data, filter)
}

export function missingNamespaces(data: Pick<ViewData, 'state' | 'total' | 'rows'> | undefined, filter: string): string[] {
  if (!data?.state.synced || data.total > data.rows.length) return []
  const there = new Set(data.rows.filter(({ gone }) => !gone).map(({ name }) => name))
  return namespacesOf(filter).filter((name) => !there.has(name))
}

/** Keeps what is used: the most recent first, for each context. */
export function useRememberNamespace(namespace: string, remember: (name: string) => void): void {
  // Another list of names is no reason to remember this one again.
  const latest = useRef(remember)
  latest.current = remember
  useEffect(() => {
    for (const name of namespacesOf(namespace)) if (isNamespaceName(name)) latest.current(name)
  }, [namespace])
}
