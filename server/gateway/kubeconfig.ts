import { readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path'
import type { KubeconfigFault } from './contract.ts'
import { type Fields, isFields, type NamedEntry, readKubeconfig } from './kubeconfig-file.ts'

export { isFields }

/** One context with the cluster and user it names, paths made absolute. `error` when it cannot be used. */
export interface KubeContext {
  name: string
  clusterName: string
  userName: string
  namespace: string
  /** That names the context; its cluster and user may be in others. */
  file: string
  cluster: Fields
  user: Fields
  error?: string
}

export interface Kubeconfig {
  contexts: KubeContext[]
  current: string
  errors: KubeconfigFault[]
}

/** $KUBECONFIG is a list; without it ~/.kube/config, which may be missing (client-go `ClientConfigLoadingRules`). */
export function defaultKubeconfigFiles(env: NodeJS.ProcessEnv = process.env): string[] {
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((f) => f !== '')
  return listed.length > 0 ? listed : [join(env.HOME || homedir(), '.kube', 'config')]
}

/** Changes whenever one of the files does. */
export async function signature(files: readonly string[]): Promise<string> {
  const parts = await Promise.all(
    files.map(async (f) => {
      const s = await stat(f).catch(() => undefined)
      return s === undefined ? '-' : `${s.ino}:${s.size}:${s.mtimeMs}`
    }),
  )
  return parts.join(' ')
}

/**
 * Merges the files: the first to name a cluster, user, context or current-context wins. Never throws: what cannot be read in a file is
 * in `errors` with its line, a context that names what is not there carries its `error`.
 */
export async function loadKubeconfig(files: readonly string[]): Promise<Kubeconfig> {
  const clusters = new Map<string, Fields>()
  const users = new Map<string, Fields>()
  const contexts = new Map<string, Fields>()
  const errors: Kubeconfig['errors'] = []
  const namedIn = new Map<string, string>()
  let current = ''
  for (const file of files) {
    try {
      const read = readKubeconfig(asText(await readFile(file)))
      errors.push(...read.faults.map((fault) => ({ file, ...fault })))
      const dir = dirname(resolve(file))
      collect(read.clusters, clusters, (c) => absolutePaths(c, ['certificate-authority'], dir))
      collect(read.users, users, (u) => userPaths(u, dir))
      collect(read.contexts, contexts, (c) => c)
      for (const { name } of read.contexts) if (!namedIn.has(name)) namedIn.set(name, file)
      if (current === '') current = read.current
    } catch (e) {
      if (isFields(e) && e.code === 'ENOENT') continue
      errors.push({ file, message: unreadable(e) })
    }
  }
  const resolved = [...contexts].map(([name, c]) => resolveContext(name, namedIn.get(name) ?? '', c, clusters, users))
  return { contexts: resolved, current, errors }
}

/** PowerShell writes UTF-16 where one redirects into a file; kubectl reads neither. */
function asText(content: Buffer): string {
  const [first, second] = content
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw new Error('it is written in UTF-16: save it as UTF-8')
  return content.toString('utf8')
}

const causes: Record<string, string> = {
  EISDIR: 'it is a folder: name a file in it',
  EACCES: 'you may not read it: look at its permissions',
  ELOOP: 'it is a link that leads to itself',
}

function unreadable(e: unknown): string {
  if (!(e instanceof Error)) return String(e)
  return causes[(e as NodeJS.ErrnoException).code ?? ''] ?? e.message.split('\n')[0] ?? ''
}

function resolveContext(
  name: string,
  file: string,
  context: Fields,
  clusters: Map<string, Fields>,
  users: Map<string, Fields>,
): KubeContext {
  const clusterName = text(context.cluster)
  const userName = text(context.user)
  const cluster = clusters.get(clusterName)
  const user = userName === '' ? {} : users.get(userName)
  const made: KubeContext = {
    name,
    clusterName,
    userName,
    namespace: text(context.namespace),
    file,
    cluster: cluster ?? {},
    user: user ?? {},
  }
  const server = text(cluster?.server)
  if (clusterName === '') made.error = 'the context names no cluster'
  else if (cluster === undefined) made.error = `the kubeconfig has no cluster "${clusterName}"`
  else if (server === '') made.error = `cluster "${clusterName}" has no server address`
  else if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    made.error = `the server address of cluster "${clusterName}" is not an http or https URL`
  } else if (
    cluster['insecure-skip-tls-verify'] === true &&
    (hasText(cluster, 'certificate-authority') || hasText(cluster, 'certificate-authority-data'))
  ) {
    // client-go refuses it (`rest.TLSConfigFor`): who reads the file could take the authority for one that is looked at.
    made.error = `cluster "${clusterName}" names a certificate authority and insecure-skip-tls-verify: take one of them out`
  } else if (hasText(cluster, 'proxy-url') && !isProxy(text(cluster['proxy-url']))) {
    made.error = `the proxy-url of cluster "${clusterName}" is not an http, https or socks5 URL`
  } else if (user === undefined) made.error = `the kubeconfig has no user "${userName}"`
  return made
}

/** client-go refuses any other (`parseProxyURL`). */
export const isProxy = (address: string): boolean => URL.canParse(address) && /^(https?|socks5):$/.test(new URL(address).protocol)

function collect(entries: readonly NamedEntry[], into: Map<string, Fields>, shape: (f: Fields) => Fields): void {
  for (const { name, body } of entries) if (!into.has(name)) into.set(name, shape(body))
}

function userPaths(user: Fields, dir: string): Fields {
  const made = absolutePaths(user, ['client-certificate', 'client-key', 'tokenFile'], dir)
  // client-go looks a bare command up in PATH and takes one with a separator relative to the kubeconfig.
  if (isFields(made.exec) && typeof made.exec.command === 'string' && /[\\/]/.test(made.exec.command)) {
    made.exec = absolutePaths(made.exec, ['command'], dir)
  }
  return made
}

function absolutePaths(fields: Fields, keys: readonly string[], dir: string): Fields {
  const made = { ...fields }
  for (const key of keys) {
    const value = made[key]
    if (typeof value === 'string' && value !== '' && !isAbsolute(value)) made[key] = resolve(dir, value)
  }
  return made
}

const hasText = (fields: Fields, key: string): boolean => text(fields[key]) !== ''

export function text(v: unknown): string {
  return typeof v === 'string' ? v : ''
}
