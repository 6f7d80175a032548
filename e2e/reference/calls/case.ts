import { formatTime } from '../../../server/machinery/clock.ts'
import type { Json, Send } from '../../../server/testing/api-server.ts'

export type { Json, Send } from '../../../server/testing/api-server.ts'

/** One object sent to an API server: made, perhaps changed, and what came of it. Names of objects follow from the case's name. */

export interface ObjectCase {
  name: string
  apiVersion: string
  kind: string
  /** Plural name and whether it stands in a namespace; the path is made of them. */
  resource: string
  clusterScoped?: boolean
  /** The object without apiVersion, kind and name; a name in it is kept. */
  object: Json
  /** Merge patches that follow, the last one being what the case is about. */
  patches?: { subresource?: string; patch: Json }[]
}

export interface Outcome {
  case: string
  code: number
  message?: string | undefined
  causes?: unknown
  object?: Json
  columns?: unknown
  cells?: unknown
}

/** A file of recorded answers: when they were given, then the answers. Ages in them are true at that moment only, so a replay has its clock there. */
export type Recording<T> = [{ recordedAt: string }, ...T[]]

export const recordingOf = <T>(at: number, answers: readonly T[]): Recording<T> => [{ recordedAt: formatTime(at) }, ...answers]

/** `at` in milliseconds since the epoch. Throws a RangeError for a file without its time. */
export function readRecording<T extends { case: string }>(file: unknown): { at: number; answers: ReadonlyMap<string, T> } {
  const [{ recordedAt }, ...answers] = file as Recording<T>
  const at = Date.parse(recordedAt)
  if (Number.isNaN(at)) throw new RangeError('a recording begins with { "recordedAt": <RFC 3339> }')
  return { at, answers: new Map(answers.map((a) => [a.case, a])) }
}

export const NAMESPACE = 'facts-b'

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40)

function collection(c: ObjectCase): string {
  const root = c.apiVersion.includes('/') ? `/apis/${c.apiVersion}` : `/api/${c.apiVersion}`
  return c.clusterScoped === true ? `${root}/${c.resource}` : `${root}/namespaces/${NAMESPACE}/${c.resource}`
}

function objectOf(c: ObjectCase): Json {
  const { metadata, ...rest } = c.object as { metadata?: Json }
  return { apiVersion: c.apiVersion, kind: c.kind, metadata: { name: slug(c.name), ...metadata }, ...rest }
}

const VOLATILE = new Set([
  'uid',
  'creationTimestamp',
  'resourceVersion',
  'deletionTimestamp',
  'lastTransitionTime',
  'lastUpdateTime',
  'lastPhaseTransitionTime',
])
/** Whose entries of managedFields count: loops inside the reference write sooner or later. It sends no User-Agent. */
const SENDER = 'unknown'
type ManagedFields = { manager: string; time?: string }[]

/** What a server chooses; only those that the case does not give itself. */
const CHOSEN = new Set(['clusterIP', 'clusterIPs', 'nodePort', 'healthCheckNodePort'])

/** The object without what differs from run to run. */
export function comparable(value: unknown, given: string, key = ''): unknown {
  if (CHOSEN.has(key) && value !== 'None' && !given.includes(JSON.stringify(Array.isArray(value) ? value[0] : value))) return '<chosen>'
  // Nobody here takes them off again, as kube-controller-manager does; the API server of its own puts them on.
  if (key === 'finalizers' && Array.isArray(value) && value.every((v) => /^kubernetes\.io\/pvc?-protection$/.test(String(v))))
    return undefined
  if (key === 'managedFields') return (value as ManagedFields).filter((e) => e.manager === SENDER).map(({ time: _, ...entry }) => entry)
  if (Array.isArray(value)) return value.map((v) => comparable(v, given))
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([k]) => !VOLATILE.has(k))
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, comparable(v, given, k)]))
}

const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' }
/** Cells that a controller inside the reference fills in sooner or later. */
const RACING: Readonly<Record<string, number>> = { apiservices: 2, customresourcedefinitions: 7, flowschemas: 5 }
const AS_TABLE = { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' }
// Job and the like: what the server makes of the object's own uid.
const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** Plays a case and cleans up after it. */
export async function play(c: ObjectCase, send: Send): Promise<Outcome> {
  const object = objectOf(c)
  const name = (object.metadata as Json).name as string
  const path = `${collection(c)}/${encodeURIComponent(name)}`
  const remove = async (): Promise<void> => {
    await send('DELETE', `${path}?gracePeriodSeconds=0&propagationPolicy=Background`)
    await send('PATCH', path, { metadata: { finalizers: null } }, MERGE_PATCH)
  }
  await remove()
  let answer = await send('POST', collection(c), object)
  for (const p of c.patches ?? []) {
    if (answer.code >= 300) throw new Error(`${c.name}: ${JSON.stringify(answer.body)}`)
    const at = p.subresource === undefined ? path : `${path}/${p.subresource}`
    answer = await send('PATCH', at, p.patch, MERGE_PATCH)
  }
  const outcome: Outcome = { case: `${c.kind}: ${c.name}`, code: answer.code }
  if (answer.code >= 300) {
    const { message, details } = JSON.parse(JSON.stringify(answer.body).replace(UID, '<uid>')) as { message?: string; details?: Json }
    outcome.message = message
    outcome.causes = details?.causes
  } else {
    const given = JSON.stringify([c.object, c.patches])
    outcome.object = JSON.parse(JSON.stringify(comparable(answer.body, given)).replace(UID, '<uid>')) as Json
    const table = (await send('GET', path, undefined, AS_TABLE)).body
    const definitions = (table.columnDefinitions ?? []) as Json[]
    outcome.columns = definitions.map((d) => `${d.name as string}|${d.type as string}|${d.format as string}|${d.priority as number}`)
    const cells = ((table.rows as Json[] | undefined)?.[0]?.cells ?? []) as unknown[]
    const masked = cells.map((cell) =>
      typeof cell === 'string' ? cell.replace(/^\d+s$|^<invalid>$|^\d{4}-\d\d-\d\dT[\d:]+Z$/, '<age>') : cell,
    )
    const shown = masked.map((cell, i) => (RACING[c.resource] === i ? '' : cell))
    const cellTexts = c.resource === 'services' ? shown.with(2, '').with(4, String(shown[4]).replace(/:3\d{4}/g, ':<port>')) : shown
    outcome.cells = cellTexts.map((cell) => (typeof cell === 'string' ? cell.replace(UID, '<uid>') : cell))
  }
  await remove()
  return outcome
}

/** Go lists maps in random order: texts of one message, and its causes, are compared without order. */
export function unordered(o: Outcome): unknown {
  const texts = o.message
    ?.replace(/ is invalid: \[/, ' is invalid:, ')
    .replace(/\]$/, '')
    .split(', ')
    .sort()
  const causes = (o.causes as Json[] | undefined)?.map((x) => [x.reason, x.field, x.message].join(' | ')).sort()
  return { ...o, ...(o.message === undefined ? {} : { message: texts }), ...(o.causes === undefined ? {} : { causes }) }
}
