import { execFile, spawn } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Log } from '../machinery/log.ts'
import type { Clock } from '../machinery/clock.ts'
import { ONE_TIME_MS } from '../gateway/session.ts'
import { writePrivateFile } from '../serving/files.ts'

/** A page that leads to `url`, which is a one-time address: letters, digits and `:/?=.-_`. */
export const redirectPage = (url: string): string =>
  `<!doctype html>\n<html lang="en"><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>Binnacle</title>
<meta http-equiv="refresh" content="0;url=${url}">\n<p>Binnacle opens at <a href="${url}">this address</a>.</p></html>\n`

/**
 * Opens the system browser at a one-time address. Arguments of programs can be read by every user of the machine (`ps`): the browser gets
 * the name of a file that only this user may read, which leads to the address. Returns what removes the file again; it goes by itself
 * when the address has ended.
 */
export async function openBrowser(url: string, dataDir: string, clock: Clock, log: Log): Promise<() => void> {
  const file = join(await redirectFolder(dataDir), 'binnacle-open.html')
  writePrivateFile(file, redirectPage(url))
  const [command, ...args] = opener(pathToFileURL(file).href)
  const child = spawn(command, args, { stdio: 'ignore', detached: true })
  const failed = (): void => log.warn({}, `no browser could be opened here: open the address above by hand (${command} is missing)`)
  child.once('error', failed)
  child.unref()
  await new Promise<void>((resolve) => {
    child.once('spawn', resolve)
    child.once('error', () => resolve())
  })
  const remove = (): void => rmSync(file, { force: true })
  const later = clock.setTimeout(remove, ONE_TIME_MS)
  return () => {
    later.cancel()
    remove()
  }
}

export function opener(url: string, platform: NodeJS.Platform = process.platform): [string, ...string[]] {
  if (platform === 'darwin') return ['open', url]
  return platform === 'win32' ? ['rundll32', 'url.dll,FileProtocolHandler', url] : ['xdg-open', url]
}

/** Browsers from snaps (Ubuntu's Firefox) may not read hidden folders, but what is in a folder of their own. */
async function redirectFolder(dataDir: string): Promise<string> {
  if (process.platform !== 'linux') return dataDir
  const entry = await new Promise<string>((resolve) => {
    execFile('xdg-settings', ['get', 'default-web-browser'], { timeout: 2000 }, (e, out) => resolve(e === null ? out.trim() : ''))
  })
  return snapFolder(entry, homedir()) ?? dataDir
}

/** `entry` is a desktop file's name: a snap's are `<snap>_<application>.desktop`. */
export function snapFolder(entry: string, home: string, exists: (path: string) => boolean = existsSync): string | undefined {
  const snap = /^([a-z0-9][a-z0-9-]*)_[^/]+\.desktop$/.exec(entry)?.[1]
  const folder = snap === undefined ? undefined : join(home, 'snap', snap, 'common')
  return folder !== undefined && exists(folder) ? folder : undefined
}
