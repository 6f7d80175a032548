import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { toApiError } from '../../kube/api-error.ts'
import { clusterPath, requestJson } from '../../kube/fetch.ts'
import type { FeedSource } from '../../kube/protocol.ts'
import type { FeedState } from '../../kube/reflector.ts'
import { inOrder } from '../../kube/in-order.ts'
import { can, type Resource, resourceKey, resourcePath } from '../../kube/resource.ts'
import type { KubeList, KubeObject } from '../../kube/types.ts'
import { pods, services, useResources } from '../../queries/discovery.ts'
import { useObject } from '../../queries/hub.ts'
import type { Ingress } from '../ingresses/view.ts'
import type { Pod } from '../pods/types.ts'
import type { EndpointSlice, Service } from '../services/types.ts'
import type { Unlisted } from '../../queries/contents.ts'
import { unlistedOf } from '../generic/unlisted.ts'
import type { Owned } from './owners.ts'
import type { Contents, Route } from './traffic.ts'

const none: KubeObject[] = []
type Kind = FeedSource['resource']
const kind = (group: string, plural: string, version = 'v1'): Kind => ({ group, version, plural, namespaced: true })

/** Lives in one namespace; undefined while it is not asked for or not served. */
function useKind(
  context: string,
  namespace: string,
  resource: Kind | undefined,
): { all: readonly KubeObject[]; state: FeedState | undefined } {
  const source = useMemo(
    () => (resource ? { context, resource, namespace } : undefined),
    [context, namespace, resource && `${resource.group}/${resource.version}/${resource.plural}`],
  )
  const data = useObject(source)
  return { all: data?.all ?? none, state: data?.state }
}

const kinds = {
  slices: kind('discovery.k8s.io', 'endpointslices'),
  ingresses: kind('networking.k8s.io', 'ingresses'),
  deployments: kind('apps', 'deployments'),
  replicaSets: kind('apps', 'replicasets'),
  statefulSets: kind('apps', 'statefulsets'),
  daemonSets: kind('apps', 'daemonsets'),
  jobs: kind('batch', 'jobs'),
  cronJobs: kind('batch', 'cronjobs'),
}

/** What of a namespace can be drawn, live, and what cannot. With `owners` false: only what requests go through. */
export function useTopology(
  context: string,
  namespace: string,
  owners: boolean,
): { contents: Contents; state: FeedState | undefined; unlisted: Unlisted[] } {
  const all = useResources(context)
  const served = (group: string, plural: string): Kind | undefined => all.find((r) => r.group === group && r.plural === plural)
  const of = (resource: Kind): Kind | undefined => (owners ? resource : undefined)
  const feeds = {
    Pod: useKind(context, namespace, pods),
    Service: useKind(context, namespace, services),
    EndpointSlice: useKind(context, namespace, kinds.slices),
    Ingress: useKind(context, namespace, kinds.ingresses),
    HTTPRoute: useKind(context, namespace, served('gateway.networking.k8s.io', 'httproutes')),
    GRPCRoute: useKind(context, namespace, served('gateway.networking.k8s.io', 'grpcroutes')),
    Deployment: useKind(context, namespace, of(kinds.deployments)),
    ReplicaSet: useKind(context, namespace, of(kinds.replicaSets)),
    StatefulSet: useKind(context, namespace, of(kinds.statefulSets)),
    DaemonSet: useKind(context, namespace, of(kinds.daemonSets)),
    Job: useKind(context, namespace, of(kinds.jobs)),
    CronJob: useKind(context, namespace, of(kinds.cronJobs)),
  }
  const allServices = feeds.Service.state?.synced === true
  const allSlices = feeds.EndpointSlice.state?.synced === true
  const contents = useMemo<Contents>(
    () => ({
      pods: feeds.Pod.all as Pod[],
      services: feeds.Service.all as Service[],
      slices: feeds.EndpointSlice.all as EndpointSlice[],
      ingresses: feeds.Ingress.all as Ingress[],
      routes: [...feeds.HTTPRoute.all.map(named('HTTPRoute')), ...feeds.GRPCRoute.all.map(named('GRPCRoute'))] as Route[],
      owners: {
        'deployments.apps': feeds.Deployment.all,
        'replicasets.apps': feeds.ReplicaSet.all,
        'statefulsets.apps': feeds.StatefulSet.all,
        'daemonsets.apps': feeds.DaemonSet.all,
        'jobs.batch': feeds.Job.all,
        'cronjobs.batch': feeds.CronJob.all,
      },
      known: { ...(allServices ? { services: namespace } : {}), slices: allSlices },
    }),
    [...Object.values(feeds).map((feed) => feed.all), namespace, allServices, allSlices],
  )
  // One whose pods may not be listed is told of what may.
  const state = feeds.Pod.state?.error?.code === 403 ? feeds.Service.state : feeds.Pod.state
  return { contents, state, unlisted: unlistedOf(Object.entries(feeds).map(([kind, feed]) => ({ kind, state: feed.state }))) }
}

/** Objects of a list carry no kind of their own. */
const named =
  (kindName: string) =>
  (object: KubeObject): KubeObject => ({ ...object, kind: kindName })

const refreshMs = 15_000
/** Of each kind so many are looked through. */
const mostOfKind = 2_000
const atOnce = 6
/** What is owned by nobody, or by the hundred and of no interest. */
const skipped = new Set(['events', 'events.events.k8s.io'])
const metadataOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json'

/** The metadata of all that a namespace holds, of whatever kind, for who owns whom, and the kinds that could not be listed. */
export function useOwned(context: string, namespace: string, enabled: boolean) {
  const all = useResources(context)
  const listed = useMemo(
    () => all.filter((r) => r.namespaced === (namespace !== '') && can(r, 'list') && !skipped.has(resourceKey(r))),
    [all, namespace],
  )
  return useQuery({
    queryKey: ['owned', context, namespace, listed.map(resourceKey).join()],
    queryFn: async ({ signal }) => {
      const found: Owned[] = []
      const missing = new Map<string, Unlisted>()
      for (let from = 0; from < listed.length; from += atOnce) {
        const part = await Promise.all(
          listed.slice(from, from + atOnce).map((resource) =>
            ownedOf(context, namespace, resource, signal).catch((thrown: unknown) => {
              const { code, message } = toApiError(thrown)
              if (code !== 404) missing.set(resourceKey(resource), { kind: resource.kind, code, message })
              return []
            }),
          ),
        )
        found.push(...part.flat())
      }
      return { found, unlisted: [...inOrder(listed.map(resourceKey), missing).values()] }
    },
    enabled: enabled && listed.length > 0,
    refetchInterval: refreshMs,
    retry: false,
  })
}

async function ownedOf(context: string, namespace: string, resource: Resource, signal: AbortSignal): Promise<Owned[]> {
  const path = clusterPath(context, `${resourcePath(resource, namespace)}?limit=${mostOfKind}`)
  const { items } = await requestJson<KubeList>(path, { signal, headers: { accept: metadataOnly } })
  return items.map((object) => ({ resource, object }))
}
