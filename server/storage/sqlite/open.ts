import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type Clock, systemClock } from '../../machinery/clock.ts'
import { type FileLock, takeFileLock } from '../../machinery/file-lock.ts'
import { makeFolders, makePrivateFile } from '../../machinery/folders.ts'
import { type Storage, StorageOpenError } from '../contract.ts'
import { inUse, notWritable, reasonOf, refusalToOpen } from './open-errors.ts'
import type { FromWorker } from './protocol.ts'
import { Reader } from './reader.ts'
import { openReader } from './schema.ts'
import { type Opened, SqliteStorage } from './storage.ts'

export interface SqliteOptions {
  /** The database file; its folder is made when missing. Beside it live `-wal`, `-shm` and `-lock`. */
  path: string
  /** Decides when keys with a lifetime expire. */
  clock?: Clock
  /** The worker's program, when it is neither `worker.ts` beside this file nor `sqlite-worker.mjs` beside the bundle. */
  workerUrl?: URL
}

/** Heap of the worker in MB; values live outside it. Small, so that idle memory stays small. */
const WORKER_HEAP = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 256 }

/**
 * Opens the embedded store, creating it when missing. Throws `StorageOpenError` when the folder cannot be written, the
 * file is damaged or not ours, or another process has it open.
 */
export async function openSqliteStorage(options: SqliteOptions): Promise<Storage> {
  const path = resolve(options.path)
  makeWritable(path)
  const lock = takeLock(path)
  const worker = new Worker(options.workerUrl ?? defaultWorkerUrl(), {
    workerData: { path },
    resourceLimits: WORKER_HEAP,
    name: 'sqlite',
    // The flags of the main program are not for this one.
    execArgv: [],
  })
  const ended = new Promise<void>((done) => worker.once('exit', () => done()))
  let storage: SqliteStorage | undefined = undefined as SqliteStorage | undefined
  let lastWords = 'the database thread ended'
  const opened = await new Promise<Opened>((done, refuse) => {
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'opened') done(message)
      else if (message.type === 'refusedToOpen') refuse(new StorageOpenError(message.message))
      else storage?.receive(message)
    })
    worker.on('error', (error) => {
      lastWords = reasonOf(error)
      refuse(new StorageOpenError(refusalToOpen(path, error)))
    })
    worker.once('exit', () => {
      refuse(new StorageOpenError(refusalToOpen(path, new Error(lastWords))))
      storage?.fail(lastWords)
    })
  }).catch(async (error: unknown) => {
    await ended
    lock.close()
    throw error
  })
  // The worker has just opened the same file, so this does not fail for a reason that the user could mend.
  const db = openReader(path)
  const backing = {
    reader: new Reader(db),
    post: (message: Parameters<Worker['postMessage']>[0], transfer: ArrayBuffer[] = []) => worker.postMessage(message, transfer),
    async release() {
      db.close()
      await ended
      lock.close()
    },
  }
  storage = new SqliteStorage(opened, backing, options.clock ?? systemClock)
  return storage
}

function defaultWorkerUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './sqlite-worker.mjs', import.meta.url)
}

function makeWritable(path: string): void {
  try {
    makeFolders(dirname(path), 0o700)
    // SQLite makes its other files with the rights of this one.
    makePrivateFile(path)
  } catch (error) {
    throw new StorageOpenError(notWritable(path, reasonOf(error)))
  }
}

/** Held as long as the store is open. */
function takeLock(path: string): FileLock {
  const file = `${path}-lock`
  let lock: FileLock | undefined
  try {
    lock = takeFileLock(file)
  } catch (error) {
    throw new StorageOpenError(existsSync(file) ? refusalToOpen(file, error) : notWritable(file, reasonOf(error)))
  }
  if (lock === undefined) throw new StorageOpenError(inUse(path))
  return lock
}
