import type { Entry } from '../../cache/entry.ts'
import { protobufItems } from '../../cache/item-form.ts'
import { PROTOBUF_TYPE } from '../../codec/negotiation.ts'
import {
  encodeListParts,
  encodeMessage,
  encodeObject,
  frameWatchEvent,
  listAround,
  wrap,
  type ListKind,
} from '../../codec/protobuf/index.ts'
import { apiVersionOf } from '../../machinery/types.ts'
import type { ServedResource } from '../../registry/generic/resource.ts'
import type { EncoderOptions, ResourceEncoder } from './contract.ts'
import { bookmarkObject, listMeta, withRawSets } from './objects.ts'

export function protobufEncoder(served: ServedResource, { types }: EncoderOptions): ResourceEncoder {
  const { facts, schema, listKind } = served
  const type = schema.facts!
  const apiVersion = apiVersionOf(facts.group, facts.version)
  const listType = types.typeOf(facts.group, facts.version, listKind)!
  // One message per entry serves single answers, list items and events.
  const key = `protobuf ${apiVersion}`
  const make = (e: Entry): Buffer => encodeMessage(withRawSets(served, e), type)
  const message = (e: Entry): Buffer => e.encoding(key, make)
  const envelope = (e: Entry): Buffer => wrap(message(e), apiVersion, facts.kind)
  return {
    contentType: PROTOBUF_TYPE,
    watchContentType: `${PROTOBUF_TYPE};stream=watch`,
    ...protobufList(key, make, { apiVersion, kind: listKind, type: listType }),
    object: envelope,
    frames: {
      key,
      event: (t, e) => frameWatchEvent(t, envelope(e)),
      bookmark: (rv, end) => frameWatchEvent('BOOKMARK', encodeObject(bookmarkObject(facts.kind, apiVersion, rv, end), type)),
    },
  }
}

const NOTHING = Buffer.alloc(0)

/** Lists of messages that the cache remembers under `key`. */
export function protobufList(key: string, make: (e: Entry) => Buffer, list: ListKind): Pick<ResourceEncoder, 'item' | 'list' | 'joined'> {
  return {
    item: (e) => e.encoding(key, make),
    list: (items, meta) => encodeListParts(listMeta(meta), items, list),
    joined: {
      form: protobufItems(key, make),
      ends: (meta, size) => ({ ...listAround(listMeta(meta), size, list), between: NOTHING }),
    },
  }
}
