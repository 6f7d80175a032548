import { CBOR_TYPE, PROTOBUF_TYPE } from '../../codec/negotiation.ts'
import type { ServedResource } from '../../registry/generic/resource.ts'
import type { ResourceEncoder, EncoderOptions } from './contract.ts'
import { cborEncoder } from './cbor.ts'
import { jsonEncoder } from './json.ts'
import { onlyFor, partialMetadataEncoder } from './partial-metadata.ts'
import { protobufEncoder } from './protobuf.ts'
import { tableEncoder } from './table.ts'
import { yamlEncoder } from './yaml.ts'

const MEMO = new WeakMap<ServedResource, Map<string, ResourceEncoder>>()

/** The encoder of a resource for what was negotiated; the same object for equal requests. */
export function encoderOf(served: ServedResource, o: EncoderOptions): ResourceEncoder {
  const { media, as, version, pretty } = o.representation
  const key = `${media} ${as ?? ''} ${version} ${pretty} ${o.includeObject}`
  let encoders = MEMO.get(served)
  if (encoders === undefined) MEMO.set(served, (encoders = new Map()))
  let encoder = encoders.get(key)
  if (encoder === undefined) encoders.set(key, (encoder = makeEncoder(served, o)))
  return encoder
}

function makeEncoder(served: ServedResource, o: EncoderOptions): ResourceEncoder {
  const { media, as, pretty } = o.representation
  if (as === 'Table') return tableEncoder(served, o)
  if (as !== undefined) return onlyFor(served, partialMetadataEncoder(served, o), as)
  if (media === PROTOBUF_TYPE) return protobufEncoder(served, o)
  if (media === CBOR_TYPE) return cborEncoder(served)
  if (media === 'application/yaml') return yamlEncoder(served)
  return jsonEncoder(served, pretty)
}
