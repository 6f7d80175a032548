import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
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
