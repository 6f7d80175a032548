import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { isFields, type KubeContext, text } from './kubeconfig.ts'
import type { Fields } from './kubeconfig-file.ts'

/**
 * What keeps the certificates, keys and tokens that a context names from being used, as a sentence with what to look at; undefined when
 * nothing does. OpenSSL leaves out an authority that it cannot read, which would show as a cluster that cannot prove who it is.
 */
export async function credentialFault({ clusterName, cluster, userName, user }: KubeContext): Promise<string | undefined> {
  const of = { cluster: `cluster "${clusterName}"`, user: `user "${userName}"` }
  try {
    const ca = await content('certificate-authority', cluster, of.cluster)
    if (ca !== undefined && !isCertificate(ca.bytes)) return `${ca.what}, which holds no certificate in PEM`
    const cert = await content('client-certificate', user, of.user)
    const key = await content('client-key', user, of.user)
    const other = (await tokenFault(user, of.user)) ?? interactiveFault(user, of.user)
    if (other !== undefined) return other
    if (cert !== undefined && !isCertificate(cert.bytes)) return `${cert.what}, which holds no certificate in PEM`
    if (cert !== undefined && key === undefined) return `${of.user} has a client-certificate and no client-key`
    if (cert !== undefined && key !== undefined) return keyFault(cert, key)
    return undefined
  } catch (e) {
    if (e instanceof FileFault) return e.message
    throw e
  }
}

/**
 * The token that a user of a kubeconfig sends, empty when there is none: of a token and a tokenFile beside it the file counts as long as
 * it can be read and holds something (client-go `NewBearerAuthWithRefreshRoundTripper`).
 */
export async function bearerToken(user: Fields): Promise<string> {
  const path = text(user.tokenFile)
  const content = path === '' ? '' : await readFile(path, 'utf8').catch(() => '')
  return content.trim() || text(user.token)
}

async function tokenFault(user: Fields, owner: string): Promise<string | undefined> {
  const [token, path] = [text(user.token), text(user.tokenFile)]
  // client-go refuses both (`HTTPWrappersForConfig`): which of them counts, nobody could tell.
  if ((token !== '' || path !== '') && (text(user.username) !== '' || text(user.password) !== ''))
    return `${owner} has a token and a user name or password: take one of them out`
  if (token !== '' || path === '') return undefined
  const { what, bytes } = await read(path, `tokenFile of ${owner}`)
  return bytes.toString('utf8').trim() === '' ? `${what}, which is empty` : undefined
}

/**
 * Why a plugin of this user gave no credentials, in words: a spawn that failed before it ran, with the hint that the kubeconfig carries
 * for this case, or an answer that is none. What it printed is not repeated: that may be a token. Undefined where its own words say it.
 */
export function pluginFault(e: unknown, user: Fields): string | undefined {
  const { exec, 'auth-provider': provider } = user
  if (!isFields(exec)) return isFields(provider) ? providerFault(e, text(provider.name)) : undefined
  const command = `the plugin "${text(exec.command)}"`
  if (e instanceof SyntaxError) return `${command} printed no JSON: run it in a terminal and look at what it prints`
  if (e instanceof TypeError) return `${command} printed no ExecCredential with a status: run it in a terminal and look at what it prints`
  if (!isFields(e) || !text(e.syscall).startsWith('spawn')) return undefined
  if (e.code === 'EACCES') return `${command} may not be run: make the file executable`
  if (e.code !== 'ENOENT') return undefined
  const hint = text(exec.installHint).trim()
  return `${command} is not installed, or not in PATH${hint === '' ? '' : `\n${hint}`}`
}

/** What took the place of the ways to sign in that kubectl had built in until 1.26 (client-go plugin/pkg/client/auth, the stubs). */
const successors: Record<string, string> = { gcp: 'gke-gcloud-auth-plugin', azure: 'kubelogin' }

function providerFault(e: unknown, name: string): string | undefined {
  const successor = successors[name]
  if (successor === undefined) return undefined
  const said = e instanceof Error ? e.message : String(e)
  return `the auth-provider "${name}" gave no token (${said}): kubectl has it no more, the credential plugin ${successor} took its place`
}

/** client-go runs such a plugin only where standard input is a terminal (`exec.Authenticator`): it would ask somebody who cannot answer. */
const interactiveFault = ({ exec }: Fields, owner: string): string | undefined =>
  isFields(exec) && exec.interactiveMode === 'Always'
    ? `${owner} has the plugin "${text(exec.command)}" with interactiveMode: Always, which needs a terminal: IfAvailable is for a plugin that can do without`
    : undefined

class FileFault extends Error {}

interface Content {
  /** Where it stands, as the subject of a sentence. */
  what: string
  bytes: Buffer
}

/** Of a field and its `-data`, which counts when both are there. */
async function content(field: string, fields: Fields, owner: string): Promise<Content | undefined> {
  const data = text(fields[`${field}-data`])
  if (data !== '') return { what: `${owner} has ${field}-data`, bytes: Buffer.from(data, 'base64') }
  const path = text(fields[field])
  return path === '' ? undefined : read(path, `${field} of ${owner}`)
}

async function read(path: string, name: string): Promise<Content> {
  const what = `${name} is ${path}`
  try {
    return { what, bytes: await readFile(path) }
  } catch (e) {
    const why = isFields(e) ? sentences[text(e.code)] : undefined
    throw new FileFault(`${what}, ${why ?? `which cannot be read: ${e instanceof Error ? e.message : String(e)}`}`)
  }
}

const sentences: Record<string, string> = {
  ENOENT: 'and there is no such file: a relative path begins at the folder of the kubeconfig that names it',
  EACCES: 'which you may not read: look at its permissions',
  EISDIR: 'which is a folder: name a file in it',
}

function isCertificate(bytes: Buffer): boolean {
  if (!bytes.includes('-----BEGIN')) return false
  try {
    return new X509Certificate(bytes).subject !== undefined
  } catch {
    return false
  }
}

function keyFault(cert: Content, key: Content): string | undefined {
  try {
    createSecureContext({ cert: cert.bytes, key: key.bytes })
    return undefined
  } catch (e) {
    if (isFields(e) && e.code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH') return `${key.what}, which is not the key of its client-certificate`
    return `${key.what}, which holds no private key that can be read: PEM without a passphrase is expected`
  }
}
