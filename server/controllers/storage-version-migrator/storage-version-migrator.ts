import { dropManagedFields } from '../../client/informer.ts'
import { STORAGE_VERSION_MIGRATIONS } from '../../client/resource.ts'
import { isStatusError } from '../../machinery/status.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller } from '../controller.ts'
import { noteCheckpoint } from './checkpoint.ts'
import { groupResourceOf, type StorageVersionMigration } from './migration.ts'
import { rewrite } from './rewrite.ts'
import { runMigrations } from './runner.ts'

const WORKERS = 5

/**
 * Carries StorageVersionMigrations out (KEP-4192). Three loops hand each one on through its status: the first says which may run, the second
 * notes since when, the third rewrites the objects; then the first ends it.
 */
export const storageVersionMigratorController: Controller = {
  name: 'storage-version-migrator-controller',
  gate: 'StorageVersionMigrator',
  async start(ctx) {
    const [byResource, checkpoints] = [ctx.workQueue('resource-version-controller'), ctx.workQueue('resource-version-controller')]
    const rewrites = ctx.workQueue('storage-version-migrator-controller')
    const migrations = ctx.informers.informer<StorageVersionMigration>(STORAGE_VERSION_MIGRATIONS, { transform: dropManagedFields })
    const look = (svm: StorageVersionMigration): void => {
      byResource.add(groupResourceOf(svm))
      checkpoints.add(svm.metadata.name ?? '')
      rewrites.add(svm.metadata.name ?? '')
    }
    migrations.addIndex('resource', (svm) => [groupResourceOf(svm)])
    migrations.addHandler({ added: look, updated: look, deleted: (svm) => byResource.add(groupResourceOf(svm)) })
    await migrations.synced()
    const onError = unlessConflict(ctx, (key) => `storageversionmigration ${key}`)
    const { signal } = ctx
    startWorkers({
      ...{ queue: byResource, workers: 1, signal, onError },
      sync: (key) => runMigrations(ctx, migrations.lister.byIndex('resource', key)),
    })
    const each =
      (work: (svm: StorageVersionMigration) => Promise<void>) =>
      async (name: string): Promise<void> => {
        const svm = migrations.lister.get(name)
        if (svm === undefined) return
        await work(svm).catch((e: unknown) => {
          if (!isStatusError(e, 'NotFound') || migrations.lister.get(name) !== undefined) throw e
        })
      }
    startWorkers({ ...{ queue: checkpoints, workers: 1, signal, onError }, sync: each((svm) => noteCheckpoint(ctx, svm)) })
    startWorkers({ ...{ queue: rewrites, workers: WORKERS, signal, onError }, sync: each((svm) => rewrite(ctx, svm)) })
  },
}
