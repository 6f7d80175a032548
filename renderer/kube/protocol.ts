import type { Cell, ColumnInfo, Sort } from './columns.ts'
import type { ClusterState } from './cluster-state.ts'
import type { FeedState } from './reflector.ts'
import type { Resource } from './resource.ts'
import type { KubeObject, Tone } from './types.ts'
import type { SocketState } from './watch-socket.ts'

/** What a feed is about. Two requests with equal sources share one watch. */
export interface FeedSource {
  context: string
  resource: Pick<Resource, 'group' | 'version' | 'plural' | 'namespaced'>
  /** One, or several with commas between: each has a watch of its own, so that one may be allowed and another not. */
  namespace?: string
  fieldSelector?: string
  labelSelector?: string
  /** Of objects that are asked for whole, their metadata alone. */
  metadataOnly?: boolean
  /** Fields of which the list keeps nothing and that a filter asks for. */
  asked?: string[]
}

export interface ViewRequest {
  source: FeedSource
  /** The same kind in other clusters: their rows stand in the same list. */
  beside?: FeedSource[]
  sort?: Sort
  filter: string
  /** Rows [start, end) are sent, and sent again whenever one of them changes. */
  start: number
  end: number
  /** Keep the order while the pointer is over the rows. */
  hold: boolean
  /** Columns of what the objects use are shown. */
  usage?: boolean
  /** The key of the first visible row: where it went is told with each answer, so that the scroll position can follow it. */
  anchor?: string
}

/** One of several clusters in a list. */
export interface ClusterPart {
  context: string
  state: FeedState
  total: number
  /** Of its rows that are shown, those that are selected. */
  selected: number
}

export interface RowData {
  key: string
  /** Where the list is of several clusters. */
  context?: string
  name: string
  namespace: string
  version: number
  /** Grows with each other figure of what it uses. */
  measured: number
  tone: Tone | null
  gone: boolean
  cells: Cell[]
}

export interface ViewData {
  state: FeedState
  total: number
  shown: number
  /** Changes that wait while the order is held. */
  waiting: number
  /** Of the selected rows: those that are shown, and those that the filter hides. */
  selected: { shown: number; hidden: number }
  start: number
  rows: RowData[]
  columns: ColumnInfo[]
  sort: Sort
  /** Where the list is of several clusters. */
  clusters?: ClusterPart[]
  anchor?: { key: string; index: number }
}

export interface ObjectData {
  state: FeedState
  object: KubeObject | null
  /** Every object of the feed, for a source that selects several. */
  all: KubeObject[]
  /** It was there and has been deleted; `object` is its last state. */
  deleted: boolean
}

export interface SummaryData {
  state: FeedState
  value: unknown
}

export interface RowRef {
  key: string
  /** Where the list is of several clusters. */
  context?: string
  name: string
  namespace: string
}

export interface NetState {
  socket: SocketState
  watches: number
  /** When the last event of any feed arrived; ms, 0 before the first. */
  lastChange: number
  /** Feeds in use that are tried again, by context; what is refused for good is not among them. */
  troubled: Record<string, number>
  /** How the clusters are that a window looks at, by context; empty while the gateway is away. */
  clusters: Record<string, ClusterState>
  /** The newest resourceVersion seen, by context. */
  revisions: Record<string, string>
}

export type ToWorker =
  | { op: 'view'; id: number; request: ViewRequest }
  | { op: 'object'; id: number; source: FeedSource }
  /** `of` is what the summary is asked about, where it is about something. */
  | { op: 'summary'; id: number; source: FeedSource; name: string; of?: unknown }
  | { op: 'pick'; id: number; view: number; from: number; to: number }
  | { op: 'select'; view: number; keys: string[] }
  /** The selected rows that are shown. */
  | { op: 'pick-selected'; id: number; view: number }
  /** The cells of these columns: of the selected rows that are shown, where there are some, else of all that are. */
  | { op: 'read'; id: number; view: number; columns: string[] }
  | { op: 'close'; id: number }
  | { op: 'kick' }

export type FromWorker =
  | { op: 'view'; id: number; data: ViewData }
  | { op: 'object'; id: number; data: ObjectData }
  | { op: 'summary'; id: number; data: SummaryData }
  | { op: 'pick'; id: number; rows: RowRef[] }
  | { op: 'read'; id: number; rows: Cell[][] }
  | { op: 'net'; data: NetState }
  /** The list of contexts is another one now. */
  | { op: 'contexts' }
