import type { Entry } from '../../cache/entry.ts'
import { stringifyYaml } from '../../codec/yaml.ts'
import { apiVersionOf, type KubeObject, type ListMeta } from '../../machinery/types.ts'
import type { ServedResource } from '../../registry/generic/resource.ts'
import { tableColumns, tableRow } from '../table.ts'
import { metaVersion, type ListEnds, type ResourceEncoder, type EncoderOptions } from './contract.ts'
import { jsonFrames } from './frames.ts'
import { COMMA, joinItems, prettyEmpty, prettyEnds, prettyItem, prettyJson } from './json.ts'
import {
  bookmarkObject,
  hasMetadataText,
  isUntyped,
  listMeta,
  metadataOf,
  partialMetadataText,
  servedObject,
  servedView,
} from './objects.ts'
import { yamlItem, yamlList } from './yaml.ts'
import { escapedJson } from '../../machinery/json-escape.ts'

const END_LIST = Buffer.from(']}\n')

/** What an empty table ends with, behind the bracket that opens its rows. */
const ROWS_END = ']}'
const NO_COLUMNS = '"columnDefinitions":null'

export function tableEncoder(served: ServedResource, o: EncoderOptions): ResourceEncoder {
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
    const json = Buffer.from(`${escapedJson(t)}\n`)
    return o.representation.pretty ? prettyJson(json) : json
  }
  const withMetadata = isUntyped(served) && o.includeObject === 'Metadata'
  const typed = (obj: KubeObject): KubeObject => (withMetadata ? { ...obj, metadata: metadataOf(served, o.types, obj) } : obj)
  const row = (obj: KubeObject): unknown => tableRow(served, typed(obj), o.includeObject, o.clock.now(), apiVersion)
  const rowText = (e: Entry): string => {
    if (o.includeObject === 'Object' || !hasMetadataText(served)) return escapedJson(row(servedObject(served, e)))
    const cells = escapedJson(served.table.cells(servedView(served, e), o.clock.now()))
    return `{"cells":${cells},"object":${o.includeObject === 'None' ? 'null' : partialMetadataText(e, apiVersion)}}`
  }
  const single = (e: Entry, columns: boolean): object =>
    // What a dry run creates has no version.
    table([row(servedObject(served, e))], e.revision === 0 ? {} : { resourceVersion: String(e.revision) }, columns)
  const frame = (t: object): Buffer => Buffer.from(escapedJson(t))
  const ends = (meta: ListMeta): ListEnds => {
    const empty = table([], meta, true)
    if (pretty) return prettyEnds(empty)
    return { head: Buffer.from(escapedJson(empty).slice(0, -ROWS_END.length)), tail: END_LIST, between: COMMA }
  }
  const { kind, group, version } = served.facts
  return {
    contentType: yaml ? 'application/yaml' : 'application/json',
    watchContentType: 'application/json',
    object: (e) => shown(single(e, true)),
    item: (e) => {
      if (yaml) return yamlItem('rows', row(servedObject(served, e)))
      const json = Buffer.from(rowText(e))
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
      Buffer.from(first.toString().replace(NO_COLUMNS, () => `"columnDefinitions":${escapedJson(tableColumns(served))}`)),
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
