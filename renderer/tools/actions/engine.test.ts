import { describe, expect, test } from 'vitest'
import { ApiError } from '../../kube/api-error.ts'
import type { Answer, Change } from '../../kube/changes.ts'
import type { KubeObject } from '../../kube/types.ts'
import type { ChangeAction } from './action.ts'
import type { ActionRow } from './row.ts'
import { checkRow, type ClusterApi, commitRow, isReady, planRow, readRow } from './engine.ts'

const node = (unschedulable?: boolean): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: 'n',
      uid: 'u1',
      resourceVersion: '1',
      managedFields: [{ manager: 'autoscaler', operation: 'Update', fieldsV1: { 'f:spec': { 'f:unschedulable': {} } } }],
    },
    spec: { unschedulable },
  }) as KubeObject

const cordon: ChangeAction = {
  id: 'cordon',
  icon: 'cordon',
  bulk: true,
  needs: [{ verb: 'patch' }],
  offered: () => true,
  plan: (object, _, { path }) =>
    (object as { spec?: { unschedulable?: boolean } }).spec?.unschedulable
      ? { skip: 'already' }
      : { change: { method: 'PATCH', type: 'merge', path, body: { spec: { unschedulable: true } } } },
}

const never = new AbortController().signal
const row: ActionRow = { ref: { key: 'u1', name: 'n', namespace: '' }, state: 'reading', warnings: [], taken: [] }
const at = { path: '/api/v1/nodes/n', now: new Date(0) }

/** A cluster with one node; `answer` is what a change gets. */
function cluster(answer: (change: Change, dryRun: boolean) => Answer | Error, object = node()): ClusterApi & { sent: string[] } {
  const sent: string[] = []
  return {
    sent,
    get: (path) =>
      path === at.path ? Promise.resolve(object) : Promise.reject(new ApiError({ code: 404, reason: 'NotFound', message: path })),
    send(change, { dryRun = false }) {
      sent.push(`${change.method} ${change.path}${dryRun ? ' dry' : ''}`)
      const told = answer(change, dryRun)
      return told instanceof Error ? Promise.reject(told) : Promise.resolve(told)
    },
  }
}

async function checked(api: ClusterApi): Promise<ActionRow> {
  return checkRow(api, planRow(cordon as ChangeAction<never>, await readRow(api, row, at.path, never), undefined, at), never)
}

describe('an action on one object', () => {
  test('read, planned, asked about, done, and what takes it back', async () => {
    const api = cluster(() => ({ object: node(true), warnings: ['mind the crew'] }))
    const ready = await checked(api)
    expect(ready).toMatchObject({ state: 'ready', warnings: ['mind the crew'], after: node(true) })
    expect(ready.taken).toEqual([{ path: ['spec', 'unschedulable'], owners: [expect.objectContaining({ manager: 'autoscaler' })] }])
    expect(isReady(ready)).toBe(true)
    const done = await commitRow(api, ready)
    expect(done).toMatchObject({ state: 'done', undo: { method: 'PATCH', path: at.path, body: { spec: { unschedulable: null } } } })
    expect(api.sent).toEqual(['PATCH /api/v1/nodes/n dry', 'PATCH /api/v1/nodes/n'])
  })

  test('another object of the same name is not the one that was chosen', async () => {
    const other = { ...node(), metadata: { name: 'n', uid: 'u2' } }
    const api = cluster(() => ({ object: undefined, warnings: [] }), other)
    expect(await checked(api)).toMatchObject({ state: 'unread', object: undefined })
    expect(api.sent).toEqual([])
  })

  test('nothing is sent for what is so already, and what would change nothing is not ready', async () => {
    const skipped = await checked(cluster(() => new Error('never asked'), node(true)))
    expect(skipped).toMatchObject({ state: 'skipped', skip: 'already' })
    const same = await checked(cluster(() => ({ object: node(), warnings: [] })))
    expect([same.state, isReady(same)]).toEqual(['same', false])
  })

  test('what others have written since it was read is no part of the difference', async () => {
    const written = (unschedulable: boolean | undefined, resourceVersion: string): KubeObject => {
      const object = node(unschedulable)
      return { ...object, metadata: { ...object.metadata, resourceVersion, annotations: { seen: resourceVersion } } }
    }
    let stored = 1
    const api = cluster(() => {
      // A controller writes before the first and the second dry run.
      if (stored < 3) stored++
      return { object: written(true, String(stored)), warnings: [] }
    })
    api.get = () => Promise.resolve(written(undefined, String(stored)))
    const ready = await checked(api)
    expect(ready).toMatchObject({ state: 'ready', before: written(undefined, '3'), after: written(true, '3') })
    expect(api.sent).toHaveLength(3)
    // One that is written all the time is asked about a few times, and then shown as it is.
    const busy = cluster(() => ({ object: written(true, String(++stored)), warnings: [] }))
    expect((await checked(busy)).state).toBe('ready')
    expect(busy.sent).toHaveLength(4)
  })

  test('what the server refuses stays undone, except where only the asking is refused', async () => {
    const refused = await checked(cluster(() => new ApiError({ code: 403, reason: 'Forbidden', message: 'no' })))
    expect([refused.state, isReady(refused)]).toEqual(['refused', false])
    const webhook = 'admission webhook "x" denied the request: webhook does not support dry run'
    const unasked = await checked(cluster(() => new ApiError({ code: 400, reason: 'BadRequest', message: webhook })))
    expect([unasked.state, isReady(unasked)]).toEqual(['refused', true])
  })

  test('a failure of the real thing keeps its error and has no way back', async () => {
    const api = cluster((_, dryRun) =>
      dryRun ? { object: node(true), warnings: [] } : new ApiError({ code: 409, reason: 'Conflict', message: 'changed' }),
    )
    const failed = await commitRow(api, await checked(api))
    expect(failed).toMatchObject({ state: 'failed', error: { code: 409 } })
    expect(failed.undo).toBeUndefined()
  })
})
