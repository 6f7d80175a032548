import type { Entry } from '../../cache/entry.ts'
import type { FrameEncoder, WatchEventType } from '../../cache/watchers.ts'
import * as cbor from '../../codec/cbor/index.ts'
import { CBOR_SEQUENCE, PROTOBUF_TYPE } from '../../codec/negotiation.ts'
import { encodeObject, frameWatchEvent } from '../../codec/protobuf/index.ts'
import type { Status } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { KindTypes } from '../../scheme/contract.ts'
import { escapedJson } from '../../machinery/json-escape.ts'

export function jsonFrames(key: string, object: (e: Entry) => Buffer, bookmark: (rv: number, end: boolean) => Buffer): FrameEncoder {
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
export function errorFrame(media: string, status: Status, types: KindTypes): Buffer {
  const type = types.typeOf('', 'v1', 'Status')!
  if (media === CBOR_SEQUENCE) return cbor.frameWatchEvent('ERROR', cbor.encodeObject(status, type))
  if (media !== PROTOBUF_TYPE) return jsonFrame('ERROR', Buffer.from(escapedJson(status)))
  return frameWatchEvent('ERROR', encodeObject(status as unknown as KubeObject, type))
}
