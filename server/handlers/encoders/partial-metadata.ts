import type { Entry } from '../../cache/entry.ts'
import { stringifyYaml } from '../../codec/yaml.ts'
import { CBOR_TYPE, PROTOBUF_TYPE, type Representation } from '../../codec/negotiation.ts'
import { encodeMessage, encodeObject, frameWatchEvent, wrap } from '../../codec/protobuf/index.ts'
import { notAcceptable, StatusError } from '../../machinery/status.ts'
import type { KubeObject, ListMeta } from '../../machinery/types.ts'
import type { ServedResource } from '../../registry/generic/resource.ts'
import { cborForm } from './cbor.ts'
import { metaVersion, type ResourceEncoder, type EncoderOptions } from './contract.ts'
import { jsonFrames } from './frames.ts'
import { goType } from './go-type.ts'
import { jsonList, NEWLINE, prettyEmpty, prettyItem, prettyJson } from './json.ts'
import { protobufList } from './protobuf.ts'
import { yamlItem, yamlList } from './yaml.ts'
import {
  bookmarkObject,
  hasMetadataText,
  isUntyped,
  listMeta,
  metadataOf,
  partialMetadataText,
  withRawSets,
  servedObject,
  sharedObject,
} from './objects.ts'
import { escapedJson } from '../../machinery/json-escape.ts'

const GROUP = 'meta.k8s.io'

/** Only metadata (KEP-4222's older sibling: PartialObjectMetadata of meta.k8s.io/v1). */
export function partialMetadataEncoder(served: ServedResource, o: EncoderOptions): ResourceEncoder {
  const { types } = o
  const protobuf = o.representation.media === PROTOBUF_TYPE
  const kind = 'PartialObjectMetadata'
  const apiVersion = metaVersion(o)
  const partial = (e: Entry): KubeObject => ({ kind, apiVersion, metadata: metadataOf(served, types, servedObject(served, e)) })
  const type = types.typeOf(GROUP, 'v1', kind)!
  const listKind = `${kind}List`
  if (protobuf) {
    const key = `protobuf partial ${apiVersion}`
    const shown = isUntyped(served) ? partial : (e: Entry): object => ({ metadata: withRawSets(served, e).metadata })
    const make = (e: Entry): Buffer => encodeMessage(shown(e), type)
    const envelope = (e: Entry): Buffer => wrap(e.encoding(key, make), apiVersion, kind)
    return {
      contentType: PROTOBUF_TYPE,
      watchContentType: `${PROTOBUF_TYPE};stream=watch`,
      object: envelope,
      ...protobufList(key, make, { apiVersion, kind: listKind, type: types.typeOf(GROUP, 'v1', listKind)! }),
      frames: {
        key,
        event: (t, e) => frameWatchEvent(t, envelope(e)),
        bookmark: (rv, end) => frameWatchEvent('BOOKMARK', encodeObject(bookmarkObject(kind, apiVersion, rv, end), type)),
      },
    }
  }
  if (o.representation.media === CBOR_TYPE) {
    return cborForm({
      ...{
        key: `cbor partial ${apiVersion}`,
        group: 'meta.k8s.io',
        version: o.representation.version,
        kind,
        listKind: `${kind}List`,
        ...{ type, whole: true, nullWhenEmpty: true },
      },
      object: partial,
      bookmark: (rv, end) => bookmarkObject(kind, apiVersion, rv, end),
      meta: listMeta,
    })
  }
  const yaml = o.representation.media === 'application/yaml'
  const pretty = o.representation.pretty && !yaml
  const written = (e: Entry): string => (hasMetadataText(served) ? partialMetadataText(e, apiVersion) : escapedJson(partial(e)))
  const object = (e: Entry): Buffer => e.encoding(`json partial ${apiVersion}`, () => Buffer.from(written(e)))
  const empty = (meta: ListMeta, items: [] | null = []): object => ({ kind: listKind, apiVersion, metadata: listMeta(meta), items })
  const { list, ends } = yaml ? yamlList(empty, 'items') : jsonList(empty, pretty)
  const shown = (value: object): Buffer =>
    yaml ? Buffer.from(stringifyYaml(value)) : pretty ? prettyEmpty(value) : Buffer.from(`${escapedJson(value)}\n`)
  return {
    contentType: yaml ? 'application/yaml' : 'application/json',
    watchContentType: 'application/json',
    object: (e) => (yaml ? shown(partial(e)) : pretty ? prettyJson(object(e)) : Buffer.concat([object(e), NEWLINE])),
    item: (e) => (yaml ? yamlItem('items', partial(e)) : pretty ? prettyItem(object(e)) : object(e)),
    // Go's slice of nothing is nil: nobody makes an empty one of it, as a typed list does.
    list: (items, meta) => (items.length === 0 ? [shown(empty(meta, null))] : list(items, meta)),
    ends,
    shared: (e) => ({ kind, apiVersion, metadata: sharedObject(served, e).metadata }),
    frames: jsonFrames(`json partial ${apiVersion}`, object, (rv, end) =>
      Buffer.from(escapedJson(bookmarkObject(kind, apiVersion, rv, end))),
    ),
  }
}

/** A list has no metadata of one object, and the other way round; found when there is an answer to show. The text names upstream's Go type. */
export function onlyFor(served: ServedResource, encoder: ResourceEncoder, as: Representation['as']): ResourceEncoder {
  const { facts } = served
  const refuse = (list: boolean): never => {
    if (isUntyped(served)) {
      if (!list) throw new StatusError(500, '', 'content is not a list')
      throw notAcceptable(`you requested ${as}, but the requested object is a list (*unstructured.UnstructuredList)`)
    }
    const type = goType(facts.group, `${facts.kind}${list ? 'List' : ''}`)
    throw notAcceptable(`you requested ${as}, but the requested object is ${list ? 'a' : 'not a'} list (${type})`)
  }
  const { joined: _, ...alone } = encoder
  return as === 'PartialObjectMetadata'
    ? { ...alone, item: () => refuse(true), list: () => refuse(true) }
    : { ...encoder, object: () => refuse(false), endsWatches: true }
}
