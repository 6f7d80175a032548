import { slimMeta } from '../../kube/codec.ts'
import type { Column, KindView } from '../../kube/columns.ts'
import type { KubeObject } from '../../kube/types.ts'

export interface Event extends KubeObject {
  type?: string
  reason?: string
  message?: string
  count?: number
  firstTimestamp?: string | null
  lastTimestamp?: string | null
  eventTime?: string | null
  reportingComponent?: string
  source?: { component?: string; host?: string }
  series?: { count?: number; lastObservedTime?: string }
  involvedObject?: { kind?: string; namespace?: string; name?: string; uid?: string; apiVersion?: string; fieldPath?: string }
}

/**
 * When it was last seen, in ms, to the second. Some components write microseconds (`eventTime`), most write seconds (`lastTimestamp`):
 * compared as they are, what was written more precisely would seem to come later.
 */
export function lastSeen(event: Event): number | null {
  const at = Date.parse(event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '')
  return Number.isNaN(at) ? null : Math.floor(at / 1000) * 1000
}

/** Grows with time, and within a second with resourceVersion, the order in which they were written (KEP-5504). Compare as text. */
export const recency = (event: Event): string =>
  `${String(lastSeen(event) ?? 0).padStart(14, '0')} ${(event.metadata.resourceVersion ?? '').padStart(20, '0')}`

/** The newest event first when sorted upwards, as ages are. */
const newestFirst = (event: Event): string => recency(event).replaceAll(/\d/g, (digit) => String(9 - Number(digit)))

export const timesSeen = (event: Event): number => event.series?.count ?? event.count ?? 1

const columns: Column<Event>[] = [
  { id: 'last', label: 'lastSeen', type: 'age', width: 96, cell: lastSeen, order: newestFirst },
  {
    id: 'type',
    label: 'type',
    type: 'status',
    width: 100,
    cell: (e) => ({ text: e.type ?? '', tone: e.type === 'Warning' ? 'warn' : 'muted' }),
  },
  { id: 'reason', label: 'reason', type: 'text', width: 190, cell: (e) => e.reason ?? '' },
  {
    id: 'object',
    label: 'object',
    type: 'text',
    width: 220,
    cell: (e) => `${(e.involvedObject?.kind ?? '').toLowerCase()}/${e.involvedObject?.name ?? ''}`,
  },
  { id: 'message', label: 'message', type: 'text', width: 320, grow: true, cell: (e) => e.message ?? '' },
  { id: 'count', label: 'count', type: 'number', width: 64, cell: timesSeen },
  { id: 'from', label: 'from', type: 'text', width: 150, hidden: true, cell: (e) => e.reportingComponent || e.source?.component || '' },
  { id: 'namespace', label: 'namespace', type: 'text', width: 120, cell: (e) => e.metadata.namespace ?? '' },
  { id: 'name', label: 'name', type: 'text', width: 240, hidden: true, cell: (e) => e.metadata.name },
]

export const eventView: KindView<Event> = {
  columns,
  sort: { column: 'last', descending: false },
  status: (e) => ({ text: e.type ?? '', tone: e.type === 'Warning' ? 'warn' : 'muted' }),
  trim: (e) => ({ ...e, metadata: slimMeta(e.metadata) }),
}
