import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { figure } from '../../kube/figures.ts'
import type { RowData } from '../../kube/protocol.ts'
import type { KubeObject } from '../../kube/types.ts'
import { events } from '../../queries/discovery.ts'
import { useHub, useView } from '../../queries/hub.ts'
import { Age } from '../../ui/age.tsx'
import { Section } from '../../ui/facts.tsx'
import { FeedNotice } from '../../ui/feed-notice.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { PlainText } from '../../ui/plain-text.tsx'
import { usePlace } from '../../ui/place.ts'
import './events-tab.css'

function useEvents(context: string, object: KubeObject, most: number) {
  const { uid = '', namespace, name } = object.metadata
  const source = useMemo(
    // Events about a node carry its name as their uid, so nodes are found by name; all else by uid.
    () => ({
      context,
      resource: events,
      namespace,
      fieldSelector: namespace ? `involvedObject.uid=${uid}` : `involvedObject.name=${name}`,
    }),
    [context, namespace, uid, name],
  )
  return useView({ source, filter: '', start: 0, end: most, hold: false }).data
}

export function EventsTab({ context, object }: { context: string; object: KubeObject }) {
  const { t } = useTranslation()
  const hub = useHub()
  const data = useEvents(context, object, 500)
  return (
    <div className="overview">
      <FeedNotice state={data?.state} count={data?.total ?? 0} onRetry={() => hub.kick()} />
      {data?.state.synced && data.total === 0 && <p className="empty">{t('details.noEvents')}</p>}
      <EventLines rows={data?.rows ?? []} columns={data?.columns.map((c) => c.id) ?? []} />
    </div>
  )
}

/** The newest few, for an overview; nothing when there are none. */
export function RecentEvents({ object }: { object: KubeObject }) {
  const { t } = useTranslation()
  const place = usePlace()
  const data = useEvents(place.context, object, 8)
  if (!data || data.total === 0) return null
  return (
    <Section title={t('details.tabs.events')}>
      <EventLines rows={data.rows} columns={data.columns.map((c) => c.id)} />
    </Section>
  )
}

function EventLines({ rows, columns }: { rows: RowData[]; columns: string[] }) {
  const text = (row: RowData, id: string): string => {
    const cell = row.cells[columns.indexOf(id)] ?? null
    return cell === null ? '' : typeof cell === 'object' ? cell.text : String(cell)
  }
  return (
    <ul className="event-lines">
      {rows.map((row) => {
        const at = Number(text(row, 'last'))
        const count = Number(text(row, 'count'))
        return (
          <li key={row.key}>
            <Age at={at || null} />
            <ToneWord tone={row.tone ?? 'muted'}>{text(row, 'reason')}</ToneWord>
            <span>
              <PlainText text={text(row, 'message')} />
              {count > 1 && <span className="dim">{` ×${figure(count)}`}</span>}
              <span className="dim">{` ${text(row, 'from')}`}</span>
            </span>
          </li>
        )
      })}
    </ul>
  )
}
