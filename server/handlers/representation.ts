import type { Entry } from '../cache/entry.ts'
import type { FrameEncoder, WatchEventType } from '../cache/watchers.ts'
import { PROTOBUF_TYPE, type Representation } from '../codec/negotiation.ts'
import { encodeListParts, encodeMessage, encodeObject, frameWatchEvent, wrap } from '../codec/protobuf/index.ts'
import { writeYaml, writeYamlItem } from '../codec/yaml-body.ts'
import { stringifyYaml } from '../codec/yaml.ts'
import type { Clock } from '../machinery/clock.ts'
import { parseNumbers } from '../machinery/numbers.ts'
import { notAcceptable, StatusError, type Status } from '../machinery/status.ts'
import { apiVersionOf, type KubeObject, type ListMeta, type ObjectMeta } from '../machinery/types.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import { normalize } from '../scheme/check.ts'
import { scheme } from '../scheme/index.ts'
import { tableColumns, tableRow, type IncludeObject } from './table.ts'

/**
 * One way to show a resource's objects: a version, a media type and a transform. Everything an answer needs as bytes comes
 * from here, made once per entry where it can be.
 */
export interface Shape {
  readonly contentType: string
  readonly watchContentType: string
  /** True when an entry's stored JSON is the answer as it is. */
  readonly raw: boolean
  object(entry: Entry): Buffer
  /** The same where it takes long for a large entry, which is then made elsewhere. */
  objectInTurn?(entry: Entry): Buffer | Promise<Buffer>
  /** An entry as a part of a list. What takes long is done here, so that a large list can be made bit by bit. */
  item(entry: Entry): Buffer
  /** The same where it takes long for a large entry, which is then made elsewhere. */
  itemInTurn?(entry: Entry): Buffer | Promise<Buffer>
  /** A list of more items is sent as it is made; absent: STREAM_ABOVE. For items that are made anew each time and are as large as the objects. */
  readonly streamAbove?: number
  list(items: readonly Buffer[], meta: ListMeta): Buffer[]
  /** What stands around the items, of which there is at least one. Absent: a list must be made whole. */
  readonly ends?: (meta: ListMeta) => ListEnds
  readonly frames: FrameEncoder
  /** What makes a frame the first of a watch, where that one says more than the others. */
  firstFrame?(frame: Buffer): Buffer
}

export interface ListEnds {
  head: Buffer
  tail: Buffer
  /** What stands between two items. */
  between: Buffer
}

const metaVersion = (o: ShapeOptions): string => `meta.k8s.io/${o.representation.version}`
const COMMA = Buffer.from(',')
const END_LIST = Buffer.from(']}\n')
const NEWLINE = Buffer.from('\n')

export interface ShapeOptions {
  representation: Representation
  includeObject: IncludeObject
  /** The server's clock: a shape outlives the request that it is made for. */
  clock: Clock
}

function listMeta(m: ListMeta): ListMeta {
  const out: ListMeta = {}
  if (m.resourceVersion !== undefined) out.resourceVersion = m.resourceVersion
  if (m.continue) out.continue = m.continue
  if (m.remainingItemCount) out.remainingItemCount = m.remainingItemCount
  return out
}

function joinItems({ head, tail, between }: ListEnds, items: readonly Buffer[]): Buffer[] {
  const out = [head]
  for (const item of items) {
    if (out.length > 1) out.push(between)
    out.push(item)
  }
  out.push(tail)
  return out
}

function jsonFrames(key: string, object: (e: Entry) => Buffer, bookmark: (rv: number, end: boolean) => Buffer): FrameEncoder {
  return {
    key,
    event: (type, entry) => jsonFrame(type, object(entry)),
    bookmark: (rv, end) => jsonFrame('BOOKMARK', bookmark(rv, end)),
  }
}

const FRAME_END = Buffer.from('}\n')
const FRAME_HEAD: Record<WatchEventType | 'BOOKMARK' | 'ERROR', Buffer> = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
  DELETED: Buffer.from('{"type":"DELETED","object":'),
  BOOKMARK: Buffer.from('{"type":"BOOKMARK","object":'),
  ERROR: Buffer.from('{"type":"ERROR","object":'),
}

function jsonFrame(type: keyof typeof FRAME_HEAD, object: Buffer): Buffer {
  return Buffer.concat([FRAME_HEAD[type], object, FRAME_END])
}

/** The last frame of a watch that cannot go on. */
export function errorFrame(media: string, status: Status): Buffer {
  if (media !== PROTOBUF_TYPE) return jsonFrame('ERROR', Buffer.from(JSON.stringify(status)))
  return frameWatchEvent('ERROR', encodeObject(status as unknown as KubeObject, scheme.typeOf('', 'v1', 'Status')!))
}

/** An object that carries nothing but a resourceVersion (KEP-956), in the resource's own kind. */
function bookmarkObject(kind: string, apiVersion: string, revision: number, initialEventsEnd: boolean): KubeObject {
  const metadata = {
    resourceVersion: String(revision),
    ...(initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
  }
  return { kind, apiVersion, metadata }
}

/** The same as Go writes a map. */
function sortedBookmark({ kind, apiVersion, metadata: { resourceVersion, annotations } }: KubeObject): KubeObject {
  return { apiVersion, kind, metadata: { ...(annotations === undefined ? {} : { annotations }), resourceVersion } } as KubeObject
}

interface JsonForms {
  object(e: Entry): Buffer
  line(e: Entry): Buffer
  /** Typed objects do not say in a list what they are: the list does. */
  item(e: Entry): Buffer
}

function servedJson(served: ServedResource): JsonForms {
  // What has no type of its own says in a list what it is, too.
  if (served.identity) return { object: (e) => e.json, line: (e) => e.line, item: isUntyped(served) ? (e) => e.json : (e) => e.item }
  const key = `json ${served.facts.group}/${served.facts.version}`
  const object = (e: Entry): Buffer => e.encoding(key, () => Buffer.from(JSON.stringify(servedObject(served, e))))
  return {
    object,
    line: (e) => Buffer.concat([object(e), NEWLINE]),
    item: (e) => Buffer.from(JSON.stringify(withoutType(servedObject(served, e)))),
  }
}

/** The metadata of an object where it stands alone, in the order of its type. */
function metadataOf(served: ServedResource, { metadata }: KubeObject): ObjectMeta {
  return isUntyped(served) ? normalize(OBJECT_META, metadata) : metadata
}

const OBJECT_META = scheme.type('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')!

const isUntyped = ({ schema }: ServedResource): boolean => schema.facts === undefined

/** A list without items, as the last fields of what it is made around say where they go. */
function emptyList(served: ServedResource): (meta: ListMeta) => object {
  const { facts, listKind: kind } = served
  const apiVersion = apiVersionOf(facts.group, facts.version)
  if (isUntyped(served)) return (meta) => ({ apiVersion, items: [], kind, metadata: sortedListMeta(meta) })
  return (meta) => ({ kind, apiVersion, metadata: listMeta(meta), items: [] })
}

/** As Go writes a map: nothing is left out but what counts nothing. */
const sortedListMeta = (m: ListMeta): ListMeta => ({
  continue: m.continue ?? '',
  ...(m.remainingItemCount ? { remainingItemCount: m.remainingItemCount } : {}),
  ...(m.resourceVersion === undefined ? {} : { resourceVersion: m.resourceVersion }),
})

function withoutType({ kind: _k, apiVersion: _a, ...rest }: KubeObject): object {
  return rest
}

/** The object in the served version for a look: not to be changed. */
function servedView(served: ServedResource, entry: Entry): KubeObject {
  return served.identity ? entry.view() : served.fromStored(entry.object())
}

/** A parsed copy in the served version. */
export function servedObject(served: ServedResource, entry: Entry): KubeObject {
  return served.identity ? entry.object() : served.fromStored(entry.object())
}

function jsonList(empty: (meta: ListMeta) => object, pretty: boolean): Required<Pick<Shape, 'list' | 'ends'>> {
  const ends = (meta: ListMeta): ListEnds => (pretty ? prettyEnds(empty(meta)) : plainEnds(empty(meta)))
  return { list: (items, meta) => (pretty && items.length === 0 ? [prettyEmpty(empty(meta))] : joinItems(ends(meta), items)), ends }
}

function jsonShape(served: ServedResource, pretty: boolean): Shape {
  const { facts } = served
  const apiVersion = apiVersionOf(facts.group, facts.version)
  const forms = servedJson(served)
  const bookmark = isUntyped(served) ? sortedBookmark : (obj: KubeObject): KubeObject => obj
  const object = pretty ? (e: Entry): Buffer => prettyJson(forms.object(e)) : forms.line
  return {
    contentType: 'application/json',
    watchContentType: 'application/json',
    raw: served.identity && !pretty,
    object,
    item: pretty ? (e) => prettyItem(forms.item(e)) : forms.item,
    ...jsonList(emptyList(served), pretty),
    frames: jsonFrames(`json ${apiVersion}`, forms.object, (rv, end) =>
      Buffer.from(JSON.stringify(bookmark(bookmarkObject(facts.kind, apiVersion, rv, end)))),
    ),
  }
}

export function prettyJson(json: Buffer): Buffer {
  return Buffer.from(JSON.stringify(parseNumbers(json.toString()), null, 2))
}

/** `list` around the items of its array: `{"kind":"PodList","apiVersion":"v1","metadata":{…},"items":[`, in the reference's order. */
function plainEnds(list: object): ListEnds {
  const text = JSON.stringify(list)
  const at = text.indexOf(ITEMS) + ITEMS.length
  return { head: Buffer.from(text.slice(0, at)), tail: Buffer.from(`${text.slice(at)}\n`), between: COMMA }
}

const ITEMS = '"items":['

/** An element of a list's array, indented as it stands there. */
function prettyItem(json: Buffer): Buffer {
  return Buffer.from(`\n    ${JSON.stringify(parseNumbers(json.toString()), null, 2).replaceAll('\n', '\n    ')}`)
}

const prettyEmpty = (list: object): Buffer => Buffer.from(JSON.stringify(list, null, 2))

/** `list`, which has one field that is an empty array, around items that `prettyItem` made. */
function prettyEnds(list: object): ListEnds {
  const text = JSON.stringify(list, null, 2)
  const at = EMPTY_ARRAY.exec(text)!
  const end = at.index + at[0].length
  return { head: Buffer.from(text.slice(0, end - 1)), tail: Buffer.from(`\n  ]${text.slice(end)}`), between: COMMA }
}

/** Of the list itself: what lies deeper is indented more. */
const EMPTY_ARRAY = /^ {2}"(?:items|rows)": \[\]/m

/** An element of a list as it stands below the list's field: each is written apart, so that a long list is made bit by bit. */
const yamlItem = (field: string, value: unknown): Buffer => Buffer.from(stringifyYaml({ [field]: [value] }).slice(`${field}:\n`.length))

const NOTHING = Buffer.alloc(0)

/** `list`, whose `field` is an empty array, around items that `yamlItem` made. */
function yamlEnds(list: object, field: string): ListEnds {
  const text = stringifyYaml(list)
  // No other line begins so: what lies deeper is indented.
  const line = `\n${field}: []\n`
  const at = text.indexOf(line)
  return { head: Buffer.from(`${text.slice(0, at)}\n${field}:\n`), tail: Buffer.from(text.slice(at + line.length)), between: NOTHING }
}

/** A list in YAML of what `empty` makes without items. */
function yamlList(empty: (meta: ListMeta) => object, field: string): Required<Pick<Shape, 'list' | 'ends'>> {
  const ends = (meta: ListMeta): ListEnds => yamlEnds(empty(meta), field)
  return { list: (items, meta) => (items.length === 0 ? [Buffer.from(stringifyYaml(empty(meta)))] : joinItems(ends(meta), items)), ends }
}

/** Each is made anew for each list, and as large as its object. */
const STREAM_YAML_ABOVE = 64

function yamlShape(served: ServedResource): Shape {
  const base = jsonShape(served, false)
  const forms = servedJson(served)
  const object = (e: Entry): Buffer => Buffer.from(stringifyYaml(servedObject(served, e)))
  const itemObject = (e: Entry): object => (isUntyped(served) ? servedObject(served, e) : withoutType(servedObject(served, e)))
  const item = (e: Entry): Buffer => yamlItem('items', itemObject(e))
  return {
    ...base,
    contentType: 'application/yaml',
    raw: false,
    object,
    objectInTurn: (e) => writeYaml(forms.object(e), () => object(e)),
    item,
    itemInTurn: (e) => writeYamlItem('items', forms.item(e), () => item(e)),
    streamAbove: STREAM_YAML_ABOVE,
    ...yamlList(emptyList(served), 'items'),
  }
}

function protobufShape(served: ServedResource): Shape {
  const { facts, schema } = served
  const type = schema.facts!
  const apiVersion = apiVersionOf(facts.group, facts.version)
  // One message per entry serves single answers, list items and events.
  const key = `protobuf ${apiVersion}`
  const message = (e: Entry): Buffer => e.encoding(key, () => encodeMessage(servedView(served, e), type))
  const envelope = (e: Entry): Buffer => wrap(message(e), apiVersion, facts.kind)
  return {
    contentType: PROTOBUF_TYPE,
    watchContentType: `${PROTOBUF_TYPE};stream=watch`,
    raw: false,
    object: envelope,
    item: message,
    list: (items, meta) =>
      encodeListParts(listMeta(meta), items, {
        group: facts.group,
        version: facts.version,
        kind: `${facts.kind}List`,
      }),
    frames: {
      key,
      event: (t, e) => frameWatchEvent(t, envelope(e)),
      bookmark: (rv, end) => frameWatchEvent('BOOKMARK', encodeObject(bookmarkObject(facts.kind, apiVersion, rv, end), type)),
    },
  }
}

/** Only metadata (KEP-4222's older sibling: PartialObjectMetadata of meta.k8s.io/v1). */
function partialShape(served: ServedResource, o: ShapeOptions): Shape {
  const protobuf = o.representation.media === PROTOBUF_TYPE
  const kind = 'PartialObjectMetadata'
  const apiVersion = metaVersion(o)
  const partial = (e: Entry): KubeObject => ({ kind, apiVersion, metadata: metadataOf(served, servedView(served, e)) })
  const type = scheme.typeOf('meta.k8s.io', 'v1', kind)!
  if (protobuf) {
    const message = (e: Entry): Buffer => e.encoding(`protobuf partial ${apiVersion}`, () => encodeMessage(partial(e), type))
    const envelope = (e: Entry): Buffer => wrap(message(e), apiVersion, kind)
    return {
      contentType: PROTOBUF_TYPE,
      watchContentType: `${PROTOBUF_TYPE};stream=watch`,
      raw: false,
      object: envelope,
      item: message,
      list: (items, meta) =>
        encodeListParts(listMeta(meta), items, {
          group: 'meta.k8s.io',
          version: o.representation.version,
          kind: `${kind}List`,
        }),
      frames: {
        key: `protobuf partial ${apiVersion}`,
        event: (t, e) => frameWatchEvent(t, envelope(e)),
        bookmark: (rv, end) => frameWatchEvent('BOOKMARK', encodeObject(bookmarkObject(kind, apiVersion, rv, end), type)),
      },
    }
  }
  const { pretty } = o.representation
  const object = (e: Entry): Buffer => e.encoding(`json partial ${apiVersion}`, () => Buffer.from(JSON.stringify(partial(e))))
  return {
    contentType: 'application/json',
    watchContentType: 'application/json',
    raw: false,
    object: (e) => (pretty ? prettyJson(object(e)) : Buffer.concat([object(e), NEWLINE])),
    item: pretty ? (e) => prettyItem(object(e)) : object,
    ...jsonList((meta) => ({ kind: `${kind}List`, apiVersion, metadata: listMeta(meta), items: [] }), pretty),
    frames: jsonFrames(`json partial ${apiVersion}`, object, (rv, end) =>
      Buffer.from(JSON.stringify(bookmarkObject(kind, apiVersion, rv, end))),
    ),
  }
}

/** A list has no metadata of one object, and the other way round; found when there is an answer to show. The text names upstream's Go type. */
function fittingShape(served: ServedResource, shape: Shape, as: Representation['as']): Shape {
  const { facts } = served
  const refuse = (list: boolean): never => {
    if (isUntyped(served)) {
      if (!list) throw new StatusError(500, '', 'content is not a list')
      throw notAcceptable(`you requested ${as}, but the requested object is a list (*unstructured.UnstructuredList)`)
    }
    const type = `*${facts.group === '' ? 'core' : facts.group.split('.')[0]!}.${facts.kind}${list ? 'List' : ''}`
    throw notAcceptable(`you requested ${as}, but the requested object is ${list ? 'a' : 'not a'} list (${type})`)
  }
  return as === 'PartialObjectMetadata'
    ? { ...shape, item: () => refuse(true), list: () => refuse(true) }
    : { ...shape, object: () => refuse(false) }
}

/** What an empty table ends with, behind the bracket that opens its rows. */
const ROWS_END = ']}'
const NO_COLUMNS = '"columnDefinitions":null'

function tableShape(served: ServedResource, o: ShapeOptions): Shape {
  const apiVersion = metaVersion(o)
  const yaml = o.representation.media === 'application/yaml'
  const pretty = o.representation.pretty && !yaml
  const table = (rows: unknown[], meta: ListMeta, columns: boolean): object => ({
    kind: 'Table',
    apiVersion,
    metadata: listMeta(meta),
    columnDefinitions: columns ? tableColumns(served) : null,
    rows,
  })
  const shown = (t: object): Buffer => {
    if (yaml) return Buffer.from(stringifyYaml(t))
    const json = Buffer.from(`${JSON.stringify(t)}\n`)
    return o.representation.pretty ? prettyJson(json) : json
  }
  const withMetadata = isUntyped(served) && o.includeObject === 'Metadata'
  const typed = (obj: KubeObject): KubeObject => (withMetadata ? { ...obj, metadata: metadataOf(served, obj) } : obj)
  const row = (obj: KubeObject): unknown => tableRow(served, typed(obj), o.includeObject, o.clock.now(), apiVersion)
  const single = (e: Entry, columns: boolean): object =>
    table([row(servedView(served, e))], { resourceVersion: String(e.revision) }, columns)
  const frame = (t: object): Buffer => Buffer.from(JSON.stringify(t))
  const ends = (meta: ListMeta): ListEnds => {
    const empty = table([], meta, true)
    if (pretty) return prettyEnds(empty)
    return { head: Buffer.from(JSON.stringify(empty).slice(0, -ROWS_END.length)), tail: END_LIST, between: COMMA }
  }
  const { kind, group, version } = served.facts
  return {
    contentType: yaml ? 'application/yaml' : 'application/json',
    watchContentType: 'application/json',
    raw: false,
    object: (e) => shown(single(e, true)),
    item: (e) => {
      const shownRow = row(servedView(served, e))
      if (yaml) return yamlItem('rows', shownRow)
      const json = Buffer.from(JSON.stringify(shownRow))
      return pretty ? prettyItem(json) : json
    },
    ...(yaml
      ? yamlList((meta) => table([], meta, true), 'rows')
      : {
          list: (items, meta) => (pretty && items.length === 0 ? [prettyEmpty(table([], meta, true))] : joinItems(ends(meta), items)),
          ends,
        }),
    frames: jsonFrames(
      `table ${o.includeObject} ${apiVersion} ${version}`,
      (e) => frame(single(e, false)),
      (rv, end) =>
        frame(
          table([bookmarkRow(row, bookmarkObject(kind, apiVersionOf(group, version), rv, end))], { resourceVersion: String(rv) }, false),
        ),
    ),
    // Only the first event of a watch carries the columns.
    firstFrame: (first) =>
      Buffer.from(first.toString().replace(NO_COLUMNS, () => `"columnDefinitions":${JSON.stringify(tableColumns(served))}`)),
  }
}

/** Cells are made for whole objects; a bookmark's has nothing but metadata. */
function bookmarkRow(row: (obj: KubeObject) => unknown, obj: KubeObject): unknown {
  try {
    return row(obj)
  } catch {
    return { cells: [], object: obj }
  }
}

const MEMO = new WeakMap<ServedResource, Map<string, Shape>>()

/** The shape of a resource for what was negotiated; the same object for equal requests. */
export function shapeOf(served: ServedResource, o: ShapeOptions): Shape {
  const { media, as, version, pretty } = o.representation
  const key = `${media} ${as ?? ''} ${version} ${pretty} ${o.includeObject}`
  let shapes = MEMO.get(served)
  if (shapes === undefined) MEMO.set(served, (shapes = new Map()))
  let shape = shapes.get(key)
  if (shape === undefined) shapes.set(key, (shape = makeShape(served, o)))
  return shape
}

function makeShape(served: ServedResource, o: ShapeOptions): Shape {
  const { media, as, pretty } = o.representation
  if (as === 'Table') return tableShape(served, o)
  if (as !== undefined) return fittingShape(served, partialShape(served, o), as)
  if (media === PROTOBUF_TYPE) return protobufShape(served)
  if (media === 'application/yaml') return yamlShape(served)
  return jsonShape(served, pretty)
}
