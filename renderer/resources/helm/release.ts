import { ApiError } from '../../kube/api-error.ts'
import { parseJson } from '../../kube/json.ts'
import { isRecord, type KubeObject, type Tone } from '../../kube/types.ts'

/** Helm's record of one revision (helm pkg/release/v1), with all that this window does not know of. */
export interface Release {
  name: string
  namespace?: string
  /** The revision. */
  version: number
  info: {
    status?: string
    description?: string
    notes?: string
    first_deployed?: string
    last_deployed?: string
    deleted?: string
    rollback_revision?: number
  }
  chart?: {
    metadata?: { name?: string; version?: string; appVersion?: string; description?: string; home?: string; deprecated?: boolean }
    values?: unknown
  }
  config?: unknown
  manifest?: string
  hooks?: { name?: string; kind?: string; events?: string[]; manifest?: string }[]
  apply_method?: string
}

export const releaseType = 'helm.sh/release.v1'
/** What finds the Secrets of releases; helm's own way. */
export const releaseSelector = 'owner=helm'
export const releaseSecrets = `type=${releaseType}`
/** A Secret holds a mebibyte, which gzip may have made of a gibibyte. */
export const mostBytes = 32 * 1024 * 1024

export const secretName = (name: string, version: number): string => `sh.helm.release.v1.${name}.v${version}`

/** A Secret's `data.release`: base64 of base64 of gzip of JSON (helm pkg/storage/driver/util.go). Rejects with a sentence about the Secret. */
export async function decodeRelease(data: string, secret = ''): Promise<Release> {
  try {
    return await decoded(data)
  } catch (thrown) {
    // What base64, gzip and JSON say of a text that is none would name no Secret, and read as a fault of the window.
    const why = thrown instanceof Refusal ? thrown.message : 'it is no base64 of gzip of JSON'
    throw new ApiError({ code: 0, reason: 'NoRelease', message: `the Secret ${secret} cannot be read as a Helm release: ${why}` })
  }
}

class Refusal extends Error {}

async function decoded(data: string): Promise<Release> {
  if (data === '') throw new Refusal('it has no key "release"')
  const bytes = fromBase64(new TextDecoder().decode(fromBase64(data)))
  const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08
  const text = gzipped ? await inflated(bytes) : new TextDecoder().decode(bytes)
  const release = parseJson(text)
  if (!isRecord(release) || typeof release.name !== 'string' || !isRecord(release.info)) throw new Refusal('it holds something else')
  return release as unknown as Release
}

export async function encodeRelease(release: Release): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(release))
  const packed = new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip')))
  return btoa(toBase64(new Uint8Array(await packed.arrayBuffer())))
}

async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const parts: string[] = []
  const text = new TextDecoder()
  let length = 0
  for await (const part of new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))) {
    length += part.length
    if (length > mostBytes) throw new Refusal(`it holds more than ${mostBytes / 1024 / 1024} MiB`)
    parts.push(text.decode(part, { stream: true }))
  }
  return parts.join('') + text.decode()
}

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at)
  return bytes
}

function toBase64(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let at = 0; at < bytes.length; at += 8_192) parts.push(String.fromCharCode(...bytes.subarray(at, at + 8_192)))
  return btoa(parts.join(''))
}

/** What a release's Secret says without being opened. */
export interface Revision {
  name: string
  namespace: string
  version: number
  status: string
  /** The Secret's name, uid and version. */
  secret: string
  uid: string
  resourceVersion: string
  /** ms; null when it is not told. */
  modified: number | null
}

/** The revisions that these Secrets hold, by release, the newest revision of each first; releases in the order of namespace and name. */
export function releasesOf(secrets: readonly KubeObject[]): Revision[][] {
  const releases = new Map<string, Revision[]>()
  for (const { metadata } of secrets) {
    const { name, version, status = 'unknown', modifiedAt, createdAt } = metadata.labels ?? {}
    if (name === undefined || !/^\d+$/.test(version ?? '')) continue
    const namespace = metadata.namespace ?? ''
    const key = `${namespace}/${name}`
    const seconds = Number(modifiedAt ?? createdAt ?? '')
    const modified = seconds > 0 ? seconds * 1000 : Date.parse(metadata.creationTimestamp ?? '') || null
    const { uid = '', resourceVersion = '' } = metadata
    const revision = { name, namespace, version: Number(version), status, secret: metadata.name, uid, resourceVersion, modified }
    releases.set(key, [...(releases.get(key) ?? []), revision])
  }
  for (const revisions of releases.values()) revisions.sort((a, b) => b.version - a.version)
  return [...releases].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, revisions]) => revisions)
}

const tones: Record<string, Tone> = {
  deployed: 'ok',
  superseded: 'muted',
  uninstalled: 'muted',
  failed: 'bad',
  uninstalling: 'busy',
  'pending-install': 'busy',
  'pending-upgrade': 'busy',
  'pending-rollback': 'busy',
}
export const releaseTone = (status: string): Tone => tones[status] ?? 'warn'

/** As helm makes it for a rollback: the earlier revision's chart, values and manifest, as a new revision. `now` is RFC 3339. */
export function rolledBack(current: Release, earlier: Release, now: string): Release {
  const { info, version } = current
  return {
    ...earlier,
    version: version + 1,
    ...(current.namespace === undefined ? {} : { namespace: current.namespace }),
    info: {
      ...(info.first_deployed === undefined ? {} : { first_deployed: info.first_deployed }),
      last_deployed: now,
      description: `Rollback to ${earlier.version}`,
      status: 'pending-rollback',
      rollback_revision: earlier.version,
      ...(earlier.info.notes === undefined ? {} : { notes: earlier.info.notes }),
    },
    apply_method: 'ssa',
  }
}

export const withStatus = (release: Release, status: string, more: Partial<Release['info']> = {}): Release => ({
  ...release,
  info: { ...release.info, ...more, status },
})

/** The Secret of a release. `labels` are those of the Secret that it replaces, or is made after: they may be the user's own. */
export async function releaseSecret(
  release: Release,
  namespace: string,
  labels: Record<string, string>,
  seconds: { createdAt: number } | { modifiedAt: number },
): Promise<KubeObject> {
  const [[stamp, at] = ['', 0]] = Object.entries(seconds)
  const { createdAt: _, modifiedAt: __, ...own } = labels
  const kept = stamp === 'modifiedAt' ? labels : own
  const data = { release: await encodeRelease(release) }
  const told = { name: release.name, owner: 'helm', status: release.info.status ?? 'unknown', version: String(release.version) }
  const metadata = {
    name: secretName(release.name, release.version),
    namespace,
    labels: { ...kept, ...told, [stamp]: String(Math.floor(at)) },
  }
  return { apiVersion: 'v1', kind: 'Secret', metadata, type: releaseType, data } as KubeObject
}
