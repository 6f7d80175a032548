import { messageOf, type ControllerContext } from '../controller.ts'
import type { DiscoveredResource } from '../discovery.ts'
import { isStatusError, StatusError } from '../../machinery/status.ts'
import { apiVersionOf, type KubeObject } from '../../machinery/types.ts'
import {
  FAILED,
  is,
  isOver,
  isYoung,
  resourceFor,
  RUNNING,
  runningMessage,
  SUCCEEDED,
  withCondition,
  writeStatus,
  type StorageVersionMigration,
} from './migration.ts'

const MANAGER = 'storage-version-migrator-controller'
const PAGE = 500
/** Of these the original, whose garbage collector keeps the objects that it rewrites, has none. */
const UNWATCHED = ['events.', 'events.events.k8s.io']
/** Those that may go away by themselves. */
const RETRIABLE = new Set(['ServerTimeout', 'TooManyRequests', 'ServiceUnavailable', 'InternalError', 'Timeout'])

/**
 * Writes every object of a resource once more, as it is: the server stores it in the version of now (storageversionmigrator
 * `storageversionmigrator.go`). What was written since the migration began, or is gone, needs no more.
 */
export async function rewrite(ctx: ControllerContext, svm: StorageVersionMigration): Promise<void> {
  const checkpoint = svm.status?.resourceVersion ?? ''
  if (isOver(svm) || checkpoint === '' || !is(svm, 'Running')) return
  const resource = await resourceFor(ctx, svm)
  if (resource === undefined) {
    if (isYoung(ctx, svm)) throw new Error('resource does not exist in rest mapper, requeuing to attempt again: %!w(<nil>)')
    return failed(ctx, svm, 'unable to obtain GVR from discovery')
  }
  const objects = UNWATCHED.includes(`${resource.resource}.${resource.group}`) ? undefined : await objectsOf(ctx, resource, checkpoint)
  if (objects === undefined) {
    const why = 'resource does not exist in GC'
    if (isYoung(ctx, svm)) throw new Error(`${why}, requeuing to attempt again: %!w(<nil>)`)
    return failed(ctx, svm, `${why}: %!w(<nil>)`)
  }
  const total = objects.length
  const due = objects.filter(({ metadata }) => BigInt(metadata.resourceVersion!) <= BigInt(checkpoint))
  let left = due.length
  for (const object of due) {
    try {
      await touch(ctx, resource, object)
    } catch (e) {
      if (isRetriable(e)) {
        await writeStatus(ctx, running(ctx, svm, runningMessage(left, total, messageOf(e)))).catch(() => undefined)
        throw e
      }
      if (!isStatusError(e, 'Conflict') && !isStatusError(e, 'NotFound')) {
        const why = `${left}/${total} not yet migrated. migration encountered unhandled error: ${messageOf(e)}`
        const now = ctx.clock.now()
        const condition = { type: 'Failed', status: 'True', reason: FAILED, message: why }
        return writeStatus(ctx, withCondition(running(ctx, svm, runningMessage(left, total)), condition, now))
      }
    }
    left--
  }
  const condition = { type: 'Succeeded', status: 'True', reason: SUCCEEDED, message: 'Migration completed' }
  await writeStatus(ctx, withCondition(running(ctx, svm, runningMessage(left, total)), condition, ctx.clock.now()))
}

const running = ({ clock }: ControllerContext, svm: StorageVersionMigration, message: string): StorageVersionMigration =>
  withCondition(svm, { type: 'Running', status: 'True', reason: RUNNING, message }, clock.now())

function failed(ctx: ControllerContext, svm: StorageVersionMigration, why: string): Promise<void> {
  const message = `migration encountered unhandled error: ${why}`
  return writeStatus(ctx, withCondition(svm, { type: 'Failed', status: 'True', reason: FAILED, message }, ctx.clock.now()))
}

/** What the server did not say may be said the next time. */
const isRetriable = (e: unknown): boolean => !(e instanceof StatusError) || RETRIABLE.has(e.status.reason ?? '')

/** The metadata of all objects, in a state not older than the checkpoint; undefined where not all can be shown (a conversion fails). */
async function objectsOf(ctx: ControllerContext, resource: DiscoveredResource, checkpoint: string): Promise<KubeObject[] | undefined> {
  try {
    return await allObjects(ctx, resource, checkpoint)
  } catch (e) {
    if (isStatusError(e, 'StorageReadError')) return undefined
    throw e
  }
}

async function allObjects({ client, signal }: ControllerContext, resource: DiscoveredResource, checkpoint: string): Promise<KubeObject[]> {
  const found: KubeObject[] = []
  const api = client.resource(resource)
  const first = { resourceVersion: checkpoint, resourceVersionMatch: 'NotOlderThan' } as const
  for (let next: string | undefined; ; ) {
    const list = await api.list({ limit: PAGE, metadataOnly: true, signal, ...(next === undefined ? first : { continue: next }) })
    found.push(...list.items)
    next = list.metadata.continue
    if (!next) return found
  }
}

async function touch({ client, signal }: ControllerContext, resource: DiscoveredResource, { metadata }: KubeObject): Promise<void> {
  const { name = '', namespace, resourceVersion } = metadata
  const body = { kind: resource.kind, apiVersion: apiVersionOf(resource.group, resource.version), metadata: { resourceVersion } }
  await client
    .resource(resource)
    .patch(name, { type: 'merge', body }, { fieldManager: MANAGER, signal, ...(namespace === undefined ? {} : { namespace }) })
}
