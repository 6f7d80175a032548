import { toApiError } from '../../kube/api-error.ts'
import type { Clock } from '../../kube/clock.ts'
import { type Resource, resourcePath } from '../../kube/resource.ts'
import { isRecord, type KubeObject } from '../../kube/types.ts'
import type { ClusterApi } from '../../tools/actions/engine.ts'
import { type ApplyRow, commitApply, planRows } from '../../tools/apply/engine.ts'
import { kindOf, type Manifest, placeOf } from '../../tools/apply/manifest.ts'
import { leftOver, objectsOf, owned, stays } from './objects.ts'
import { decodeRelease, type Release, releaseSecret, type Revision, rolledBack, withStatus } from './release.ts'

/** The name in which helm applies (helm pkg/kube: the program's own). */
export const manager = 'helm'

/** One object that goes, on its way. */
export interface Removal {
  title: string
  path: string | undefined
  /** `kept` by its own policy, `foreign` when another release or nobody of helm's owns it, `unknownKind` when it is not served, `unread` when nobody could see how it is. */
  state: 'checking' | 'waiting' | 'running' | 'done' | 'gone' | 'kept' | 'foreign' | 'unknownKind' | 'failed' | 'unread'
  error?: unknown
}

export interface Surroundings {
  api: ClusterApi
  clock: Clock
  all: readonly Resource[]
  /** Of the release. */
  namespace: string
}

const secretPath = (namespace: string, name?: string): string =>
  resourcePath({ group: '', version: 'v1', plural: 'secrets', namespaced: true }, namespace, name)

export async function readRelease(api: ClusterApi, { namespace, secret }: Pick<Revision, 'namespace' | 'secret'>, signal?: AbortSignal) {
  const stored = (await api.get(secretPath(namespace, secret), signal)) as KubeObject & { data?: { release?: string } }
  return { stored, release: await decodeRelease(stored.data?.release ?? '', secret) }
}

/** What is applied to go back to a revision: its objects with helm's marks, in its order. */
export function rollbackRows(earlier: Release, { all, namespace }: Surroundings, forced: ReadonlySet<string>): ApplyRow[] {
  const manifests = objectsOf(earlier.manifest).map((manifest) => ({ ...manifest, value: owned(manifest.value, earlier.name, namespace) }))
  return planRows(manifests, all, namespace, forced).map((row) => (row.change ? { ...row, change: { ...row.change, manager } } : row))
}

/** What goes: of a rollback the objects that the earlier revision has not, of an uninstallation all, the last first. */
export const removals = (current: Release, earlier: Release | undefined, where: Pick<Surroundings, 'all' | 'namespace'>): Removal[] =>
  leftOver(objectsOf(current.manifest), objectsOf(earlier?.manifest))
    .reverse()
    .map((manifest) => removal(manifest, where))

function removal(manifest: Manifest, { all, namespace }: Pick<Surroundings, 'all' | 'namespace'>): Removal {
  const kind = kindOf(manifest, all, [])
  const own = kind?.resource.namespaced ? manifest.namespace || namespace : ''
  const title = `${manifest.kind} ${[own, manifest.name].filter(Boolean).join('/')}`
  if (!kind) return { title, path: undefined, state: 'unknownKind' }
  return { title, path: placeOf(manifest, kind.resource, namespace).path, state: 'checking' }
}

/** Whether it goes, or why it does not, as things are now: `waiting` when it goes. */
export async function checkRemoval(
  { api, namespace }: Pick<Surroundings, 'api' | 'namespace'>,
  row: Removal,
  release: string,
  signal?: AbortSignal,
): Promise<Removal> {
  if (row.path === undefined) return row
  try {
    const why = stays(await api.get(row.path, signal), release, namespace)
    return { path: row.path, title: row.title, state: why ?? 'waiting' }
  } catch (error) {
    return toApiError(error).code === 404 ? { ...row, state: 'gone' } : { ...row, state: 'unread', error }
  }
}

async function remove(api: ClusterApi, row: Removal, release: string, namespace: string): Promise<Removal> {
  if (row.path === undefined) return row
  try {
    const live = await api.get(row.path)
    const why = stays(live, release, namespace)
    if (why) return { ...row, state: why }
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid: live.metadata.uid } }
    await api.send({ method: 'DELETE', path: row.path, body }, {})
    return { ...row, state: 'done' }
  } catch (error) {
    return toApiError(error).code === 404 ? { ...row, state: 'gone' } : { ...row, state: 'failed', error }
  }
}

/** Puts the release of a stored Secret into another state; its labels follow. */
async function mark(where: Surroundings, secret: string, change: (release: Release) => Release): Promise<void> {
  const { api, clock, namespace } = where
  const { stored, release } = await readRelease(api, { namespace, secret })
  const next = await releaseSecret(change(release), namespace, stored.metadata.labels ?? {}, { modifiedAt: clock.now() / 1000 })
  const metadata = { ...stored.metadata, labels: next.metadata.labels }
  await api.send({ method: 'PUT', path: secretPath(namespace, secret), body: { ...stored, ...next, metadata }, manager }, {})
}

const rfc3339 = (clock: Clock): string => new Date(clock.now()).toISOString()

/** How a run goes on: `row` and `removal` are told by their numbers. */
export interface Told {
  row(index: number, row: ApplyRow): void
  removal(index: number, row: Removal): void
}

/**
 * Goes back to a revision as helm does (helm pkg/action/rollback.go), without its hooks: a new revision is stored as pending, its objects
 * are applied, those that it has not are deleted, and it becomes the deployed one. Resolves with whether all of it could be done; where
 * not, the new revision is a failed one. Rejects when the record itself cannot be written.
 */
export async function rollback(
  where: Surroundings,
  revisions: readonly Revision[],
  earlier: Revision,
  planned: { rows: readonly ApplyRow[]; removals: readonly Removal[] },
  told: Told,
): Promise<boolean> {
  const { api, clock, namespace } = where
  const newest = revisions[0]
  if (!newest) throw new TypeError('the release has no revision')
  const { release: current } = await readRelease(api, newest)
  const { release: target, stored } = await readRelease(api, earlier)
  const next = rolledBack(current, target, rfc3339(clock))
  const made = await releaseSecret(next, namespace, stored.metadata.labels ?? {}, { createdAt: clock.now() / 1000 })
  // Another revision in the meantime has this name: then nothing is done.
  await api.send({ method: 'POST', path: secretPath(namespace), body: made, manager }, {})
  const fault = (await applyAll(where, planned.rows, told)) ?? (await removeAll(where, planned.removals, next.name, told))
  if (fault !== undefined) {
    const description = `Rollback "${next.name}" failed: ${toApiError(fault).message}`
    await mark(where, newest.secret, (release) => withStatus(release, 'superseded'))
    await mark(where, made.metadata.name, (release) => withStatus(release, 'failed', { description }))
    return false
  }
  for (const { status, secret } of revisions) {
    if (status === 'deployed') await mark(where, secret, (release) => withStatus(release, 'superseded'))
  }
  await mark(where, made.metadata.name, (release) => withStatus(release, 'deployed'))
  return true
}

async function applyAll({ api, clock }: Surroundings, rows: readonly ApplyRow[], told: Told): Promise<unknown> {
  for (const [index, row] of rows.entries()) {
    told.row(index, { ...row, state: 'running' })
    const next = await commitApply(api, clock, row)
    told.row(index, next)
    if (next.state === 'failed') return next.error
  }
  return undefined
}

async function removeAll({ api, namespace }: Surroundings, rows: readonly Removal[], release: string, told: Told): Promise<unknown> {
  let fault: unknown
  for (const [index, row] of rows.entries()) {
    told.removal(index, { ...row, state: row.path === undefined ? row.state : 'running' })
    const next = await remove(api, row, release, namespace)
    told.removal(index, next)
    if (next.state === 'failed') fault ??= next.error
  }
  return fault
}

/**
 * Takes a release away as helm does (helm pkg/action/uninstall.go), without its hooks: its objects, the last first, then its record. Where
 * an object cannot be deleted the record stays, so that it can be tried again. Resolves with whether all of it is gone.
 */
export async function uninstall(
  where: Surroundings,
  revisions: readonly Revision[],
  planned: readonly Removal[],
  told: Pick<Told, 'removal'>,
): Promise<boolean> {
  const { api, clock, namespace } = where
  const newest = revisions[0]
  if (!newest) throw new TypeError('the release has no revision')
  await mark(where, newest.secret, (release) =>
    withStatus(release, 'uninstalling', { deleted: rfc3339(clock), description: 'Deletion in progress (or silently failed)' }),
  )
  const fault = await removeAll(where, planned, newest.name, { row: () => {}, ...told })
  if (fault !== undefined) return false
  for (const { secret, uid } of revisions) {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } }
    await api.send({ method: 'DELETE', path: secretPath(namespace, secret), body }, {})
  }
  return true
}

/** The events at which a release's hooks would run. */
export const hookEvents = (release: Release, events: readonly string[]): string[] =>
  (release.hooks ?? []).flatMap((hook) =>
    isRecord(hook) && hook.events?.some((event) => events.includes(event)) ? [hook.name ?? hook.kind ?? ''] : [],
  )
