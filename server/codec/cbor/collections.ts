/** What stands around objects that are encoded already. */
import { apiVersionOf, type ListMeta } from '../../machinery/types.ts'
import { encodeEntry, encodeHead } from './encode.ts'
import { ARRAY, MAP, SELF_DESCRIBED } from './head.ts'

interface ListKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** The bytes around the items of a list of so many, or of one whose items are null. */
export function encodeListEnds(
  meta: ListMeta | object,
  size: number | null,
  { group, version, kind }: ListKind,
): { head: Buffer; tail: Buffer } {
  const head = [SELF_DESCRIBED, encodeHead(MAP, 4), encodeEntry('kind', kind), ITEMS, size === null ? NULL : encodeHead(ARRAY, size)]
  return {
    head: Buffer.concat(head),
    tail: Buffer.concat([encodeEntry('metadata', meta), encodeEntry('apiVersion', apiVersionOf(group, version))]),
  }
}

const NULL = Buffer.of(0xf6)
const ITEMS = Buffer.from('\x45items', 'latin1')

type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'

/** `{"type":…,"object":` of each type of event, in an item of its own: events follow one another as they are (RFC 8742). */
const EVENT_HEAD = new Map<string, Buffer>()

/** An event of a watch around an object that is already encoded with its tag. */
export function frameWatchEvent(type: WatchEventType, object: Buffer): Buffer {
  let head = EVENT_HEAD.get(type)
  if (head === undefined) {
    head = Buffer.concat([SELF_DESCRIBED, encodeHead(MAP, 2), encodeEntry('type', type), Buffer.from('\x46object', 'latin1')])
    EVENT_HEAD.set(type, head)
  }
  return Buffer.concat([head, object])
}
