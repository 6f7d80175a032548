import { useTranslation } from 'react-i18next'
import { type Connection, isStale } from '../kube/connection.ts'
import type { ClusterPart } from '../kube/protocol.ts'
import type { Tone } from '../kube/types.ts'
import { useContextName } from '../ui/context-name.ts'
import { ToneMark } from '../ui/icon.tsx'
import { isOnly, onlyCluster } from './cluster-term.ts'
import { ConnectionWord } from './connection.tsx'
import './cluster-strip.css'

/** One cluster of a list of several. */
export interface ListedCluster {
  context: string
  connection: Connection
  part: ClusterPart | undefined
  /** It does not serve the kind. */
  absent: boolean
  /** Why it is not known what it serves. */
  error: string | undefined
}

/** How each cluster of a list is, and how many of the rows are its own; pressing one leaves its rows alone in the list. */
export function ClusterStrip({
  clusters,
  filter,
  onFilter,
}: {
  clusters: readonly ListedCluster[]
  filter: string
  onFilter(filter: string): void
}) {
  const { t } = useTranslation()
  return (
    <ul className="cluster-strip" aria-label={t('contexts.label')}>
      {clusters.map((cluster) => (
        <Cluster key={cluster.context} of={cluster} filter={filter} onFilter={onFilter} />
      ))}
    </ul>
  )
}

function Cluster({
  of: { context, connection, part, absent, error },
  filter,
  onFilter,
}: {
  of: ListedCluster
  filter: string
  onFilter(filter: string): void
}) {
  const { t } = useTranslation()
  const name = useContextName(context)
  const only = isOnly(filter, context)
  const why = absent ? t('contexts.unserved') : (part?.state.error?.message ?? error ?? (isStale(connection) ? connection.message : ''))
  const counted = part && (part.total > 0 || part.state.synced) ? t('contexts.rows', { count: part.total }) : ''
  const tone: Tone = absent ? 'muted' : why && connection.tone === 'ok' ? 'warn' : connection.tone
  // Its word has the mark itself.
  const worded = connection.tone !== 'ok' && connection.word !== 'quiet' && !absent
  return (
    <li>
      <button
        type="button"
        className="icon-button"
        aria-pressed={only}
        title={[name, why, t('contexts.only')].filter(Boolean).join('\n')}
        onClick={() => onFilter(onlyCluster(filter, context))}
      >
        {!worded && <ToneMark tone={tone} />}
        <strong className="ellipsis">{name}</strong>
        <span className="dim">{counted}</span>
      </button>
      {worded && <ConnectionWord connection={connection} />}
      {why && (
        <span className="dim ellipsis why" title={why}>
          {why}
        </span>
      )}
    </li>
  )
}
