import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { WrongDatabaseError } from './schema.ts'

/** SQLite's primary result codes, https://sqlite.org/rescode.html. */
const SQLITE = { PERM: 3, BUSY: 5, READONLY: 8, IOERR: 10, CORRUPT: 11, FULL: 13, CANTOPEN: 14, NOTADB: 26 }

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Node's SQLite errors carry the extended code; its low byte is the primary one. */
function primaryCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode
  return typeof code === 'number' ? code & 0xff : undefined
}

export function isDiskFull(error: unknown): boolean {
  return primaryCode(error) === SQLITE.FULL
}

/** One sentence that says what is wrong with the database file and what to do about it. */
export function refusalToOpen(path: string, error: unknown): string {
  const code = primaryCode(error)
  const reason = reasonOf(error)
  if (error instanceof WrongDatabaseError && !reason.startsWith('is damaged')) {
    return `The database ${path} ${reason}; choose another data folder.`
  }
  if (error instanceof WrongDatabaseError || code === SQLITE.CORRUPT || code === SQLITE.NOTADB) {
    const detail = error instanceof WrongDatabaseError ? reason : `is damaged (${reason})`
    return `The database ${path} ${detail}; restore it from a backup, or move it away to start with an empty one.`
  }
  if (code === SQLITE.BUSY) return inUse(path)
  if (code === SQLITE.FULL) return `The disk that holds ${path} is full; free some space and start again.`
  if (code === SQLITE.CANTOPEN || code === SQLITE.READONLY || code === SQLITE.PERM) return notWritable(path, reason)
  return `The database ${path} cannot be opened (${reason}); check the disk and the folder, or choose another data folder.`
}

export function inUse(path: string): string {
  return `The database ${path} is in use by another process; stop that one or choose another data folder.`
}

export function notWritable(path: string, reason: string): string {
  const what = existsSync(path) ? path : dirname(path)
  return `The data folder cannot be used because ${what} is not writable (${reason}); correct its permissions or choose another data folder.`
}
