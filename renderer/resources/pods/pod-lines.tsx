import { useTranslation } from 'react-i18next'
import type { FeedSource, RowData } from '../../kube/protocol.ts'
import { useHub, useView } from '../../queries/hub.ts'
import { Age } from '../../ui/age.tsx'
import { Table } from '../../ui/facts.tsx'
import { FeedNotice } from '../../ui/feed-notice.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { ObjectLink } from '../generic/common.tsx'

const most = 250

/** A short live table of pods inside another kind's details. */
export function PodLines({ source, empty }: { source: FeedSource; empty: string }) {
  const { t } = useTranslation()
  const hub = useHub()
  const { data } = useView({ source, filter: '', start: 0, end: most, hold: false })
  const at = (row: RowData, id: string) => row.cells[data?.columns.findIndex((c) => c.id === id) ?? -1] ?? null
  if (data?.state.synced && data.total === 0) return <p className="dim">{empty}</p>
  return (
    <>
      <FeedNotice state={data?.state} count={data?.total ?? 0} onRetry={() => hub.kick()} />
      <Table
        head={[t('columns.name'), t('columns.status'), t('columns.ready'), t('columns.restarts'), t('columns.age')]}
        numbers={[3]}
        rows={(data?.rows ?? []).map((row) => {
          const status = at(row, 'status')
          const age = at(row, 'age')
          return {
            key: row.key,
            cells: [
              <span key="name">
                <span className="dim">{`${row.namespace}/`}</span>
                <ObjectLink resource="pods" namespace={row.namespace} name={row.name} />
              </span>,
              status !== null && typeof status === 'object' ? (
                <ToneWord key="status" tone={status.tone}>
                  {status.text}
                </ToneWord>
              ) : (
                ''
              ),
              String(at(row, 'ready') ?? ''),
              String(at(row, 'restarts') ?? ''),
              <Age key="age" at={typeof age === 'number' ? age : null} />,
            ],
          }
        })}
      />
      {(data?.total ?? 0) > most && <p className="dim">{t('common.more', { count: (data?.total ?? 0) - most })}</p>}
    </>
  )
}
