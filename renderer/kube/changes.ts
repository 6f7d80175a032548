import { clusterPath, request } from './fetch.ts'
import { parseJson } from './json.ts'
import { takenBack } from './take-back.ts'
import { isRecord, type KubeObject } from './types.ts'

/** Under this name the server keeps who set a field (metadata.managedFields). */
export const fieldManager = 'binnacle'

export const patchTypes = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const

/** One request that changes something, as it will be sent. */
export interface Change {
  method: 'PATCH' | 'PUT' | 'POST' | 'DELETE'
  /** Within the cluster: `/apis/apps/v1/…`. */
  path: string
  type?: keyof typeof patchTypes
  /** Server-side apply: take fields over from whoever holds them. */
  force?: boolean
  /** In whose name fields are set, when that is not this window's own. */
  manager?: string
  /** Sent as JSON, whole numbers to the last digit; a string is sent as it is. */
  body?: unknown
}

/**
 * The way back by a replacement, made for what is stored now: `made` is what the change had made of the object. What others have written
 * in other fields since stays. Where they have changed the same ones it stays as it is, and the server tells of the conflict.
 */
export function forVersion(change: Change, made: KubeObject | undefined, now: KubeObject | undefined): Change {
  const { body } = change
  if (change.method !== 'PUT' || !made || !now || !isRecord(body) || made.metadata.uid !== now.metadata.uid) return change
  // What the server keeps is never part of a change.
  const { managedFields: _, ...kept } = now.metadata
  const { resourceVersion, generation } = kept
  const asNow = (object: object): object => {
    const { managedFields: __, ...metadata } = (object as Partial<KubeObject>).metadata ?? {}
    return { ...object, status: (now as { status?: unknown }).status, metadata: { ...metadata, resourceVersion, generation } }
  }
  const back = takenBack({ ...now, metadata: kept }, asNow(made), asNow(body))
  return back === undefined ? change : { ...change, body: back }
}

export interface Answer {
  /** What the server answered: the object, or a Status where there is none. */
  object: KubeObject | undefined
  /** What the server had to say beside it (RFC 9111 §5.5, code 299). */
  warnings: string[]
}

/** The address of a change with all that is said in it. */
export function changeUrl({ method, path, force, manager = fieldManager }: Change, dryRun: boolean): string {
  const query = new URLSearchParams()
  // A deletion has no fields that somebody could manage.
  if (method !== 'DELETE') query.set('fieldManager', manager)
  if (force) query.set('force', 'true')
  if (dryRun) query.set('dryRun', 'All')
  const text = query.toString()
  return text ? `${path}?${text}` : path
}

export const bodyText = ({ body }: Change): string | undefined =>
  body === undefined || typeof body === 'string' ? body : JSON.stringify(body)

/** Sends a change, or has the server go through all of it but the writing. Rejects with ApiError. */
export async function send(context: string, change: Change, { dryRun = false, signal }: Sending = {}): Promise<Answer> {
  const body = bodyText(change)
  const response = await request(clusterPath(context, changeUrl(change, dryRun)), {
    method: change.method,
    headers: { accept: 'application/json', 'content-type': change.type ? patchTypes[change.type] : 'application/json' },
    signal: signal ?? null,
    ...(body === undefined ? {} : { body }),
  })
  const text = await response.text()
  const answer = text === '' ? undefined : parseJson(text)
  return {
    object: isRecord(answer) ? (answer as unknown as KubeObject) : undefined,
    warnings: parseWarnings(response.headers.get('warning')),
  }
}

export interface Sending {
  /** The server validates, defaults and admits, and stores nothing. */
  dryRun?: boolean
  signal?: AbortSignal
}

/** The texts of `Warning` headers, each once (`299 - "text" "date"`; a browser joins several with commas). Others than code 299 are proxies'. */
export function parseWarnings(header: string | null): string[] {
  const found = new Set<string>()
  for (const [, code, text = ''] of (header ?? '').matchAll(/(?:^|[,\s])(\d{3}) [^\s"]+ "((?:[^"\\]|\\.)*)"/g))
    if (code === '299') found.add(text.replaceAll(/\\(.)/g, '$1'))
  return [...found]
}

/**
 * The merge patch (RFC 7396) that takes back what another one does to `before`: each value as it was, and null for what was not there.
 * Where the patch removes or replaces a whole object, the whole object comes back.
 */
export function inversePatch(patch: unknown, before: unknown): unknown {
  if (!isRecord(patch) || !isRecord(before)) return before === undefined ? null : before
  return Object.fromEntries(
    Object.entries(patch).flatMap(([key, value]) => {
      // A precondition, not a change.
      if (key === 'resourceVersion') return []
      const was = before[key]
      return [[key, was === undefined ? null : inversePatch(value, was)]]
    }),
  )
}
