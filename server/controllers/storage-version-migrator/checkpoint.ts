import type { ControllerContext } from '../controller.ts'
import type { DiscoveredResource } from '../discovery.ts'
import { FAILED, gvrText, is, isOver, isYoung, resourceFor, withFirst, writeStatus, type StorageVersionMigration } from './migration.ts'

const REQUIRED = ['update', 'patch', 'list']
/** No namespace can have this name. */
const NO_NAMESPACE = '@fake:svm_ns!'

/**
 * Notes in a migration that begins the resourceVersion of now: what was written later is stored in the new version already
 * (storageversionmigrator `resourceversion.go`).
 */
export async function noteCheckpoint(ctx: ControllerContext, svm: StorageVersionMigration): Promise<void> {
  if (!is(svm, 'Running') || isOver(svm) || svm.status?.resourceVersion) return
  const resource = await resourceFor(ctx, svm)
  if (resource === undefined) {
    if (isYoung(ctx, svm)) throw new Error('resource does not exist in our rest mapper, requeuing to attempt again')
    return fail(ctx, svm, 'resource does not exist in discovery')
  }
  if (!REQUIRED.every((verb) => resource.verbs.includes(verb))) {
    const why = `does not support discovery operations: [${REQUIRED.join(' ')}]`
    return fail(ctx, svm, `resource ${JSON.stringify(gvrText(resource))} ${why}`)
  }
  const resourceVersion = await latestVersion(ctx, resource)
  await writeStatus(ctx, { ...svm, status: { ...svm.status, resourceVersion } })
}

const fail = (ctx: ControllerContext, svm: StorageVersionMigration, why: string): Promise<void> =>
  writeStatus(ctx, withFirst(svm, 'Failed', FAILED, why, ctx.clock.now()))

async function latestVersion({ client, signal }: ControllerContext, resource: DiscoveredResource): Promise<string> {
  const list = await client.resource(resource).list({
    ...{ limit: 1, metadataOnly: true, signal },
    ...(resource.namespaced ? { namespace: NO_NAMESPACE } : {}),
  })
  return list.metadata.resourceVersion ?? ''
}
