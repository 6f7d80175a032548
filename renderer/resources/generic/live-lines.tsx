import { useTranslation } from 'react-i18next'
import type { Cell, ColumnInfo } from '../../kube/columns.ts'
import { figure } from '../../kube/figures.ts'
import type { FeedSource } from '../../kube/protocol.ts'
import { resourceKey } from '../../kube/resource.ts'
import { useHub, useView } from '../../queries/hub.ts'
import { Age } from '../../ui/age.tsx'
import { Table } from '../../ui/facts.tsx'
import { FeedNotice } from '../../ui/feed-notice.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { ObjectLink } from './common.tsx'
import './live-lines.css'

/** As many as one reads inside another object's details. */
const most = 250

/** What an owner owns, for a filter over a feed that holds more. */
export const ownedBy = (uid: string | undefined): string => `field=metadata.ownerReferences.uid=${uid ?? ''}`

/**
 * A short live table of one kind inside another's details: names as links, and these columns of the kind's list, by their ids; those that
 * the list does not have are left out. Namespaces stand before the names unless the source has one.
 */
export function LiveLines({
  source,
  filter = '',
  columns,
  sort = 'name',
  empty,
}: {
  source: FeedSource
  filter?: string
  columns: readonly string[]
  /** `column` or `-column`. */
  sort?: string
  empty: string
}) {
  const { t } = useTranslation()
  const hub = useHub()
  const order = { column: sort.replace(/^-/, ''), descending: sort.startsWith('-') }
  const { data } = useView({ source, filter, sort: order, start: 0, end: most, hold: false })
  if (data?.state.synced && data.shown === 0) return <p className="dim">{empty}</p>
  const shown = columns.flatMap((id) => {
    const at = data?.columns.findIndex((c) => c.id === id) ?? -1
    const info = data?.columns[at]
    // What the list itself does not show must hold something to take room here.
    const said = info && (!info.hidden || data.rows.some((row) => row.cells[at] !== '' && row.cells[at] !== null))
    return said ? [{ at, info }] : []
  })
  const key = resourceKey(source.resource)
  // Below the word that it explains: a column of its own would take the names' room.
  const whyAt = data?.columns.findIndex((c) => c.id === 'why') ?? -1
  return (
    <>
      <FeedNotice state={data?.state} count={data?.shown ?? 0} onRetry={() => hub.kick()} />
      {data && data.shown > 0 && (
        <Table
          head={[t('columns.name'), ...shown.map(({ info }) => (info.literal ? info.label : t(`columns.${info.label}`)))]}
          numbers={shown.flatMap(({ info }, index) => (info.type === 'number' ? [index + 1] : []))}
          rows={data.rows.map((row) => ({
            key: row.key,
            cells: [
              <span key="name" className="line-name">
                {source.namespace === undefined && row.namespace && <span className="dim line-namespace">{`${row.namespace}/`}</span>}
                <ObjectLink resource={key} namespace={row.namespace} name={row.name} middle />
              </span>,
              ...shown.map(({ at, info }) => <LineCell key={info.id} info={info} cell={row.cells[at] ?? null} />),
            ],
            note: noteOf(row.cells[whyAt]),
          }))}
        />
      )}
      {(data?.shown ?? 0) > most && <p className="dim">{t('common.more', { count: (data?.shown ?? 0) - most })}</p>}
    </>
  )
}

const noteOf = (why: Cell | undefined): string | undefined => (typeof why === 'string' && why !== '' ? why : undefined)

function LineCell({ info, cell }: { info: ColumnInfo; cell: Cell }) {
  if (cell === null) return null
  if (typeof cell === 'object') return <ToneWord tone={cell.tone}>{cell.text}</ToneWord>
  if (info.type === 'age' && typeof cell === 'number') return <Age at={cell} />
  return info.type === 'number' ? figure(Number(cell)) : <span>{cell}</span>
}
