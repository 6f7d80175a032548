import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseYaml } from '../codec/yaml.ts'
import { objectAt, objectsAt, textAt, type JsonObject } from '../machinery/json-walk.ts'

/** What is shown to a server. PEM texts. */
export interface KubeconfigUser {
  readonly cert?: string
  readonly key?: string
  /** A token that stands in a file of its own is read again each time. */
  readonly token?: string | (() => string)
  readonly basic?: { readonly username: string; readonly password: string }
}

/** A context of a kubeconfig: an address, and what to show there. PEM texts. */
export interface KubeconfigContext extends KubeconfigUser {
  readonly clusterName: string
  readonly server: string
  readonly ca?: string
  readonly insecureSkipTlsVerify?: boolean
  readonly tlsServerName?: string
}

/**
 * Reads certificates and tokens in the file or beside it.
 * @param context '' for the current one
 * @throws Error of one sentence for a file that cannot be read, and for logins by plugins, which are not run
 */
export function readKubeconfigContext(file: string, context = ''): KubeconfigContext {
  const config = read(file)
  const name = context === '' ? textAt(config, 'current-context') : context
  const named = (list: string, of: string, key: string): JsonObject => {
    const found = objectsAt(config, list).find((entry) => textAt(entry, 'name') === of)
    if (found === undefined) throw new Error(`${file} has no ${key} ${JSON.stringify(of)}`)
    // An entry that has nothing but its name is an empty one.
    return objectAt(found, key) ?? {}
  }
  const chosen = named('contexts', name, 'context')
  const clusterName = textAt(chosen, 'cluster')
  const cluster = named('clusters', clusterName, 'cluster')
  const userName = textAt(chosen, 'user')
  const user = userName === '' ? {} : userOf(named('users', userName, 'user'), userName, file)
  const server = textAt(cluster, 'server')
  if (!/^https?:\/\//.test(server) || !URL.canParse(server))
    throw new Error(`${file}: the server of cluster ${JSON.stringify(clusterName)} is no URL`)
  const ca = pem(cluster, 'certificate-authority', file)
  const tlsServerName = textAt(cluster, 'tls-server-name')
  return {
    ...{ clusterName, server },
    ...(ca === undefined ? {} : { ca }),
    ...user,
    ...(cluster['insecure-skip-tls-verify'] === true ? { insecureSkipTlsVerify: true } : {}),
    ...(tlsServerName === '' ? {} : { tlsServerName }),
  }
}

/** All users by their names, and whose the current context is. */
export function readKubeconfigUsers(file: string): { readonly users: ReadonlyMap<string, KubeconfigUser>; readonly current: string } {
  const config = read(file)
  const users = objectsAt(config, 'users').map((entry) => {
    const name = textAt(entry, 'name')
    return [name, userOf(objectAt(entry, 'user') ?? {}, name, file)] as const
  })
  const chosen = objectsAt(config, 'contexts').find((entry) => textAt(entry, 'name') === textAt(config, 'current-context'))
  return { users: new Map(users), current: textAt(chosen, 'context.user') }
}

function userOf(user: JsonObject, name: string, file: string): KubeconfigUser {
  for (const way of ['exec', 'auth-provider']) {
    if (user[way] !== undefined) throw new Error(`${file}: the user ${JSON.stringify(name)} logs in by ${way}, which is not supported here`)
  }
  const [cert, key] = [pem(user, 'client-certificate', file), pem(user, 'client-key', file)]
  const tokenFile = textAt(user, 'tokenFile')
  const token = tokenFile === '' ? textAt(user, 'token') : (): string => readText(resolve(dirname(file), tokenFile)).trim()
  if (typeof token === 'function') token()
  const [username, password] = [textAt(user, 'username'), textAt(user, 'password')]
  return {
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(token === '' ? {} : { token }),
    ...(username === '' ? {} : { basic: { username, password } }),
  }
}

/** What stands in the file, or in another one that it names. */
function pem(of: JsonObject, field: string, file: string): string | undefined {
  const data = textAt(of, `${field}-data`)
  if (data !== '') return Buffer.from(data, 'base64').toString('utf8')
  const path = textAt(of, field)
  return path === '' ? undefined : readText(resolve(dirname(file), path))
}

function read(file: string): unknown {
  const text = readText(file)
  try {
    return parseYaml(text).value
  } catch (e) {
    throw new Error(`${file} is no kubeconfig (${(e as Error).message})`, { cause: e })
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (e) {
    throw new Error(`cannot read ${file} (${(e as Error).message})`, { cause: e })
  }
}
