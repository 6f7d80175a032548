import type { Entry } from '../../cache/entry.ts'
import { encodeListEnds, encodeObject, encodeParts, frameWatchEvent, itemOf, objectOf, untagged } from '../../codec/cbor/index.ts'
import { CBOR_SEQUENCE, CBOR_TYPE } from '../../codec/negotiation.ts'
import { apiVersionOf, type KubeObject, type ListMeta } from '../../machinery/types.ts'
import type { ServedResource } from '../../registry/generic/resource.ts'
import type { TypeFacts } from '../../scheme/contract.ts'
import type { ResourceEncoder } from './contract.ts'
import { bookmarkObject, isUntyped, listMeta, servedView, sortedListMeta } from './objects.ts'

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
    object: (e) => servedView(served, e),
    bookmark: (revision, end) => bookmarkObject(kind, apiVersion, revision, end),
    meta: isUntyped(served) ? sortedListMeta : listMeta,
  })
}

/** One encoding per entry serves single answers, list items and events. */
export function cborForm(form: CborForm): ResourceEncoder {
  const { key, group, version, kind, listKind, type } = form
  const apiVersion = apiVersionOf(group, version)
  const { object, item } =
    form.whole || type === undefined ? wholeObjects(form) : partedObjects(type, { key, object: (e) => form.object(e), kind, apiVersion })
  return {
    contentType: CBOR_TYPE,
    watchContentType: CBOR_SEQUENCE,
    object,
    item,
    list(items, meta) {
      const { head, tail } = encodeListEnds(form.meta(meta), items.length, { group, version, kind: listKind })
      return [head, ...items, tail]
    },
    frames: {
      key,
      event: (t, e) => frameWatchEvent(t, object(e)),
      bookmark: (rv, end) => frameWatchEvent('BOOKMARK', encodeObject(form.bookmark(rv, end), type)),
    },
  }
}

type Forms = Pick<ResourceEncoder, 'object' | 'item'>

function wholeObjects(form: CborForm): Forms {
  const object = (e: Entry): Buffer => e.encoding(form.key, () => encodeObject(form.object(e), form.type))
  return { object, item: (e) => untagged(object(e)) }
}

interface Parted {
  readonly key: string
  readonly kind: string
  readonly apiVersion: string
  object(entry: Entry): KubeObject
}

function partedObjects(type: TypeFacts, { key, kind, apiVersion, object }: Parted): Forms {
  const parts = (e: Entry): Buffer => e.encoding(key, () => encodeParts(object(e) as object as Record<string, unknown>, type))
  return { object: (e) => objectOf(parts(e), kind, apiVersion), item: (e) => itemOf(parts(e)) }
}
