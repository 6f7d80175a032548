import { useEffect, useState } from 'react'
import { clusterPath, requestJson } from '../kube/fetch.ts'
import { eachOf } from '../kube/parallel.ts'
import { can, type Resource, resourceKey, resourcePath } from '../kube/resource.ts'
import { namespacesOf } from '../kube/scope.ts'
import type { KubeList } from '../kube/types.ts'

export interface Named {
  resource: Resource
  namespace: string
  name: string
}

/** What a cluster's objects are called, as far as it has been read. */
export interface Names {
  named: readonly Named[]
  done: boolean
  /** Kinds of which there are more objects than are looked through. */
  cut: readonly Resource[]
  /** Kinds that could not be read; those that may not be are left out. */
  unread: readonly Resource[]
}

/** Objects of a kind that are looked through, of each namespace that is asked for. */
export const mostOfAKind = 1_000
/** The browser has six connections to an origin: what a person does meanwhile needs some. */
const atOnce = 3
/** Before anything is asked for, ms: most words are over by then. */
const startMs = 150
/** Told by the hundred and nobody's aim, or said of objects that are listed already. */
const noise = new Set(['events', 'events.events.k8s.io', 'pods.metrics.k8s.io', 'nodes.metrics.k8s.io', 'componentstatuses'])
const metadataOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json'
const nothing: Names = { named: [], done: false, cut: [], unread: [] }

/** Reads the names of all `kinds` once it is wanted, in their order, and again when it is wanted anew. */
export function useNames(context: string, namespace: string, kinds: readonly Resource[], wanted: boolean): Names {
  const [names, setNames] = useState(nothing)
  const which = kinds.map(resourceKey).join()
  useEffect(() => {
    setNames(nothing)
    if (!wanted || context === '') return undefined
    const control = new AbortController()
    const timer = setTimeout(() => void readNames(context, namespace, kinds, setNames, control.signal), startMs)
    return () => {
      clearTimeout(timer)
      control.abort()
    }
  }, [context, namespace, which, wanted])
  return names
}

export async function readNames(
  context: string,
  namespace: string,
  kinds: readonly Resource[],
  tell: (names: Names) => void,
  signal: AbortSignal,
): Promise<void> {
  const listed = kinds.filter((resource) => can(resource, 'list') && !noise.has(resourceKey(resource)))
  let names = nothing
  await eachOf(
    listed,
    atOnce,
    async (resource) => {
      const found = await namesOf(context, namespace, resource, signal)
      if (signal.aborted) return
      names = {
        named: [...names.named, ...found.named],
        done: false,
        cut: found.cut ? [...names.cut, resource] : names.cut,
        unread: found.failed ? [...names.unread, resource] : names.unread,
      }
      tell(names)
    },
    signal,
  )
  if (!signal.aborted) tell({ ...names, done: true })
}

async function namesOf(
  context: string,
  namespace: string,
  resource: Resource,
  signal: AbortSignal,
): Promise<{ named: Named[]; cut: boolean; failed: boolean }> {
  const all = { named: [] as Named[], cut: false, failed: false }
  for (const one of resource.namespaced ? namespacesOrAll(namespace) : ['']) {
    const path = clusterPath(context, `${resourcePath(resource, one)}?limit=${mostOfAKind}`)
    try {
      const list = await requestJson<KubeList>(path, { signal, headers: { accept: metadataOnly } })
      for (const { metadata } of list.items ?? []) all.named.push({ resource, namespace: metadata.namespace ?? '', name: metadata.name })
      all.cut ||= (list.metadata.continue ?? '') !== ''
    } catch (e) {
      all.failed ||= (e as { code?: number }).code !== 403
    }
  }
  return all
}

const namespacesOrAll = (namespace: string): string[] => {
  const some = namespacesOf(namespace)
  return some.length === 0 ? [''] : [...some]
}
