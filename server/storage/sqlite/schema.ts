import { DatabaseSync } from 'node:sqlite'

/** 'Binn': tells our files from other programs' SQLite databases. */
const APPLICATION_ID = 0x42696e6e
const SCHEMA_VERSION = 1

/**
 * `log` is the history and the present at once, appended in revision order. A tombstone has `created` 0 and no value.
 * The index carries `created`, so that a write's precondition and a count never touch the rows themselves.
 * `expiry` names the write that set the lifetime; a later write of the key makes its row meaningless.
 * `meta.swept` is how far the deletion of superseded rows has come; it trails `compacted`.
 */
const SCHEMA = `
  CREATE TABLE log (rev INTEGER PRIMARY KEY, key TEXT NOT NULL, created INTEGER NOT NULL, value BLOB);
  CREATE INDEX log_key ON log (key, rev, created);
  CREATE TABLE expiry (rev INTEGER PRIMARY KEY, at INTEGER NOT NULL);
  CREATE INDEX expiry_at ON expiry (at);
  CREATE TABLE meta (id INTEGER PRIMARY KEY CHECK (id = 0), compacted INTEGER NOT NULL, swept INTEGER NOT NULL);
  INSERT INTO meta VALUES (0, 0, 0);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`

/** Files up to this size are checked in full when opened (about 1 ms per MB); larger ones only where damage shows at once. */
const FULL_CHECK_BYTES = 32 * 1024 * 1024

/** The database is sound, but not one that this program can use. */
export class WrongDatabaseError extends Error {}

/** Opens the writing connection, creating the schema in an empty file. Throws SQLite's errors and WrongDatabaseError. */
export function openDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 1000 })
  try {
    const number = (pragma: string) => Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0])
    const empty = number('schema_version') === 0
    if (!empty && number('application_id') !== APPLICATION_ID) throw new WrongDatabaseError('belongs to another program')
    if (number('user_version') > SCHEMA_VERSION) throw new WrongDatabaseError('was written by a newer version of this program')
    if (!empty) check(db, number('page_count') * number('page_size'))
    // The autocheckpoint is only a safety net: the worker checkpoints by itself after acknowledging.
    db.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 16000;
      PRAGMA journal_size_limit = 33554432; PRAGMA cache_size = -2048; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;
    `)
    if (empty) db.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** A second connection for reads; WAL lets it read while the writer commits. */
export function openReader(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 1000 })
  db.exec('PRAGMA cache_size = -1024; PRAGMA mmap_size = 0')
  return db
}

function check(db: DatabaseSync, bytes: number): void {
  if (bytes <= FULL_CHECK_BYTES) {
    const found = String(Object.values(db.prepare('PRAGMA quick_check(1)').get() ?? {})[0])
    if (found !== 'ok') throw new WrongDatabaseError(`is damaged: ${found.replaceAll('\n', ' ')}`)
    return
  }
  for (const sql of ['SELECT max(rev), min(rev) FROM log', 'SELECT max(key), min(key) FROM log', 'SELECT * FROM meta'])
    db.prepare(sql).get()
}
