import { accessSync, chmodSync, closeSync, constants, existsSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Makes a folder and those above it that are missing. Throws a system error (`code`) when it cannot be made or is none.
 * Node's own `recursive` never returns on a file system that answers ENOENT to a new name in a folder that is there, as /proc does.
 */
export function makeFolders(path: string, mode = 0o777): void {
  const missing: string[] = []
  for (let at = resolve(path); !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.push(at)
  for (const folder of missing.toReversed()) {
    try {
      mkdirSync(folder, { mode })
    } catch (e) {
      // Another process may have been first.
      if ((e as NodeJS.ErrnoException).code !== 'EEXIST') throw e
    }
  }
  if (!statSync(path).isDirectory()) throw Object.assign(new Error(`ENOTDIR: not a directory, '${path}'`), { code: 'ENOTDIR' })
}

/** Makes a folder as `makeFolders` does, and checks that files can be put there. */
export function makeWritableFolder(path: string, mode?: number): void {
  makeFolders(path, mode)
  accessSync(path, constants.W_OK | constants.X_OK)
}

/** Makes a folder as `makeFolders` does, for this user only, and takes others' rights from one that was there before. */
export function makePrivateFolder(path: string): void {
  makeFolders(path, 0o700)
  onlyOwner(path, 0o700)
}

/** Makes a file that only this user may read where there is none, and takes others' rights from one that was there before. */
export function makePrivateFile(path: string): void {
  closeSync(openSync(path, 'a', 0o600))
  onlyOwner(path, 0o600)
}

/** Takes other users' rights. Somebody else's file cannot be changed, and is not this program's secret. */
export function onlyOwner(path: string, mode: number): void {
  const { mode: before, uid } = statSync(path)
  if ((before & 0o077) !== 0 && (process.getuid === undefined || uid === process.getuid())) chmodSync(path, mode)
}
