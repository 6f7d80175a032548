import type { ControllerContext } from '../controller.ts'
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../client/resource.ts'
import { formatTime } from '../../machinery/clock.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { is, isOver, RUNNING, runningMessage, withCondition, withFirst, writeStatus, type StorageVersionMigration } from './migration.ts'

const MANAGER = 'migration-runner-controller'
/** client-go `retry.DefaultRetry`. */
const TRIES = 5

interface Definition extends KubeObject {
  spec: { versions: readonly { name: string; storage: boolean }[] }
  status?: { conditions?: readonly { type: string; observedGeneration?: number }[] }
}

interface DefinitionCondition {
  status: 'True' | 'False'
  reason: string
  message: string
}

/** The oldest of those that wait, unless one runs; by name where they are equally old. */
function nextOf(all: readonly StorageVersionMigration[]): StorageVersionMigration | undefined {
  if (all.some((svm) => is(svm, 'Running') && !isOver(svm))) return undefined
  const order = ({ metadata: { creationTimestamp, name } }: StorageVersionMigration): string => `${creationTimestamp} ${name}`
  return all.filter((svm) => !is(svm, 'Running') && !isOver(svm)).sort((a, b) => (order(a) < order(b) ? -1 : 1))[0]
}

/**
 * Lets one migration of a resource run at a time, and ends those that are over: the definition of a custom resource says in its condition
 * StorageMigrating that one runs, and afterwards in `storedVersions` what is left (storageversionmigrator `migrationrunner.go`).
 * @param all the migrations of one resource
 */
export async function runMigrations(ctx: ControllerContext, all: readonly StorageVersionMigration[]): Promise<void> {
  for (const svm of all) if (is(svm, 'Running') && isOver(svm)) await endMigration(ctx, svm)
  const next = nextOf(all)
  if (next === undefined) return
  await changeDefinition(ctx, next, () => ({
    condition: { status: 'True', reason: 'MigrationRunning', message: `Migration ${next.metadata.name} is running` },
  }))
  await writeStatus(ctx, withFirst(next, 'Running', RUNNING, runningMessage(), ctx.clock.now()))
}

async function endMigration(ctx: ControllerContext, svm: StorageVersionMigration): Promise<void> {
  await changeDefinition(ctx, svm, (crd) => ended(crd, is(svm, 'Succeeded')))
  const text = 'Migration completed'
  const { generation } = svm.metadata
  const condition = { type: 'Running', status: 'False', reason: 'MigrationCompleted', message: text }
  await writeStatus(
    ctx,
    withCondition(svm, { ...condition, ...(generation ? { observedGeneration: Number(generation) } : {}) }, ctx.clock.now()),
  )
}

interface DefinitionChange {
  readonly condition: DefinitionCondition
  readonly storedVersions?: readonly string[]
}

/** What is left in storage is known where the definition has not changed since the migration began. */
function ended({ spec, status, metadata }: Definition, success: boolean): DefinitionChange {
  const began = status?.conditions?.find((c) => c.type === 'StorageMigrating')
  const unchanged = began !== undefined && (began.observedGeneration ?? 0) === metadata.generation
  const stored = unchanged ? spec.versions.filter((v) => v.storage).map((v) => v.name) : undefined
  const more = unchanged
    ? ' and the stored versions have been updated'
    : ' but the stored versions have not been updated due to a generation mismatch'
  return {
    condition: {
      status: 'False',
      reason: success ? 'MigrationSucceeded' : 'MigrationFailed',
      message: success ? `The migration has succeeded${more}` : 'The migration has failed',
    },
    ...(stored === undefined ? {} : { storedVersions: stored }),
  }
}

/** Applies to the status of the definition that the resource has, if it has one; made anew when another write comes between. */
async function changeDefinition(
  { client, clock, signal }: ControllerContext,
  { spec: { resource } }: StorageVersionMigration,
  change: (crd: Definition) => DefinitionChange,
): Promise<void> {
  const definitions = client.resource<Definition>(CUSTOM_RESOURCE_DEFINITIONS)
  const name = `${resource.resource}.${resource.group ?? ''}`
  for (let tries = 1; ; tries++) {
    try {
      const crd = await definitions.get(name, { signal })
      const { condition, storedVersions } = change(crd)
      const { generation = 0, resourceVersion } = crd.metadata
      const status = {
        conditions: [
          { type: 'StorageMigrating', ...condition, lastTransitionTime: formatTime(clock.now()), observedGeneration: Number(generation) },
        ],
        ...(storedVersions === undefined ? {} : { storedVersions }),
      }
      const config = {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name, resourceVersion },
        status,
      }
      const body = Buffer.from(JSON.stringify(config))
      await definitions.patch(name, { type: 'apply', body }, { subresource: 'status', fieldManager: MANAGER, force: true, signal })
      return
    } catch (e) {
      if (isStatusError(e, 'NotFound')) return
      if (!isStatusError(e, 'Conflict') || tries === TRIES) throw e
    }
  }
}
