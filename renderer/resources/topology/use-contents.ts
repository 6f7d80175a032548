import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { clusterPath, requestJson } from '../../kube/fetch.ts'
import type { FeedSource } from '../../kube/protocol.ts'
import type { FeedState } from '../../kube/reflector.ts'
import { can, type Resource, resourceKey, resourcePath } from '../../kube/resource.ts'
import type { KubeList, KubeObject } from '../../kube/types.ts'
import { pods, services, useResources } from '../../queries/discovery.ts'
import { useObject } from '../../queries/hub.ts'
import type { Ingress } from '../ingresses/view.ts'
import type { Pod } from '../pods/types.ts'
import type { EndpointSlice, Service } from '../services/types.ts'
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

/** What of a namespace can be drawn, live. With `owners` false: only what requests go through. */
export function useTopology(context: string, namespace: string, owners: boolean): { contents: Contents; state: FeedState | undefined } {
  const all = useResources(context)
  const served = (group: string, plural: string): Kind | undefined => all.find((r) => r.group === group && r.plural === plural)
  const podFeed = useKind(context, namespace, pods)
  const serviceFeed = useKind(context, namespace, services)
  const slices = useKind(context, namespace, kinds.slices).all
  const ingresses = useKind(context, namespace, kinds.ingresses).all
  const routes = useKind(context, namespace, served('gateway.networking.k8s.io', 'httproutes')).all
  const grpc = useKind(context, namespace, served('gateway.networking.k8s.io', 'grpcroutes')).all
  const of = (resource: Kind): Kind | undefined => (owners ? resource : undefined)
  const deployments = useKind(context, namespace, of(kinds.deployments)).all
  const replicaSets = useKind(context, namespace, of(kinds.replicaSets)).all
  const statefulSets = useKind(context, namespace, of(kinds.statefulSets)).all
  const daemonSets = useKind(context, namespace, of(kinds.daemonSets)).all
  const jobs = useKind(context, namespace, of(kinds.jobs)).all
  const cronJobs = useKind(context, namespace, of(kinds.cronJobs)).all
  const contents = useMemo<Contents>(
    () => ({
      pods: podFeed.all as Pod[],
      services: serviceFeed.all as Service[],
      slices: slices as EndpointSlice[],
      ingresses: ingresses as Ingress[],
      routes: [...routes.map(named('HTTPRoute')), ...grpc.map(named('GRPCRoute'))] as Route[],
      owners: {
        'deployments.apps': deployments,
        'replicasets.apps': replicaSets,
        'statefulsets.apps': statefulSets,
        'daemonsets.apps': daemonSets,
        'jobs.batch': jobs,
        'cronjobs.batch': cronJobs,
      },
    }),
    [podFeed.all, serviceFeed.all, slices, ingresses, routes, grpc, deployments, replicaSets, statefulSets, daemonSets, jobs, cronJobs],
  )
  return { contents, state: podFeed.state ?? serviceFeed.state }
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

/** The metadata of all that a namespace holds, of whatever kind, for who owns whom; kinds that may not be listed are left out. */
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
      for (let from = 0; from < listed.length; from += atOnce) {
        const part = await Promise.all(listed.slice(from, from + atOnce).map((resource) => ownedOf(context, namespace, resource, signal)))
        found.push(...part.flat())
      }
      return found
    },
    enabled: enabled && listed.length > 0,
    refetchInterval: refreshMs,
    retry: false,
  })
}

async function ownedOf(context: string, namespace: string, resource: Resource, signal: AbortSignal): Promise<Owned[]> {
  const path = clusterPath(context, `${resourcePath(resource, namespace)}?limit=${mostOfKind}`)
  const list = await requestJson<KubeList>(path, { signal, headers: { accept: metadataOnly } }).catch(() => undefined)
  return (list?.items ?? []).map((object) => ({ resource, object }))
}
