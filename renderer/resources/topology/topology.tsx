import { PageNotice, useAway } from '../generic/page-notice.tsx'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { resourceOfKind } from '../../kube/resource.ts'
import type { KubeObject } from '../../kube/types.ts'
import { useResources } from '../../queries/discovery.ts'
import { useHub } from '../../queries/hub.ts'
import { GraphView } from '../../tools/graph/graph-view.tsx'
import { FeedNotice } from '../../ui/feed-notice.tsx'
import { ErrorView } from '../../ui/error-view.tsx'
import { type Place, placeUrl, usePlace } from '../../ui/place.ts'
import { useStored } from '../../ui/storage.ts'
import { UnlistedLine } from '../generic/unlisted-line.tsx'
import { folded, type Graph } from './graph.ts'
import { ownerGraph } from './owners.ts'
import { namespaceGraph, trafficGraph } from './traffic.ts'
import { useOwned, useTopology } from './use-contents.ts'

/** Kinds that requests go through. */
const onTheWay = new Set(['Service', 'Ingress', 'EndpointSlice', 'Pod', 'HTTPRoute', 'GRPCRoute', 'Gateway'])
/** More than anybody looks at, and than a browser draws with ease. */
const mostNodes = 400

function Picture({ graph, label, place }: { graph: Graph; label: string; place: Place }) {
  const { t } = useTranslation()
  const shown = useMemo(() => folded(graph), [graph])
  const boxes = useMemo(
    () =>
      shown.nodes.slice(0, mostNodes).map(({ resource, namespace, ...node }) => ({
        ...node,
        url:
          resource &&
          placeUrl({
            context: place.context,
            namespace: place.namespace,
            resource,
            object: { namespace, name: node.name },
            tab: place.tab,
          }),
      })),
    [shown, place.context, place.namespace, place.tab],
  )
  return (
    <>
      {shown.nodes.length > mostNodes && (
        <div className="notice tone-warn">{t('graph.tooMany', { shown: mostNodes, count: shown.nodes.length })}</div>
      )}
      <GraphView boxes={boxes} edges={shown.edges} label={label} />
    </>
  )
}

/** All of a namespace: what requests go through, pods, and who makes them. */
export function NamespaceTopology({ namespace }: { namespace: string }) {
  const { t } = useTranslation()
  const place = usePlace()
  const away = useAway(place.context)
  const { contents, state, unlisted } = useTopology(place.context, namespace, true)
  const graph = useMemo(() => namespaceGraph(contents), [contents])
  return (
    <>
      <PageNotice state={state} count={contents.pods.length} />
      <div className="graph-note">
        <UnlistedLine of={unlisted} namespace={namespace} />
      </div>
      {state?.synced && !away && graph.nodes.length === 0 && <p className="empty">{t('graph.nothing', { namespace })}</p>}
      {graph.nodes.length > 0 && <Picture graph={graph} label={t('graph.namespace', { namespace })} place={place} />}
    </>
  )
}

/** Where an object stands: who owns it and what it owns, or the way of requests through it. */
export function ObjectTopology({ object }: { object: KubeObject }) {
  const { t } = useTranslation()
  const traffic = onTheWay.has(object.kind ?? '')
  const [view, setView] = useStored<'traffic' | 'owners'>('topology.view', 'traffic')
  const shown = traffic ? view : 'owners'
  return (
    <div className="panel-fill">
      {traffic && (
        <div className="log-bar">
          <select
            className="select"
            aria-label={t('graph.view')}
            value={shown}
            onChange={(event) => setView(event.target.value === 'owners' ? 'owners' : 'traffic')}
          >
            <option value="traffic">{t('graph.traffic')}</option>
            <option value="owners">{t('graph.owners')}</option>
          </select>
        </div>
      )}
      {shown === 'traffic' ? <Traffic object={object} /> : <Owners object={object} />}
    </div>
  )
}

function Traffic({ object }: { object: KubeObject }) {
  const { t } = useTranslation()
  const hub = useHub()
  const place = usePlace()
  const { kind = '', metadata } = object
  const { name, namespace = '' } = metadata
  const { contents, state, unlisted } = useTopology(place.context, namespace, false)
  const graph = useMemo(() => trafficGraph({ kind, name, namespace }, contents), [kind, name, namespace, contents])
  return (
    <>
      <FeedNotice state={state} count={contents.pods.length} onRetry={() => hub.kick()} />
      <div className="graph-note">
        <UnlistedLine of={unlisted} namespace={namespace} />
      </div>
      {graph.nodes.length > 0 && <Picture graph={graph} label={t('graph.traffic')} place={place} />}
    </>
  )
}

function Owners({ object }: { object: KubeObject }) {
  const { t } = useTranslation()
  const place = usePlace()
  const kinds = useResources(place.context)
  const { data, error, refetch, isPending } = useOwned(place.context, object.metadata.namespace ?? '', true)
  const resource = resourceOfKind(kinds, object.apiVersion ?? 'v1', object.kind ?? '')
  const graph = useMemo(
    () => (resource && data ? ownerGraph({ resource, object }, data.found, kinds) : undefined),
    [resource, object, data, kinds],
  )
  if (error) return <ErrorView error={error} onRetry={() => void refetch()} />
  if (isPending || !graph) return <p className="empty">{t('common.loading')}</p>
  return (
    <>
      <div className="graph-note">
        <UnlistedLine of={data?.unlisted ?? []} namespace={object.metadata.namespace ?? ''} />
      </div>
      {graph.edges.length === 0 && <p className="dim overview">{t(data?.unlisted.length ? 'graph.nobodySeen' : 'graph.nobody')}</p>}
      <Picture graph={graph} label={t('graph.owners')} place={place} />
    </>
  )
}
