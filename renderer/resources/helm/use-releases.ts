import { useQueries, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { send } from '../../kube/changes.ts'
import { clusterPath, requestJson } from '../../kube/fetch.ts'
import type { KubeObject } from '../../kube/types.ts'
import { secrets } from '../../queries/discovery.ts'
import { useObject } from '../../queries/hub.ts'
import type { ClusterApi } from '../../tools/actions/engine.ts'
import { type Release, releaseSecrets, releaseSelector, releasesOf, type Revision } from './release.ts'
import { readRelease } from './run.ts'

export const apiOf = (context: string): ClusterApi => ({
  get: (path, signal) => requestJson<KubeObject>(clusterPath(context, path), signal ? { signal } : {}),
  send: (change, sending) => send(context, change, sending),
})

const none: KubeObject[] = []

/** The releases of a namespace or of all, live, each with its revisions; of one release when `name` is given. */
export function useReleases(context: string, namespace: string, name?: string) {
  const source = useMemo(
    () => ({
      context,
      resource: secrets,
      namespace: namespace || undefined,
      labelSelector: name === undefined ? releaseSelector : `${releaseSelector},name=${name}`,
      fieldSelector: releaseSecrets,
      metadataOnly: true,
    }),
    [context, namespace, name],
  )
  const data = useObject(source)
  const all = data?.all ?? none
  return { state: data?.state, releases: useMemo(() => releasesOf(all), [all]) }
}

const releaseQuery = (context: string, revision: Revision | undefined) => ({
  // Another version of the Secret is another record.
  queryKey: ['helm-release', context, revision?.uid, revision?.resourceVersion],
  queryFn: async ({ signal }: { signal: AbortSignal }) => {
    if (!revision) throw new TypeError('there is no revision')
    return (await readRelease(apiOf(context), revision, signal)).release
  },
  enabled: revision !== undefined,
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 60_000,
  retry: false,
})

/** What one revision holds. */
export const useRelease = (context: string, revision: Revision | undefined) => useQuery(releaseQuery(context, revision))

/** As many records as are opened for what only they say; each may hold some MiB. */
export const mostOpened = 40

/** Which chart a revision is of, and what helm said when it was made. */
export interface Outline {
  chart: NonNullable<NonNullable<Release['chart']>['metadata']>
  said: string
}

/** The outlines of revisions, by the Secret's uid; of those that are not read yet nothing. */
export function useOutlines(context: string, revisions: readonly Revision[]): ReadonlyMap<string, Outline> {
  return useQueries({
    queries: revisions.slice(0, mostOpened).map((revision) => ({
      ...releaseQuery(context, revision),
      queryKey: ['helm-outline', context, revision.uid, revision.resourceVersion],
      // The chart itself is not kept.
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const { release } = await readRelease(apiOf(context), revision, signal)
        return { uid: revision.uid, outline: { chart: release.chart?.metadata ?? {}, said: release.info.description ?? '' } }
      },
    })),
    combine: (answers) => new Map(answers.flatMap(({ data }) => (data ? [[data.uid, data.outline] as const] : []))),
  })
}
