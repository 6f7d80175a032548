import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { HttpTransportOptions } from '../client/http-transport.ts'
import { parseYaml } from '../codec/yaml.ts'
import { objectAt, objectsAt, textAt, type JsonObject } from '../machinery/json-walk.ts'

/** A cluster as a kubeconfig names it, with the credentials that this command acts with. */
export interface Source {
  readonly transport: HttpTransportOptions
  /** The `cluster` of the kubeconfig that is made: with the CA in it. */
  readonly cluster: JsonObject
  readonly clusterName: string
}

/**
 * One context of a kubeconfig: certificates and tokens, in the file or beside it.
 * Throws an Error of one sentence for a file that cannot be read and for logins by plugins, which this command does not run.
 */
export function readSource(file: string, context: string): Source {
  const config = read(file)
  const name = context === '' ? textAt(config, 'current-context') : context
  const named = (list: string, of: string, key: string): JsonObject => {
    const found = objectsAt(config, list).find((entry) => textAt(entry, 'name') === of)
    const value = found === undefined ? undefined : objectAt(found, key)
    if (value === undefined) throw new Error(`${file} has no ${key} ${JSON.stringify(of)}`)
    return value
  }
  const chosen = named('contexts', name, 'context')
  const clusterName = textAt(chosen, 'cluster')
  const cluster = named('clusters', clusterName, 'cluster')
  const user = named('users', textAt(chosen, 'user'), 'user')
  for (const way of ['exec', 'auth-provider', 'username']) {
    if (user[way] !== undefined) throw new Error(`the user of context ${JSON.stringify(name)} logs in by ${way}, which this command cannot`)
  }
  /** What stands in the file, or in another one that it names. */
  const pem = (of: JsonObject, field: string): string | undefined => {
    const data = textAt(of, `${field}-data`)
    if (data !== '') return Buffer.from(data, 'base64').toString('utf8')
    const path = textAt(of, field)
    return path === '' ? undefined : readText(resolve(dirname(file), path))
  }
  const ca = pem(cluster, 'certificate-authority')
  const tokenFile = textAt(user, 'tokenFile')
  const token = tokenFile === '' ? textAt(user, 'token') : readText(resolve(dirname(file), tokenFile)).trim()
  const [cert, key] = [pem(user, 'client-certificate'), pem(user, 'client-key')]
  const insecure = cluster['insecure-skip-tls-verify'] === true
  const serverName = textAt(cluster, 'tls-server-name')
  return {
    clusterName,
    transport: {
      server: textAt(cluster, 'server'),
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(token === '' ? {} : { token }),
      ...(insecure ? { insecureSkipTlsVerify: true } : {}),
      ...(serverName === '' ? {} : { tlsServerName: serverName }),
    },
    cluster: {
      server: textAt(cluster, 'server'),
      ...(ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(ca).toString('base64') }),
      ...(insecure ? { 'insecure-skip-tls-verify': true } : {}),
      ...(serverName === '' ? {} : { 'tls-server-name': serverName }),
    },
  }
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
    throw new Error(`cannot read ${file} (${(e as Error).message}); is the server running? --kubeconfig names another file`, { cause: e })
  }
}
