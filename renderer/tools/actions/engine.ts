import { type Answer, type Change, fieldManager, inversePatch, type Sending } from '../../kube/changes.ts'
import { toApiError } from '../../kube/api-error.ts'
import { changedPaths, comparable, takenFrom } from '../../kube/managed-fields.ts'
import type { KubeObject } from '../../kube/types.ts'
import type { ChangeAction } from './action.ts'
import type { ActionRow, Step } from './row.ts'

/** What the engine asks of a cluster. Both reject with ApiError. */
export interface ClusterApi {
  get(path: string, signal?: AbortSignal): Promise<KubeObject>
  send(change: Change, sending: Sending): Promise<Answer>
}

/** Reads the object of a row. */
export async function readRow(api: ClusterApi, row: ActionRow, path: string, signal: AbortSignal): Promise<ActionRow> {
  try {
    const object = await api.get(path, signal)
    // An object of the same name that came later was not what was chosen.
    if (!row.ref.key.includes('/') && object.metadata.uid !== row.ref.key) return { ...row, state: 'unread', object: undefined }
    return { ...row, state: 'unplanned', object }
  } catch (error) {
    return { ...row, state: 'unread', error }
  }
}

/** What the action comes to for a row that was read. */
export function planRow(action: ChangeAction<never>, row: ActionRow, value: unknown, at: { path: string; now: Date }): ActionRow {
  if (!row.object) return row
  const base: ActionRow = { ref: row.ref, object: row.object, state: 'unplanned', warnings: [], taken: [] }
  const planned = action.plan(row.object, value as never, at)
  if (planned === undefined) return base
  return 'skip' in planned ? { ...base, state: 'skipped', skip: planned.skip } : { ...base, state: 'checking', step: planned }
}

/** Dry runs of one change, while others write to its object all the time. */
const mostTries = 4

/**
 * Has the server go through the row's change without storing it. A dry run is made on what is stored then: when that is another version than
 * the one that was read, what others wrote between would stand in the difference as if it were ours, so both are asked again.
 */
export async function checkRow(api: ClusterApi, row: ActionRow, signal: AbortSignal): Promise<ActionRow> {
  const { step, object } = row
  if (!step || !object) return row
  const { change, read } = step
  try {
    let before = change.method === 'POST' ? undefined : read === undefined ? object : await api.get(read, signal)
    for (let tries = 1; ; tries++) {
      const { object: answer, warnings } = await api.send(change, { dryRun: true, signal })
      const after = change.method === 'DELETE' ? undefined : answer
      if (before && after && tries < mostTries && isOfAnother(after, before)) {
        before = await api.get(read ?? change.path, signal)
        continue
      }
      const paths = changedPaths(comparable(before), comparable(after))
      const own = read === undefined && before ? before : object
      const taken = takenFrom(own, step.fields ?? (read === undefined && before ? paths : []), fieldManager)
      return { ...row, state: paths.length === 0 ? 'same' : 'ready', before, after, warnings, taken }
    }
  } catch (error) {
    return { ...row, state: 'refused', error }
  }
}

/** Of the same object, another version. */
const isOfAnother = (after: KubeObject, before: KubeObject): boolean =>
  after.metadata?.uid === before.metadata?.uid &&
  after.metadata?.resourceVersion !== undefined &&
  before.metadata?.resourceVersion !== undefined &&
  after.metadata.resourceVersion !== before.metadata.resourceVersion

/** Whether the server says no to dry runs and not to the change: a webhook with side effects cannot be asked (KEP-576). */
export const cannotDryRun = (error: unknown): boolean => /does not support dry run/i.test(toApiError(error).message)

/** Rows that a press on the button changes. */
export const isReady = (row: ActionRow): boolean => row.state === 'ready' || (row.state === 'refused' && cannotDryRun(row.error))

/** The real thing. What it can be taken back with is in the answer. */
export async function commitRow(api: ClusterApi, row: ActionRow): Promise<ActionRow> {
  const { step, before } = row
  if (!step) return row
  try {
    const { object: after, warnings } = await api.send(step.change, {})
    return {
      ...row,
      state: 'done',
      after: step.change.method === 'DELETE' ? undefined : after,
      warnings,
      undo: undoOf(step, before ?? row.object, after),
    }
  } catch (error) {
    return { ...row, state: 'failed', error }
  }
}

function undoOf(step: Step, before: KubeObject | undefined, after: KubeObject | undefined): Change | undefined {
  if (!before) return undefined
  if (step.undo) return step.undo(before, after)
  const { change } = step
  return change.method === 'PATCH' && change.type === 'merge' ? { ...change, body: inversePatch(change.body, before) } : undefined
}
