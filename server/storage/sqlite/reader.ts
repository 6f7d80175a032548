import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { KeyValue, StorageEvent } from '../contract.ts'
import { endOfPrefix } from './key-range.ts'

/** Bounds on one synchronous read, so that the event loop is never held for long. */
const CHUNK_ROWS = 256
const CHUNK_BYTES = 2 * 1024 * 1024

type LogRow = [rev: number, key: string, created: number, value: Uint8Array | null]

/** Reads on the event loop's own connection: a point read costs less than a message to another thread would. */
export class Reader {
  readonly #get: StatementSync
  readonly #list: StatementSync
  readonly #count: StatementSync
  readonly #history: StatementSync

  constructor(db: DatabaseSync) {
    const prepare = (sql: string) => {
      const statement = db.prepare(sql)
      statement.setReturnArrays(true)
      return statement
    }
    this.#get = prepare('SELECT rev, key, created, value FROM log WHERE key = ? AND rev <= ? ORDER BY rev DESC LIMIT 1')
    // Answered in index order, so a page costs its own length; rows are touched only for the values that are returned.
    const present = `FROM log AS n INDEXED BY log_key WHERE key >= ?1 AND key < ?2 AND rev <= ?3 AND created <> 0 AND key > ?4
      AND NOT EXISTS (SELECT 1 FROM log AS o WHERE o.key = n.key AND o.rev > n.rev AND o.rev <= ?3)`
    this.#list = prepare(`SELECT rev, key, created, value ${present} ORDER BY key`)
    this.#count = prepare(`SELECT count(*) ${present}`)
    // The plus signs keep the planner on the revision order, which the events must have.
    this.#history = prepare(
      'SELECT rev, key, created, value FROM log WHERE rev >= ? AND rev <= ? AND +key >= ? AND +key < ? ORDER BY rev LIMIT ?',
    )
  }

  get(key: string, revision: number): KeyValue | undefined {
    const row = this.#get.get(key, revision) as unknown as LogRow | undefined
    return row === undefined || row[2] === 0 ? undefined : keyValue(row)
  }

  /** Up to `limit` keys after `after`; fewer when the chunk's bounds are met first, and then `done` is false. */
  listChunk(prefix: string, revision: number, after: string, limit: number): { items: KeyValue[]; done: boolean } {
    const items: KeyValue[] = []
    let bytes = 0
    const start = after.startsWith(prefix) ? after : prefix
    for (const row of this.#list.iterate(start, endOfPrefix(prefix), revision, after) as unknown as Iterable<LogRow>) {
      if (items.length === limit) return { items, done: true }
      if (items.length === CHUNK_ROWS || bytes >= CHUNK_BYTES) return { items, done: false }
      const item = keyValue(row)
      bytes += item.value.length
      items.push(item)
    }
    return { items, done: true }
  }

  count(prefix: string, revision: number, after: string): number {
    const start = after.startsWith(prefix) ? after : prefix
    const row = this.#count.get(start, endOfPrefix(prefix), revision, after) as unknown as [number]
    return row[0]
  }

  /** Events from revision `from` to `to`, as many as fit a chunk; `next` is where the following chunk starts. */
  historyChunk(prefix: string, from: number, to: number): { events: StorageEvent[]; next: number } {
    const events: StorageEvent[] = []
    let bytes = 0
    for (const row of this.#history.iterate(from, to, prefix, endOfPrefix(prefix), CHUNK_ROWS) as unknown as Iterable<LogRow>) {
      const event = eventOf(row)
      events.push(event)
      if (event.type === 'put') bytes += event.value.length
      if (events.length === CHUNK_ROWS || bytes >= CHUNK_BYTES) return { events, next: event.revision + 1 }
    }
    return { events, next: to + 1 }
  }
}

function keyValue([modRevision, key, createRevision, value]: LogRow): KeyValue {
  return { key, value: bufferOf(value), createRevision, modRevision }
}

function eventOf([revision, key, createRevision, value]: LogRow): StorageEvent {
  if (createRevision === 0) return { type: 'delete', key, revision }
  return { type: 'put', key, value: bufferOf(value), createRevision, revision }
}

export function bufferOf(value: Uint8Array | null): Buffer {
  return value === null ? Buffer.alloc(0) : Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}
