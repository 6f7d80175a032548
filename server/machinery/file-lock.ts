import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { makePrivateFile, onlyOwner } from './folders.ts'

export interface FileLock {
  close(): void
}

/** SQLite's primary result code, https://sqlite.org/rescode.html. */
const SQLITE_BUSY = 5

/**
 * Takes the lock that `path` stands for, for this process; undefined when another process holds it. The system lets go of it when the
 * process ends in whatever way, so that none is ever stale. Throws SQLite's error when the file cannot be used. Node has no lock of its
 * own; SQLite's works on every system.
 */
export function takeFileLock(path: string): FileLock | undefined {
  // Closing a second descriptor would release a lock that this process has on the file already (fcntl(2)): only a missing file is made.
  if (existsSync(path)) onlyOwner(path, 0o600)
  else makePrivateFile(path)
  const lock = new DatabaseSync(path, { timeout: 0 })
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return lock
  } catch (e) {
    lock.close()
    if (e instanceof Error && 'errcode' in e && typeof e.errcode === 'number' && (e.errcode & 0xff) === SQLITE_BUSY) return undefined
    throw e
  }
}
