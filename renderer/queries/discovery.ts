import { queryOptions, useQueries, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { discover } from '../kube/discovery.ts'
import { type Resource, resourceKey } from '../kube/resource.ts'

export const discoveryQuery = (context: string) =>
  queryOptions({
    queryKey: ['discovery', context],
    queryFn: ({ signal }) => discover(context, signal),
    enabled: context !== '',
    // New CustomResourceDefinitions show up within a minute.
    refetchInterval: 60_000,
    retry: true,
    retryDelay: (tries: number) => Math.min(10_000, 500 * 2 ** tries),
  })

export const useDiscovery = (context: string) => useQuery(discoveryQuery(context))

const none: Resource[] = []

export function useResources(context: string): Resource[] {
  return useDiscovery(context).data ?? none
}

export function useResource(context: string, key: string): Resource | undefined {
  const all = useResources(context)
  return useMemo(() => all.find((r) => resourceKey(r) === key), [all, key])
}

/** One kind as each of several clusters serves it; `absent` where it is known that one does not. */
export function useResourceIn(
  contexts: readonly string[],
  key: string,
): { context: string; resource?: Resource; absent: boolean; error?: Error }[] {
  return useQueries({
    queries: contexts.map(discoveryQuery),
    combine: (answers) =>
      answers.map(({ data, failureReason }, at) => ({
        context: contexts[at] ?? '',
        // A cluster that does not answer yet has the kinds that every cluster has.
        resource: data?.find((r) => resourceKey(r) === key) ?? (data ? undefined : wellKnown[key]),
        absent: data !== undefined && !data.some((r) => resourceKey(r) === key),
        ...(failureReason ? { error: failureReason } : {}),
      })),
  })
}

/** The kinds every cluster has, so that the first list need not wait for discovery. */
export const core = (plural: string, kind: string, namespaced: boolean): Resource => ({
  group: '',
  version: 'v1',
  plural,
  singular: kind.toLowerCase(),
  kind,
  namespaced,
  verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
  subresources: [],
  shortNames: [],
  categories: [],
})
export const pods = core('pods', 'Pod', true)
export const nodes = core('nodes', 'Node', false)
export const services = core('services', 'Service', true)
export const events = core('events', 'Event', true)
export const secrets = core('secrets', 'Secret', true)
export const namespaces = core('namespaces', 'Namespace', false)
export const wellKnown: Record<string, Resource> = { pods, nodes, services, events, namespaces }
