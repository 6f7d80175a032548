import type { Column, KindView } from './columns.ts'
import { createdAt, worstFirst } from './columns.ts'
import { going } from './going.ts'
import { isRecord, type KubeObject, type ObjectMeta, type Tone } from './types.ts'

/** How the objects of a feed travel: as themselves, or as rows of the server's Table. */
export interface FeedCodec {
  accept: string
  /** What a watch asks for, when it is not the same. */
  watchAccept?: string
  /** The objects inside a list, a watch event's object, or a page. */
  objects(body: unknown): KubeObject[]
  meta(body: unknown): { resourceVersion?: string; continue?: string; initialEventsEnd: boolean }
  /** The columns, when this body is the first to say them. */
  columns(body: unknown): TableColumnDefinition[] | undefined
}

export interface TableColumnDefinition {
  name: string
  type: string
  format?: string
  description?: string
  priority: number
}

export interface TableObject extends KubeObject {
  cells: unknown[]
}

/** KEP-3157: the bookmark that ends the initial events of a streaming list. */
const initialEventsEnd = 'k8s.io/initial-events-end'

const listMeta = (body: unknown): { resourceVersion?: string; continue?: string; annotations?: Record<string, string> } =>
  isRecord(body) && isRecord(body.metadata) ? body.metadata : {}

/** What has no name cannot be shown, and a server that sends such a thing may send others. */
const isNamed = (value: unknown): value is KubeObject =>
  isRecord(value) && isRecord(value.metadata) && typeof value.metadata.name === 'string' && value.metadata.name !== ''

export const objectCodec: FeedCodec = {
  accept: 'application/json',
  objects(body) {
    if (!isRecord(body)) return []
    // Go writes an empty list's items as null.
    if (Array.isArray(body.items) || body.items === null) return ((body.items ?? []) as unknown[]).filter(isNamed)
    return isNamed(body) ? [body] : []
  },
  meta(body) {
    const meta = listMeta(body)
    return {
      resourceVersion: meta.resourceVersion,
      continue: meta.continue,
      initialEventsEnd: meta.annotations?.[initialEventsEnd] === 'true',
    }
  },
  columns: () => undefined,
}

const partial = (kind: string): string => `application/json;as=${kind};g=meta.k8s.io;v=v1,application/json`

/** Of each object its metadata alone: of Secrets, for one, nobody needs the values to list them. */
export const metadataCodec: FeedCodec = {
  ...objectCodec,
  accept: partial('PartialObjectMetadataList'),
  watchAccept: partial('PartialObjectMetadata'),
}

interface TableRow {
  cells: unknown[]
  object?: { metadata?: ObjectMeta }
}
const tableRows = (body: unknown): TableRow[] => (isRecord(body) && Array.isArray(body.rows) ? (body.rows as TableRow[]) : [])

export const tableCodec: FeedCodec = {
  accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
  objects(body) {
    return tableRows(body).flatMap((row): TableObject[] =>
      isNamed(row?.object) && Array.isArray(row.cells) ? [{ metadata: row.object.metadata, cells: row.cells }] : [],
    )
  },
  meta(body) {
    const meta = listMeta(body)
    const annotations = tableRows(body)[0]?.object?.metadata?.annotations
    return { resourceVersion: meta.resourceVersion, continue: meta.continue, initialEventsEnd: annotations?.[initialEventsEnd] === 'true' }
  },
  columns(body) {
    return isRecord(body) && Array.isArray(body.columnDefinitions) && body.columnDefinitions.length > 0
      ? (body.columnDefinitions as TableColumnDefinition[])
      : undefined
  },
}

/** With the whole object in each row, for a filter that asks for a field of it; `includeObject=Object` makes the server send it. */
export const wholeTableCodec: FeedCodec = {
  ...tableCodec,
  objects: (body) =>
    tableRows(body).flatMap((row): TableObject[] =>
      isNamed(row?.object) && Array.isArray(row.cells) ? [{ ...row.object, cells: row.cells }] : [],
    ),
}

const statusTones: Record<string, Tone> = {
  Active: 'ok',
  Available: 'ok',
  Bound: 'ok',
  Complete: 'ok',
  Ready: 'ok',
  Running: 'ok',
  Succeeded: 'ok',
  Terminating: 'busy',
  Pending: 'busy',
  Progressing: 'busy',
  Released: 'warn',
  Unknown: 'warn',
  Failed: 'bad',
  Lost: 'bad',
  False: 'warn',
}
const tone = (word: string): Tone => statusTones[word.split(',')[0] ?? ''] ?? 'muted'

/** A word about how the object is; a figure or a flag of the same name is none. */
const isStatus = ({ name, type }: TableColumnDefinition): boolean => type === 'string' && (name === 'Status' || name === 'Phase')

/** Conditions by their types, as many definitions print them: True, False with or without a reason, Unknown. */
const conditionColumns = new Set(['Ready', 'Available', 'Healthy', 'Synced', 'Accepted', 'Programmed', 'Established', 'Succeeded'])
const conditionTones: Record<string, Tone> = { True: 'ok', False: 'bad', Unknown: 'warn' }
/** What a CertificateSigningRequest's column of this name says. */
const requestTones: Record<string, Tone> = { Pending: 'warn', Approved: 'busy', 'Approved,Issued': 'ok', Denied: 'bad', Failed: 'bad' }

/** The word of a column that may hold one, or a text (`1/2`), or a figure. */
function conditionOf({ name, type }: TableColumnDefinition, cell: unknown): { text: string; tone: Tone } | undefined {
  if (type !== 'string' || typeof cell !== 'string') return undefined
  const known = conditionColumns.has(name)
    ? conditionTones[cell.split(/[\s(]/)[0] ?? '']
    : name === 'Condition'
      ? requestTones[cell]
      : undefined
  return known && { text: cell, tone: known }
}

/** The column of metadata.name: by its name, since upstream marks a VolumeAttachment's attacher with the format `name` too. */
function nameColumn(definitions: readonly TableColumnDefinition[]): TableColumnDefinition | undefined {
  return definitions.find((d) => d.name === 'Name') ?? definitions.find((d) => d.format === 'name')
}

/** Cells the server computes relative to now; the creation time replaces them so that they go on ticking. */
const ageColumns = new Set(['Age', 'Created At'])

/** The list of a kind nobody declared, made from the server's own columns. `words`: what the window calls some of them. */
export function tableKind(
  definitions: readonly TableColumnDefinition[],
  namespaced: boolean,
  words: Readonly<Record<string, string>> = {},
): KindView<TableObject> {
  const named = nameColumn(definitions)
  const columns = definitions.map((definition, index) => (definition === named ? nameCells : tableColumn(definition, index, words)))
  if (namespaced) {
    columns.splice(1, 0, { id: 'namespace', label: 'namespace', type: 'text', width: 130, cell: (o) => o.metadata.namespace ?? '' })
  }
  const statusAt = definitions.findIndex(isStatus)
  return {
    columns,
    trim: (object) => ({ metadata: slimMeta(object.metadata), cells: object.cells }),
    status: (object) => {
      const leaving = going(object.metadata)
      if (leaving) return leaving
      const word = statusAt < 0 ? '' : String(object.cells[statusAt] ?? '')
      if (word) return { text: word, tone: tone(word) }
      for (const [at, definition] of definitions.entries()) {
        const condition = conditionOf(definition, object.cells[at])
        if (condition) return condition
      }
      return undefined
    },
  }
}

const nameCells: Column<TableObject> = {
  id: 'name',
  label: 'name',
  type: 'text',
  width: 260,
  grow: true,
  cell: (o) => o.metadata.name,
}

function tableColumn(definition: TableColumnDefinition, index: number, words: Readonly<Record<string, string>>): Column<TableObject> {
  const word = Object.hasOwn(words, definition.name) ? words[definition.name] : undefined
  const said = word === undefined ? { label: definition.name, literal: true } : { label: word }
  const base = { id: definition.name.toLowerCase(), ...said, hidden: definition.priority > 0 }
  if (ageColumns.has(definition.name)) {
    return { ...base, id: 'age', label: 'age', literal: false, type: 'age', width: 80, cell: createdAt, order: (o) => -(createdAt(o) ?? 0) }
  }
  const number = definition.type === 'integer' || definition.type === 'number'
  const width = number ? 90 : Math.min(220, Math.max(110, definition.name.length * 9 + 24))
  const raw = (o: TableObject): string => plain(o.cells[index])
  if (isStatus(definition)) {
    const word = (o: TableObject): { text: string; tone: Tone } => ({ text: raw(o), tone: tone(raw(o)) })
    return { ...base, type: 'status', width, cell: word, order: (o) => worstFirst(word(o)) }
  }
  return {
    ...base,
    type: number ? 'number' : 'text',
    width,
    // Upstream declares many figures as strings, a Deployment's Available for one: what comes as a number stays one.
    cell: (o) => figureOf(o.cells[index]) ?? conditionOf(definition, o.cells[index]) ?? raw(o),
    order: (o) => {
      const word = conditionOf(definition, o.cells[index])
      return word ? worstFirst(word) : orderable(o.cells[index])
    },
  }
}

const figureOf = (cell: unknown): number | undefined => (typeof cell === 'number' ? cell : undefined)

const plain = (cell: unknown): string =>
  cell === null || cell === undefined ? '' : typeof cell === 'object' ? JSON.stringify(cell) : String(cell)

/** `3/5` sorts by its first number, `10Gi` and words as text. */
function orderable(cell: unknown): string | number {
  if (typeof cell === 'number') return cell
  const text = plain(cell)
  const leading = /^(\d+)(\/\d+)?$/.exec(text)
  return leading ? Number(leading[1]) : text.toLowerCase()
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

/** Metadata without its two large fields, which no list shows. */
export function slimMeta(meta: ObjectMeta): ObjectMeta {
  const { managedFields: _, annotations, ...rest } = meta
  if (!annotations) return rest
  const { [lastApplied]: __, ...kept } = annotations
  return { ...rest, annotations: kept }
}
