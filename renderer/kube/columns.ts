import type { Usage } from './node-usage.ts'
import type { UsageHistory } from './usage-history.ts'
import type { Resource } from './resource.ts'
import type { KubeObject, StatusWord, Tone } from './types.ts'

export type ColumnType = 'text' | 'number' | 'age' | 'status' | 'mono'

/** The part of a column that the interface needs; it crosses from the worker as data. */
export interface ColumnInfo {
  id: string
  /** Key under `columns.` in the catalogue, or the server's own word for a Table's column. */
  label: string
  literal?: boolean
  type: ColumnType
  /** Preferred width in pixels. */
  width: number
  /** Takes what room is left. */
  grow?: boolean
  /** Not shown until the user asks for it. */
  hidden?: boolean
  /** Shows what the object uses now: asked for only while it is seen. */
  used?: boolean
  /** The cell's text names an object of this resource, which a click opens. */
  link?: string
}

/** A cell is its text, a number, a time in ms (`age`, where a text stands still), or a word with a tone (`status`). */
export type Cell = string | number | null | { text: string; tone: Tone }

export interface Column<T = KubeObject> extends ColumnInfo {
  cell(object: T, usage?: Usage, history?: UsageHistory): Cell
  /** What to sort by when the cell's own value is not it. */
  order?(object: T, usage?: Usage): string | number
}

/** How one kind is kept and shown in lists. Pure data and functions: it runs in the feed worker. */
export interface KindView<T = KubeObject> {
  /** Keeps only what columns, summaries and filters read, so that tens of thousands of objects stay small. */
  trim(object: T): T
  /** The fields, by paths without indices, that are all that `trim` keeps beside the metadata; others are kept once a filter asks for them. */
  keeps?: readonly string[]
  /** Where it keeps everything else, what it does not. */
  drops?: readonly string[]
  columns: readonly Column<T>[]
  /** Its columns that show usage are of these. */
  usage?: 'pods' | 'nodes'
  /** Its objects come as rows of the server's Table, with `cells`: nobody needs to send what no list shows. */
  table?: boolean
  beside?: Beside<T>
  status(object: T): StatusWord | undefined
  /** The column and direction of a list nobody has sorted. */
  sort?: Sort
}

/** Another collection of the same scope, without which nobody can tell how the objects of this one are. */
export interface Beside<T = KubeObject> {
  resource: Pick<Resource, 'group' | 'version' | 'plural' | 'namespaced'>
  fieldSelector?: string
  metadataOnly?: boolean
  /** Keeps of its objects what `join` reads. */
  trim(object: KubeObject): KubeObject
  /** Reads all of its objects once. What it returns adds what they say to an object, and returns the same one where they say nothing new. */
  join(others: Iterable<KubeObject>): (object: T) => T
}

export interface Sort {
  column: string
  descending: boolean
}

export function cellText(cell: Cell): string {
  if (cell === null) return ''
  return typeof cell === 'object' ? cell.text : String(cell)
}

/** Numbers sort as numbers, everything else as lower-case text; nothing sorts first. */
export function orderOf<T>(column: Column<T>, object: T, usage?: Usage): string | number {
  if (column.order) return column.order(object, usage)
  const cell = column.cell(object, usage)
  if (typeof cell === 'number') return cell
  return column.type === 'number' || column.type === 'age' ? Number(cellText(cell)) || 0 : cellText(cell).toLowerCase()
}

export const createdAt = (object: KubeObject): number | null => {
  const at = Date.parse(object.metadata.creationTimestamp ?? '')
  return Number.isNaN(at) ? null : at
}

/** How soon a word asks for a look; what nobody waits for comes last. */
const weights: Record<Tone, number> = { bad: 0, warn: 1, busy: 2, ok: 3, muted: 4 }

/** What a status column sorts by: the most serious words first, equal ones together. */
export const worstFirst = (word: { text: string; tone: Tone } | undefined): string =>
  word ? `${weights[word.tone]} ${word.text.toLowerCase()}` : '9'

export const columnById = (kind: KindView, id: string): Column | undefined => kind.columns.find((column) => column.id === id)
