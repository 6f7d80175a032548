import { toApiError } from '../../kube/api-error.ts'
import { type Change, forVersion } from '../../kube/changes.ts'
import type { Clock } from '../../kube/clock.ts'
import { changedPaths, comparable } from '../../kube/managed-fields.ts'
import type { Resource } from '../../kube/resource.ts'
import type { KubeObject } from '../../kube/types.ts'
import type { ClusterApi } from '../actions/engine.ts'
import { type Conflict, conflictsOf } from './conflicts.ts'
import { kindOf, makesNamespace, type Manifest, type Missing, missingOf, placeOf } from './manifest.ts'

export type ApplyState =
  /** No YAML, says too little, of a kind that is not served. */
  | 'faulty'
  | 'incomplete'
  | 'unknownKind'
  /** Rests on what an earlier object makes: nobody can be asked about it yet. */
  | 'later'
  | 'checking'
  | 'conflict'
  | 'refused'
  | 'new'
  | 'changes'
  | 'same'
  | 'waiting'
  | 'running'
  | 'done'
  | 'failed'

/** One object of a text on its way. */
export interface ApplyRow {
  manifest?: Manifest
  /** `Deployment shop/web`. */
  title: string
  state: ApplyState
  missing?: Missing
  change?: Change
  before?: KubeObject
  after?: KubeObject
  warnings: readonly string[]
  conflicts: readonly Conflict[]
  error?: unknown
  undo?: Change
  /** What stood there when this was made: a way back. */
  expects?: KubeObject
}

/** What is to be sent for each object, before the server is asked. `forced`: the objects whose conflicts are to be overridden. */
export function planRows(
  manifests: readonly Manifest[],
  all: readonly Resource[],
  namespace: string,
  forced: ReadonlySet<string>,
): ApplyRow[] {
  return manifests.map((manifest, index) => {
    const earlier = manifests.slice(0, index)
    const base = { manifest, warnings: [], conflicts: [] }
    if (manifest.faults.length > 0) return { ...base, title: `#${index + 1}`, state: 'faulty' }
    if (manifest.notObject) return { ...base, title: `#${index + 1}`, state: 'incomplete' }
    const missing = missingOf(manifest)
    const named = [manifest.namespace, manifest.name || `${manifest.generateName}…`].filter(Boolean).join('/')
    const title = missing ? `#${index + 1} ${manifest.kind}`.trim() : `${manifest.kind} ${named}`
    if (missing) return { ...base, title, state: 'incomplete', missing }
    const kind = kindOf(manifest, all, earlier)
    if (!kind) return { ...base, title, state: 'unknownKind' }
    const { path, namespace: own } = placeOf(manifest, kind.resource, namespace)
    const body = own && !manifest.namespace ? withNamespace(manifest.value, own) : manifest.value
    const change: Change =
      manifest.name === ''
        ? { method: 'POST', path, body }
        : { method: 'PATCH', type: 'apply', path, body, ...(forced.has(path) ? { force: true } : {}) }
    const later = kind.defined || (own !== '' && makesNamespace(earlier, own))
    return {
      ...base,
      title: `${manifest.kind} ${[own, manifest.name || `${manifest.generateName}…`].filter(Boolean).join('/')}`,
      change,
      state: later ? 'later' : 'checking',
    }
  })
}

const withNamespace = (value: Record<string, unknown>, namespace: string): Record<string, unknown> => ({
  ...value,
  metadata: { ...(value.metadata as object), namespace },
})

/** Asks the server what a row would do. One that rests on an earlier object is asked about too: what it rests on may be there already. */
export async function checkApply(api: ClusterApi, row: ApplyRow, signal: AbortSignal): Promise<ApplyRow> {
  if (!row.change) return row
  let { change } = row
  try {
    const before = change.method === 'POST' ? undefined : await there(api, change.path, signal)
    change = forVersion(change, row.expects, before)
    if (change.method === 'DELETE') return before ? { ...row, before, state: 'changes' } : { ...row, state: 'same' }
    try {
      const { object: after, warnings } = await api.send(change, { dryRun: true, signal })
      const state = !before ? 'new' : changedPaths(comparable(before), comparable(after)).length === 0 ? 'same' : 'changes'
      return { ...row, change, before, after, warnings, state }
    } catch (thrown) {
      const conflicts = conflictsOf(toApiError(thrown))
      if (conflicts.length > 0) return { ...row, before, conflicts, error: thrown, state: 'conflict' }
      throw thrown
    }
  } catch (error) {
    if (row.state === 'later' && toApiError(error).code === 404) return row
    return { ...row, state: 'refused', error }
  }
}

const there = (api: ClusterApi, path: string, signal?: AbortSignal): Promise<KubeObject | undefined> =>
  api.get(path, signal).catch((thrown: unknown) => {
    if (toApiError(thrown).code === 404) return undefined
    throw thrown
  })

export const isSendable = ({ state }: ApplyRow): boolean => state === 'new' || state === 'changes' || state === 'later'

/** A kind is served some moments after its definition is stored, a namespace has its account: this often and long it is tried again; ms. */
const againMs = 500
const tries = 20

export async function commitApply(api: ClusterApi, clock: Clock, row: ApplyRow): Promise<ApplyRow> {
  const { change } = row
  if (!change) return row
  const patient = row.state === 'later' || row.before === undefined
  for (let round = 1; ; round++) {
    try {
      const before = change.method === 'PATCH' ? await there(api, change.path) : row.before
      const { object: after, warnings } = await api.send(change, {})
      return {
        ...row,
        state: 'done',
        before,
        after: change.method === 'DELETE' ? undefined : after,
        warnings,
        undo: undoOf(change, before, after),
      }
    } catch (error) {
      if (!patient || toApiError(error).code !== 404 || round === tries) return { ...row, state: 'failed', error }
      await new Promise<void>((resolve) => void clock.after(againMs, resolve))
    }
  }
}

/** What was made goes, what was changed is as it was: if nobody has changed it since. */
function undoOf(change: Change, before: KubeObject | undefined, after: KubeObject | undefined): Change | undefined {
  if (!after || change.method === 'DELETE') return undefined
  const { uid, resourceVersion, name } = after.metadata
  const path = change.method === 'POST' ? `${change.path}/${encodeURIComponent(name)}` : change.path
  if (!before) {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid } }
    return { method: 'DELETE', path, body }
  }
  const { managedFields: _, ...metadata } = before.metadata
  return { method: 'PUT', path, body: { ...before, metadata: { ...metadata, resourceVersion } } }
}

/** The way back of all that was done, the last first. */
export const undoRows = (rows: readonly ApplyRow[]): ApplyRow[] =>
  rows
    .flatMap((row): ApplyRow[] =>
      row.undo ? [{ title: row.title, change: row.undo, expects: row.after, warnings: [], conflicts: [], state: 'checking' }] : [],
    )
    .reverse()
