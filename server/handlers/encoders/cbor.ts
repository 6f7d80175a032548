import type { Entry } from '../../cache/entry.ts'
import { plainItems } from '../../cache/item-form.ts'
import { encodeItem, encodeListEnds, encodeObject, frameWatchEvent, objectOf, tagged } from '../../codec/cbor/index.ts'
import { CBOR_SEQUENCE, CBOR_TYPE } from '../../codec/negotiation.ts'
import { apiVersionOf, type KubeObject, type ListMeta } from '../../machinery/types.ts'
import type { ServedResource } from '../../registry/generic/resource.ts'
import type { TypeFacts } from '../../scheme/contract.ts'
import type { ResourceEncoder } from './contract.ts'
import { bookmarkObject, isUntyped, listMeta, servedObject, sortedListMeta, withoutType } from './objects.ts'

/** What is told of objects that are shown in CBOR. */
export interface CborForm {
  /** Of the entry's encodings. */
  readonly key: string
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly listKind: string
  /** Absent: objects are JSON of any form. */
  readonly type: TypeFacts | undefined
  /** Whether an object says in a list what it is. */
  readonly whole: boolean
  /** Go's slice of a list without items is nil where nobody makes an empty one. */
  readonly nullWhenEmpty?: boolean
  object(entry: Entry): KubeObject
  bookmark(revision: number, initialEventsEnd: boolean): KubeObject
  meta(meta: ListMeta): object
}

export function cborEncoder(served: ServedResource): ResourceEncoder {
  const { group, version, kind } = served.facts
  const { facts: type } = served.schema
  const apiVersion = apiVersionOf(group, version)
  return cborForm({
    ...{ key: `cbor ${apiVersion}`, group, version, kind, listKind: served.listKind, type, whole: type === undefined },
    object: (e) => servedObject(served, e),
    bookmark: (revision, end) => bookmarkObject(kind, apiVersion, revision, end),
    meta: isUntyped(served) ? sortedListMeta : listMeta,
  })
}

const NOTHING = Buffer.alloc(0)

/** One encoding per entry serves single answers, list items and events: it is the item. */
export function cborForm(form: CborForm): ResourceEncoder {
  const { key, group, version, kind, type } = form
  const apiVersion = apiVersionOf(group, version)
  const ofList = { group, version, kind: form.listKind }
  const listed = (object: KubeObject): object => (form.whole ? object : withoutType(object))
  const make = (e: Entry): Buffer => encodeItem(listed(form.object(e)), type)
  const item = (e: Entry): Buffer => e.encoding(key, make)
  const object = (e: Entry): Buffer => (form.whole ? tagged(item(e)) : objectOf(item(e), kind, apiVersion))
  const ends = (meta: ListMeta, count: number): { head: Buffer; tail: Buffer } =>
    encodeListEnds(form.meta(meta), count === 0 && form.nullWhenEmpty === true ? null : count, ofList)
  return {
    contentType: CBOR_TYPE,
    watchContentType: CBOR_SEQUENCE,
    joined: {
      form: plainItems(key, make),
      ends: (meta, _, count) => ({ ...ends(meta, count), between: NOTHING }),
    },
    object,
    item,
    list(items, meta) {
      const { head, tail } = ends(meta, items.length)
      return [head, ...items, tail]
    },
    frames: {
      key,
      event: (t, e) => frameWatchEvent(t, object(e)),
      bookmark: (rv, end) => frameWatchEvent('BOOKMARK', encodeObject(form.bookmark(rv, end), type)),
    },
  }
}
