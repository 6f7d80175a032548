import { Suspense, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { isStale } from '../../kube/connection.ts'
import { figure } from '../../kube/figures.ts'
import { isTroubled } from '../../kube/reflector.ts'
import { formatBytes, formatCores } from '../../kube/quantity.ts'
import { firstNamespace } from '../../kube/scope.ts'
import { resourceKey, resourceOfKind } from '../../kube/resource.ts'
import { useConnection } from '../../queries/connection.ts'
import { useIsLocal, useKubectl } from '../../queries/contexts.ts'
import { events, nodes, pods, useResources } from '../../queries/discovery.ts'
import { useHub, useSummary } from '../../queries/hub.ts'
import { useNodeUsage } from '../../queries/usage.ts'
import { NodeMeters } from '../../resources/nodes/meters.tsx'
import type { NodesSummary, PodsSummary, RecentEvent, Requests } from '../../resources/summaries.ts'
import { Age } from '../../ui/age.tsx'
import { Command } from '../../ui/command.tsx'
import { FeedNotice } from '../../ui/feed-notice.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { useContextName } from '../../ui/context-name.ts'
import { MiddleName } from '../../ui/middle-name.tsx'
import { placeUrl, usePlace } from '../../ui/place.ts'
import { FirstSteps } from './first-steps.tsx'
import { Card, Nothing } from './card.tsx'
import { PhaseBar, phases } from './phase-bar.tsx'
import { ProblemsCard } from './problems-card.tsx'
import { Refused } from './refused.tsx'
import { MissingNamespaces } from '../missing-namespaces.tsx'
import { useMissingNamespaces } from '../namespaces.ts'
import { usePins } from '../pins/pins.ts'
import './home.css'
import { part } from '../../ui/part.tsx'
import { seenText } from '../../ui/unseen.ts'

const PinnedCard = part(() => import('../pins/pinned-card.tsx').then((m) => m.PinnedCard))

/** What the cluster is like now, and what in it needs a look. */
export function Home() {
  const { t } = useTranslation()
  const place = usePlace()
  const hub = useHub()
  const pins = usePins()
  const local = useIsLocal(place.context)
  const namespace = place.namespace || undefined
  const { context } = place
  const name = useContextName(context)
  const podSource = useMemo(() => ({ context, resource: pods, namespace }), [context, namespace])
  // A node holds the pods of every namespace, whichever is looked at.
  const everyPod = useMemo(() => ({ context, resource: pods }), [context])
  const nodeSource = useMemo(() => ({ context, resource: nodes }), [context])
  const eventSource = useMemo(() => ({ context, resource: events, namespace }), [context, namespace])
  const podSummary = useSummary<PodsSummary>(podSource, 'pods')
  const byNode = useSummary<Record<string, Requests>>(everyPod, 'requestsByNode')
  const nodeSummary = useSummary<NodesSummary>(nodeSource, 'nodes')
  const recent = useSummary<RecentEvent[]>(eventSource, 'events')
  const connection = useConnection(context)
  const missing = useMissingNamespaces(context, place.namespace)
  const refused = [
    { resource: pods, state: podSummary?.state },
    { resource: nodes, state: nodeSummary?.state },
    { resource: events, state: recent?.state },
  ].filter(({ state }) => state?.error?.code === 403 && !state.synced)
  const may = (resource: { plural: string }): boolean => !refused.some((r) => r.resource === resource)
  const stale = isStale(connection) || (podSummary !== undefined && isTroubled(podSummary.state))
  // Without pods and nodes there is nothing to show but the reason, which stands above.
  const empty = podSummary !== undefined && podSummary.value.total === 0 && !podSummary.state.synced
  const broken = may(pods) && empty && (podSummary.state.error !== undefined || isStale(connection))
  // Whoever has something that fails needs no tour.
  const few = missing.length === 0 && podSummary?.state.synced && podSummary.value.total < 3 && podSummary.value.failing === 0
  return (
    <div className="home">
      <h1 className="sr-only">{t('home.title', { context: name })}</h1>
      {may(pods) && (
        <FeedNotice
          state={podSummary?.state}
          count={(podSummary?.value.total ?? 0) + (nodeSummary?.value.total ?? 0)}
          connection={connection}
          onRetry={() => hub.kick()}
        />
      )}
      {!broken && <Refused refused={refused} />}
      {missing.length > 0 && (
        <div className="notice" role="status">
          <MissingNamespaces names={missing} />
        </div>
      )}
      {local && few && <FirstSteps node={nodeSummary?.value.nodes[0]?.name} />}
      {!broken && (
        <div className={stale ? 'home-grid stale' : 'home-grid'}>
          {pins.length > 0 && (
            <Suspense fallback={null}>
              <PinnedCard context={context} />
            </Suspense>
          )}
          {may(nodes) && (
            <NodesCard
              summary={nodeSummary?.value}
              byNode={byNode?.state.synced ? byNode.value : undefined}
              loading={!nodeSummary?.state.synced}
            />
          )}
          {may(pods) && <PodsCard summary={podSummary?.value} loading={!podSummary?.state.synced} hint={!local && missing.length === 0} />}
          <ProblemsCard
            context={context}
            namespace={place.namespace}
            pods={may(pods) ? podSummary?.value : undefined}
            loading={may(pods) && !podSummary?.state.synced}
            sparing={!may(pods)}
          />
          {may(events) && <EventsCard events={recent?.value} loading={!recent?.state.synced} />}
        </div>
      )}
    </div>
  )
}

/** As many as leave what needs a look on the first screen: those in trouble come first. */
const mostNodes = 4
const noRequests: Requests = { cpu: 0, memory: 0, cpuLimits: 0, memoryLimits: 0, pods: 0 }

function NodesCard({
  summary,
  byNode,
  loading,
}: {
  summary: NodesSummary | undefined
  byNode: Record<string, Requests> | undefined
  loading: boolean
}) {
  const { t } = useTranslation()
  const place = usePlace()
  const url = (name: string): string => placeUrl({ ...place, resource: 'nodes', object: { namespace: '', name } })
  const shown = summary?.nodes.slice(0, mostNodes)
  const names = shown?.map((node) => node.name).join(' ') ?? ''
  const usage = useNodeUsage(
    place.context,
    useMemo(() => names.split(' ').filter(Boolean), [names]),
  )
  return (
    <Card
      title={t('home.nodes')}
      to={placeUrl({ ...place, resource: 'nodes' })}
      count={summary && summary.total > 0 ? t('home.nodesReady', { ready: summary.ready, count: summary.total }) : undefined}
    >
      {(summary?.nodes.length ?? 0) === 0 && <Nothing loading={loading} text={t('home.noNodes')} />}
      <ul className="lines">
        {shown?.map((node) => {
          // Before the pods have come, nothing is known: a zero would be a claim.
          const requested = byNode && (byNode[node.name] ?? noRequests)
          return (
            <li key={node.name} className="node-line">
              <span title={node.status}>
                <ToneWord tone={node.tone}>{node.status.split(',')[0] ?? ''}</ToneWord>
              </span>
              <Link to={url(node.name)} className="ellipsis" title={node.name}>
                {node.name}
              </Link>
              <NodeMeters of={node.allocatable} requests={requested} usage={usage.get(node.name)} />
              {(node.tone !== 'ok' || node.pressure.length > 0) && (
                <span className={`node-why tone-${node.tone}`}>
                  {node.status}
                  {node.pressure.map((p) => (p.message ? ` · ${p.message}` : ''))}
                </span>
              )}
            </li>
          )
        })}
      </ul>
      {place.namespace && (summary?.total ?? 0) > 0 && <p className="dim card-note">{t('home.wholeNodes')}</p>}
      {(summary?.total ?? 0) > mostNodes && (
        <Link to={placeUrl({ ...place, resource: 'nodes' })}>{t('common.more', { count: (summary?.total ?? 0) - mostNodes })}</Link>
      )}
    </Card>
  )
}

const runPod = (kubectl: string, namespace: string): string =>
  [kubectl, ...(namespace ? ['-n', namespace] : []), 'run hello --image=registry.k8s.io/pause:3.10'].join(' ')

function PodsCard({ summary, loading, hint }: { summary: PodsSummary | undefined; loading: boolean; hint: boolean }) {
  const { t } = useTranslation()
  const place = usePlace()
  const kubectl = useKubectl(place.context)
  const total = summary?.total ?? 0
  const url = (phase: string): string =>
    placeUrl({ ...place, resource: 'pods', filter: phase === 'Terminating' ? 'status:terminating' : `field=status.phase=${phase}` })
  return (
    <Card
      title={t('home.podsByPhase')}
      to={placeUrl({ ...place, resource: 'pods' })}
      count={summary && !(loading && total === 0) ? t('list.count', { count: total }) : undefined}
    >
      {total === 0 && <Nothing loading={loading} text={t('home.noPods')} />}
      {total === 0 && !loading && hint && kubectl && (
        <p className="card-note">
          <Command text={runPod(kubectl, firstNamespace(place.namespace))} />
        </p>
      )}
      <PhaseBar phases={summary?.phases ?? {}} total={total} />
      <ul className="phases">
        {phases.map(([phase, tone]) => {
          const count = summary?.phases[phase] ?? 0
          return count > 0 ? (
            <li key={phase}>
              <Link to={url(phase)}>
                <ToneWord tone={tone}>{phase}</ToneWord>
                <strong>{figure(count)}</strong>
              </Link>
            </li>
          ) : null
        })}
      </ul>
      {summary && total > 0 && (
        <p className="dim card-note">
          {t('home.requests', { cpu: formatCores(summary.requests.cpu), memory: formatBytes(summary.requests.memory) })}
          {summary.unscheduled > 0 && ` · ${t('home.unscheduled', { count: summary.unscheduled })}`}
        </p>
      )}
    </Card>
  )
}

function EventsCard({ events: recent, loading }: { events: RecentEvent[] | undefined; loading: boolean }) {
  const { t } = useTranslation()
  const place = usePlace()
  const all = useResources(place.context)
  return (
    <Card title={t('home.recent')} to={placeUrl({ ...place, resource: 'events' })} wide>
      {(recent?.length ?? 0) === 0 && <Nothing loading={loading} text={t('home.noEvents')} />}
      <ul className="lines">
        {recent?.map((event) => {
          const resource = resourceOfKind(all, event.apiVersion, event.kind)
          const name = `${event.kind.toLowerCase()}/${event.name}`
          return (
            <li key={event.key} className="event">
              <Age at={event.at} />
              <span title={event.reason}>
                <ToneWord tone={event.type === 'Warning' ? 'warn' : 'muted'}>{event.reason || event.type}</ToneWord>
              </span>
              {resource ? (
                <Link
                  aria-label={name}
                  to={placeUrl({ ...place, resource: resourceKey(resource), object: { namespace: event.namespace, name: event.name } })}
                >
                  <MiddleName text={name} />
                </Link>
              ) : (
                <MiddleName text={name} />
              )}
              <span className="dim ellipsis" title={event.message}>
                {seenText(event.message)}
                {event.count > 1 && ` (×${figure(event.count)})`}
              </span>
            </li>
          )
        })}
      </ul>
    </Card>
  )
}
