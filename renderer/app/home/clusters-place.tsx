import { MiddleName } from '../../ui/middle-name.tsx'
import { QualifiedName } from '../../ui/qualified-name.tsx'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { baseContext } from '../../kube/acting.ts'
import { isStale } from '../../kube/connection.ts'
import { figure } from '../../kube/figures.ts'
import { formatBytes, formatCores } from '../../kube/quantity.ts'
import { useConnection } from '../../queries/connection.ts'
import { useContexts } from '../../queries/contexts.ts'
import { nodes, pods } from '../../queries/discovery.ts'
import { useHub, useSummary } from '../../queries/hub.ts'
import { useJobOwners } from './use-job-owners.ts'
import { groupProblems, type ProblemGroup } from '../../resources/problems.ts'
import type { NodesSummary, PodsSummary } from '../../resources/summaries.ts'
import { FeedNotice } from '../../ui/feed-notice.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { placeUrl, usePlace } from '../../ui/place.ts'
import { useStored } from '../../ui/storage.ts'
import { ConnectionWord } from '../connection.tsx'
import { PhaseBar } from './phase-bar.tsx'
import './home.css'

const mostProblems = 5

/** Several clusters side by side. A cluster is connected to only when it is chosen: its credentials may want a browser or a key. */
export function ClustersPlace() {
  const { t } = useTranslation()
  const place = usePlace()
  const { data: contexts = [] } = useContexts()
  const [stored, setStored] = useStored<string[] | null>('clusters.shown', null)
  const chosen = stored ?? [baseContext(place.context)]
  const shown = contexts.filter(({ name }) => chosen.includes(name))
  const toggle = (name: string): void => setStored(chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name])
  return (
    <div className="home">
      <h1>{t('clusters.title')}</h1>
      <fieldset className="cluster-choice">
        <legend>{t('clusters.add')}</legend>
        {contexts.map(({ name, error }) => (
          <label key={name} title={error}>
            <input
              type="checkbox"
              aria-label={name}
              checked={chosen.includes(name)}
              disabled={error !== undefined}
              onChange={() => toggle(name)}
            />
            <span className="ellipsis">
              <MiddleName text={name} />
            </span>
          </label>
        ))}
      </fieldset>
      {shown.length === 0 && <p className="empty">{t('clusters.none')}</p>}
      <div className="clusters">
        {shown.map(({ name, namespace }) => (
          <ClusterCard key={name} context={name} namespace={namespace} />
        ))}
      </div>
    </div>
  )
}

function ClusterCard({ context, namespace }: { context: string; namespace: string }) {
  const { t } = useTranslation()
  const hub = useHub()
  const connection = useConnection(context)
  const podSource = useMemo(() => ({ context, resource: pods }), [context])
  const nodeSource = useMemo(() => ({ context, resource: nodes }), [context])
  const every = useSummary<PodsSummary>(podSource, 'pods')
  // Whoever may not see all pods may see those where the kubeconfig says that one works.
  const narrow = namespace !== '' && every?.state.error?.code === 403 && !every.state.synced
  const ownSource = useMemo(() => (narrow ? { context, resource: pods, namespace } : undefined), [context, namespace, narrow])
  const own = useSummary<PodsSummary>(ownSource, 'pods')
  const podSummary = narrow ? own : every
  const place = narrow ? { context, namespace } : { context }
  const nodeSummary = useSummary<NodesSummary>(nodeSource, 'nodes')
  const summary = podSummary?.value
  const jobOwners = useJobOwners(context, narrow ? namespace : '', summary?.causes)
  const groups = useMemo(() => groupProblems(summary?.causes ?? [], [], jobOwners), [summary?.causes, jobOwners])
  // Why nothing comes is said above; before that is known, that it is asked.
  const waiting = (summary?.total ?? 0) === 0 && !podSummary?.state.synced && !podSummary?.state.error && !isStale(connection)
  const known = nodeSummary?.state.synced ? nodeSummary.value : undefined
  return (
    <section className={isStale(connection) ? 'card stale' : 'card'} aria-label={context}>
      <h2>
        <Link to={placeUrl({ context, namespace })} aria-label={context}>
          <MiddleName text={context} />
        </Link>
        <ConnectionWord connection={connection} />
      </h2>
      <FeedNotice state={podSummary?.state} count={summary?.total ?? 0} connection={connection} onRetry={() => hub.kick()} />
      {known && (
        <p className="card-note">
          <Link to={placeUrl({ context, resource: 'nodes' })}>
            {known.total === 0 ? t('clusters.noNodes') : t('clusters.nodes', { ready: known.ready, count: known.total })}
          </Link>
        </p>
      )}
      {narrow && <p className="dim card-note">{t('clusters.onlyNamespace', { namespace })}</p>}
      {waiting && <p className="dim card-note">{t('list.loading', { kind: pods.kind })}</p>}
      {summary && (podSummary.state.synced || summary.total > 0) && (
        <>
          <p className="card-note">
            <Link to={placeUrl({ ...place, resource: 'pods' })}>{t('clusters.pods', { count: summary.total })}</Link>
          </p>
          <PhaseBar phases={summary.phases} total={summary.total} />
          {podSummary.state.synced && known && known.total > 0 && (
            <p className="dim card-note">
              {t('clusters.requested', {
                cpu: formatCores(summary.requests.cpu),
                ofCpu: formatCores(known.allocatable.cpu),
                memory: formatBytes(summary.requests.memory),
                ofMemory: formatBytes(known.allocatable.memory),
              })}
            </p>
          )}
          <ul className="lines">
            {groups.slice(0, mostProblems).map((group) => (
              <Problem key={group.key} context={context} group={group} />
            ))}
          </ul>
          {groups.length === 0 && podSummary.state.synced && <p className="dim card-note">{t('clusters.noProblems')}</p>}
          {groups.length > mostProblems && (
            <p className="card-note">
              <Link to={placeUrl(place)}>{t('clusters.more', { count: groups.length - mostProblems })}</Link>
            </p>
          )}
        </>
      )}
    </section>
  )
}

function Problem({ context, group: { namespace, owner, causes } }: { context: string; group: ProblemGroup }) {
  const [cause] = causes
  if (!cause) return null
  const count = causes.reduce((sum, each) => sum + each.count, 0)
  return (
    <li className="cluster-problem">
      <ToneWord tone={cause.tone}>{cause.reason}</ToneWord>
      <Link
        className="ellipsis"
        to={placeUrl({ context, resource: 'pods', object: { namespace, name: cause.pod } })}
        title={cause.message}
        aria-label={`${namespace}/${owner.name}`}
      >
        <QualifiedName namespace={namespace} name={owner.name} />
      </Link>
      <span className="dim">{count > 1 ? `×${figure(count)}` : ''}</span>
    </li>
  )
}
