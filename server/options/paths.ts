import { homedir, networkInterfaces } from 'node:os'
import { join, resolve } from 'node:path'
import { isIP } from 'node:net'
import type { Options } from './parse.ts'

/** The user's data folder for this program, by the custom of each system (XDG Base Directory on Linux). */
export function defaultDataDir(platform: NodeJS.Platform = process.platform, env: NodeJS.ProcessEnv = process.env): string {
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'Binnacle')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Binnacle')
  return join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'binnacle')
}

export const dataDir = (o: Options): string => (o.storage.dataDir === '' ? defaultDataDir() : o.storage.dataDir)

export const certDir = (o: Options): string => (o.serving.certDir === '' ? join(dataDir(o), 'pki') : o.serving.certDir)

/** Written at every start, so that kubectl reaches this control plane and no other; nobody's ~/.kube/config is touched. */
export const ownKubeconfig = (o: Options): string => resolve(dataDir(o), 'kubeconfig')

const everywhere = new Set(['0.0.0.0', '::'])

/** The address that others reach this server by: as told, the bind address, or the machine's first one of that family. */
export function advertiseAddress(o: Options, interfaces: typeof networkInterfaces = networkInterfaces): string {
  const { advertiseAddress: told, bindAddress } = o.serving
  if (told !== '') return told
  if (!everywhere.has(bindAddress)) return bindAddress
  const family = isIP(bindAddress) === 6 ? 'IPv6' : 'IPv4'
  const own = Object.values(interfaces()).flatMap((list) => list ?? [])
  const found = own.find((a) => a.family === family && !a.internal && !a.address.startsWith('fe80:'))
  return found?.address ?? (family === 'IPv6' ? '::1' : '127.0.0.1')
}
