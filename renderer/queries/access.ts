import { useQueries } from '@tanstack/react-query'
import { clusterPath, requestJson } from '../kube/fetch.ts'

/** In which of these namespaces objects may be listed; a namespace about which the cluster does not say is left out. */
export function useMayList(context: string, resource: { group: string; plural: string }, names: readonly string[]): Map<string, boolean> {
  return useQueries({
    queries: names.map((namespace) => ({
      queryKey: ['may-list', context, resource.group, resource.plural, namespace],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const attributes = { verb: 'list', group: resource.group, resource: resource.plural, namespace }
        const review = await requestJson<{ status?: { allowed?: boolean } }>(
          clusterPath(context, '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'),
          {
            method: 'POST',
            signal,
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({
              apiVersion: 'authorization.k8s.io/v1',
              kind: 'SelfSubjectAccessReview',
              spec: { resourceAttributes: attributes },
            }),
          },
        )
        return review.status?.allowed === true
      },
      staleTime: 60_000,
      retry: false,
    })),
    combine: (answers) => new Map(answers.flatMap(({ data }, index) => (data === undefined ? [] : [[names[index] ?? '', data] as const]))),
  })
}
