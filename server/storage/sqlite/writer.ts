import { existsSync, statSync } from 'node:fs'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { CREATE, DELETE, RESULT_FIELDS, type Row, WRITE_FIELDS, type WriteBatch } from './protocol.ts'

/** Rows looked at per compaction step and keys expired per sweep: each about a millisecond's work. */
const STEP = 200
/** Rough size of the write-ahead log that starts a checkpoint. */
const CHECKPOINT_BYTES = 12 * 1024 * 1024
/** What one write adds to the log besides its value: a leaf of the index and a share of the table's pages. */
const WRITE_OVERHEAD_BYTES = 6 * 1024

export interface Outcome {
  results: Float64Array<ArrayBuffer>
  refused: { index: number; current: Row | undefined }[]
}

/** The only writer of the database. Everything is synchronous and made to run in the worker. */
export class Writer {
  revision: number
  compacted: number
  /** SQLite's version. */
  readonly version: string
  readonly #db: DatabaseSync
  readonly #path: string
  readonly #sql: Record<keyof typeof SQL, StatementSync>
  #swept: number
  #unsynced = 0

  constructor(db: DatabaseSync, path: string) {
    this.#db = db
    this.#path = path
    const prepare = (sql: string) => {
      const statement = db.prepare(sql)
      statement.setReturnArrays(true)
      return statement
    }
    this.#sql = Object.fromEntries(Object.entries(SQL).map(([name, sql]) => [name, prepare(sql)])) as Record<
      keyof typeof SQL,
      StatementSync
    >
    const [compacted = 0, swept = 0] = numbers(this.#sql.meta.get())
    this.compacted = compacted
    this.#swept = swept
    this.version = String((this.#sql.version.get() as unknown as string[])[0])
    // The newest row may itself be a tombstone that compaction removed; then the compacted revision is the newest.
    this.revision = Math.max(numbers(this.#sql.newest.get())[0] ?? 0, compacted)
  }

  /** One transaction for all batches. Each write is judged on its own and sees those before it; on an exception nothing happened. */
  commit(batches: WriteBatch[]): Outcome {
    const count = batches.reduce((sum, batch) => sum + batch.writes.length / WRITE_FIELDS, 0)
    const results = new Float64Array(count * RESULT_FIELDS)
    const refused: Outcome['refused'] = []
    this.#transaction(() => {
      let index = 0
      for (const { writes, values } of batches) {
        let offset = 0
        for (let i = 0; i < writes.length; i += WRITE_FIELDS, index++) {
          const kind = writes[i]
          const key = writes[i + 1] as string
          const expected = writes[i + 2] as number
          const length = writes[i + 4] as number
          const [latest = 0, created = 0] = numbers(this.#sql.latest.get(key))
          const live = created !== 0
          if (kind === CREATE ? live : !live || latest !== expected) {
            refused.push({ index, current: live ? this.#row(latest) : undefined })
          } else {
            const revision = ++this.revision
            const value = kind === DELETE ? null : values.subarray(offset, offset + length)
            const createRevision = kind === CREATE ? revision : created
            this.#sql.insert.run(revision, key, kind === DELETE ? 0 : createRevision, value)
            const expiresAt = writes[i + 3] as number
            if (expiresAt !== 0) this.#sql.insertExpiry.run(revision, expiresAt)
            results[index * RESULT_FIELDS] = revision
            results[index * RESULT_FIELDS + 1] = createRevision
          }
          offset += length
        }
        this.#unsynced += values.byteLength + (writes.length / WRITE_FIELDS) * WRITE_OVERHEAD_BYTES
      }
    })
    return { results, refused }
  }

  /** Deletes up to one step of the keys whose lifetime ended at `now` (epoch ms). */
  expire(now: number): { key: string; revision: number }[] {
    const deletes: { key: string; revision: number }[] = []
    this.#transaction(() => {
      for (const row of this.#sql.due.all(now, STEP) as unknown as SQLInputValue[][]) {
        const setBy = Number(row[0])
        this.#sql.deleteExpiry.run(setBy)
        const key = (this.#sql.keyOf.get(setBy) as unknown as SQLInputValue[] | undefined)?.[0]
        if (typeof key !== 'string' || numbers(this.#sql.latest.get(key))[0] !== setBy) continue
        const revision = ++this.revision
        this.#sql.insert.run(revision, key, 0, null)
        deletes.push({ key, revision })
      }
      this.#unsynced += deletes.length * WRITE_OVERHEAD_BYTES
    })
    return deletes
  }

  /** Epoch ms of the next expiry; 0 when no key has a lifetime. */
  nextExpiry(): number {
    return numbers(this.#sql.nextExpiry.get())[0] ?? 0
  }

  compact(revision: number): void {
    if (revision <= this.compacted) return
    this.#transaction(() => this.#sql.setCompacted.run(revision))
    this.compacted = revision
  }

  /**
   * One step of removing what no read at or above the compacted revision can see: what a row up to there supersedes, and
   * tombstones below it. Not synced by itself: a step that is lost is only repeated. Returns whether more is left.
   */
  sweep(): boolean {
    if (this.#swept >= this.compacted) return false
    this.#db.exec('PRAGMA synchronous = NORMAL')
    try {
      this.#transaction(() => {
        const rows = this.#sql.range.all(this.#swept, this.compacted, STEP) as unknown as SQLInputValue[][]
        for (const [rev, key, created] of rows as [number, string, number][]) {
          this.#sql.deleteOlder.run(key, rev)
          if (created === 0 && rev < this.compacted) this.#sql.deleteRow.run(rev)
        }
        const last = rows.at(-1)
        this.#swept = rows.length < STEP || last === undefined ? this.compacted : Number(last[0]) + 1
        this.#sql.setSwept.run(this.#swept)
        this.#unsynced += rows.length * WRITE_OVERHEAD_BYTES
      })
    } finally {
      this.#db.exec('PRAGMA synchronous = FULL')
    }
    return this.#swept < this.compacted
  }

  /** Moves the write-ahead log into the database once it has grown; called after acknowledging, never before. */
  checkpoint(): void {
    if (this.#unsynced < CHECKPOINT_BYTES) return
    this.#unsynced = 0
    this.#db.exec('PRAGMA wal_checkpoint(PASSIVE)')
  }

  sizeBytes(): number {
    return [this.#path, `${this.#path}-wal`].reduce((sum, file) => sum + (existsSync(file) ? statSync(file).size : 0), 0)
  }

  close(): void {
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    this.#db.close()
  }

  #row(revision: number): Row {
    const [key, createRevision, value] = this.#sql.row.get(revision) as unknown as [string, number, Uint8Array]
    return { key, revision, createRevision, value }
  }

  #transaction(work: () => void): void {
    const { revision } = this
    const swept = this.#swept
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      work()
      this.#db.exec('COMMIT')
    } catch (error) {
      this.revision = revision
      this.#swept = swept
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }
}

const SQL = {
  version: 'SELECT sqlite_version()',
  meta: 'SELECT compacted, swept FROM meta',
  newest: 'SELECT rev FROM log ORDER BY rev DESC LIMIT 1',
  latest: 'SELECT rev, created FROM log WHERE key = ? ORDER BY rev DESC LIMIT 1',
  row: 'SELECT key, created, value FROM log WHERE rev = ?',
  keyOf: 'SELECT key FROM log WHERE rev = ?',
  insert: 'INSERT INTO log (rev, key, created, value) VALUES (?, ?, ?, ?)',
  insertExpiry: 'INSERT INTO expiry (rev, at) VALUES (?, ?)',
  due: 'SELECT rev FROM expiry WHERE at <= ? ORDER BY at, rev LIMIT ?',
  deleteExpiry: 'DELETE FROM expiry WHERE rev = ?',
  nextExpiry: 'SELECT at FROM expiry ORDER BY at LIMIT 1',
  setCompacted: 'UPDATE meta SET compacted = ?',
  setSwept: 'UPDATE meta SET swept = ?',
  range: 'SELECT rev, key, created FROM log WHERE rev >= ? AND rev <= ? ORDER BY rev LIMIT ?',
  deleteOlder: 'DELETE FROM log WHERE key = ? AND rev < ?',
  deleteRow: 'DELETE FROM log WHERE rev = ?',
}

function numbers(row: unknown): number[] {
  return row === undefined ? [] : (row as number[])
}
