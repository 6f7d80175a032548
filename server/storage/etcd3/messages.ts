import type { KeyValue, StorageEvent } from '../contract.ts'
import { type WireReader, WireWriter } from './wire.ts'

/** Numbers of fields and enumerations are those of etcd's rpc.proto and kv.proto (API v3). */

/** Bytes that a gRPC message's prefix takes: compressed flag and length. */
export const GRPC_PREFIX = 5
const EMPTY = new WireWriter()
const ZERO = Buffer.from([0])

/** [key, range_end) for every key under `prefix`; the prefix raised by one, as etcd's clients do. */
export function prefixRange(prefix: string): { key: Buffer; end: Buffer } {
  const key = Buffer.from(prefix)
  const end = Buffer.from(key)
  for (let last = end.length - 1; last >= 0; last--) {
    const byte = end[last] ?? 0
    if (byte === 255) continue
    end[last] = byte + 1
    return { key: key.length === 0 ? ZERO : key, end: end.subarray(0, last + 1) }
  }
  return { key: key.length === 0 ? ZERO : key, end: ZERO }
}

/** The smallest key after `key`. */
export function successor(key: string): Buffer {
  return Buffer.concat([Buffer.from(key), ZERO])
}

export interface RangeQuery {
  key: Buffer
  end?: Buffer
  limit?: number
  /** 0 or absent: now. */
  revision?: number
}

export function rangeRequest({ key, end, limit = 0, revision = 0 }: RangeQuery): WireWriter {
  const message = new WireWriter().bytes(1, key)
  if (end !== undefined) message.bytes(2, end)
  return message.number(3, limit).number(4, revision)
}

/** A put if the key's mod revision is `expected` (0: absent); if not, nothing, or with `answer` what is there. */
export function putIf(key: Buffer, value: Buffer, expected: number, lease: bigint, answer: boolean): WireWriter {
  const put = new WireWriter().bytes(1, key).bytes(2, value).number(3, lease)
  return txnIf(key, expected, new WireWriter().message(2, put), answer)
}

export function deleteIf(key: Buffer, expected: number): WireWriter {
  return txnIf(key, expected, new WireWriter().message(3, new WireWriter().bytes(1, key)), true)
}

const COMPARE_MOD = 2

function txnIf(key: Buffer, expected: number, operation: WireWriter, answer: boolean): WireWriter {
  // The union's member is written even for revision 0, which `number` would leave out.
  const compare = new WireWriter().number(2, COMPARE_MOD).bytes(3, key)
  if (expected === 0) compare.raw(ABSENT)
  else compare.number(6, expected)
  const txn = new WireWriter().message(1, compare).message(2, operation)
  return answer ? txn.message(3, new WireWriter().message(1, rangeRequest({ key }))) : txn
}

/** mod_revision = 0, spelled out. */
const ABSENT = Buffer.from([6 * 8, 0])

export interface RangeAnswer {
  revision: number
  items: KeyValue[]
  /** Keys in the whole range, whatever the limit. */
  count: number
}

export function rangeAnswer(reader: WireReader): RangeAnswer {
  const answer: RangeAnswer = { revision: 0, items: [], count: 0 }
  while (reader.next()) {
    if (reader.field === 1) answer.revision = headerRevision(reader.message())
    else if (reader.field === 2) answer.items.push(keyValue(reader.message()))
    else if (reader.field === 4) answer.count = reader.number()
    else reader.skip()
  }
  return answer
}

export interface TxnAnswer {
  revision: number
  succeeded: boolean
  /** What a failed precondition found, when asked for. */
  current: KeyValue | undefined
}

export function txnAnswer(reader: WireReader): TxnAnswer {
  const answer: TxnAnswer = { revision: 0, succeeded: false, current: undefined }
  while (reader.next()) {
    if (reader.field === 1) answer.revision = headerRevision(reader.message())
    else if (reader.field === 2) answer.succeeded = reader.number() !== 0
    else if (reader.field === 3) {
      const operation = reader.message()
      while (operation.next()) {
        if (operation.field === 1) answer.current = rangeAnswer(operation.message()).items[0]
        else operation.skip()
      }
    } else reader.skip()
  }
  return answer
}

/** A watch of [key, end) from `revision`, with large revisions in fragments. */
export function watchCreate(prefix: string, revision: number): Buffer {
  const { key, end } = prefixRange(prefix)
  const create = new WireWriter().bytes(1, key).bytes(2, end).number(3, revision).number(4, 1).number(8, 1)
  return new WireWriter().message(1, create).finish()
}

export const WATCH_PROGRESS = new WireWriter().message(3, EMPTY).finish()

export interface WatchAnswer {
  revision: number
  created: boolean
  canceled: boolean
  compactRevision: number
  reason: string
  /** More of the same batch follows. */
  fragment: boolean
  events: StorageEvent[]
}

export function watchAnswer(reader: WireReader): WatchAnswer {
  const answer: WatchAnswer = { revision: 0, created: false, canceled: false, compactRevision: 0, reason: '', fragment: false, events: [] }
  while (reader.next()) {
    if (reader.field === 1) answer.revision = headerRevision(reader.message())
    else if (reader.field === 3) answer.created = reader.number() !== 0
    else if (reader.field === 4) answer.canceled = reader.number() !== 0
    else if (reader.field === 5) answer.compactRevision = reader.number()
    else if (reader.field === 6) answer.reason = reader.bytes().toString()
    else if (reader.field === 7) answer.fragment = reader.number() !== 0
    else if (reader.field === 11) answer.events.push(event(reader.message()))
    else reader.skip()
  }
  return answer
}

function headerRevision(reader: WireReader): number {
  let revision = 0
  while (reader.next()) {
    if (reader.field === 3) revision = reader.number()
    else reader.skip()
  }
  return revision
}

function keyValue(reader: WireReader): KeyValue {
  const kv: KeyValue = { key: '', value: NOTHING, createRevision: 0, modRevision: 0 }
  while (reader.next()) {
    if (reader.field === 1) kv.key = reader.bytes().toString()
    else if (reader.field === 2) kv.createRevision = reader.number()
    else if (reader.field === 3) kv.modRevision = reader.number()
    else if (reader.field === 5) kv.value = reader.bytes()
    else reader.skip()
  }
  return kv
}

const NOTHING = Buffer.alloc(0)
const EVENT_DELETE = 1

function event(reader: WireReader): StorageEvent {
  let type = 0
  let kv: KeyValue = { key: '', value: NOTHING, createRevision: 0, modRevision: 0 }
  while (reader.next()) {
    if (reader.field === 1) type = reader.number()
    else if (reader.field === 2) kv = keyValue(reader.message())
    else reader.skip()
  }
  const { key, value, createRevision, modRevision: revision } = kv
  return type === EVENT_DELETE ? { type: 'delete', key, revision } : { type: 'put', key, value, createRevision, revision }
}
