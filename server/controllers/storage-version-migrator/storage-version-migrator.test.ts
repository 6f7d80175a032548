import { afterEach, expect, test } from 'vitest'
import { CUSTOM_RESOURCE_DEFINITIONS, STORAGE_VERSION_MIGRATIONS } from '../../client/resource.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { startTestCluster, type TestCluster } from '../testing/cluster.ts'
import type { StorageVersionMigration } from './migration.ts'
import { storageVersionMigratorController } from './storage-version-migrator.ts'

let cluster: TestCluster | undefined
afterEach(async () => {
  await cluster?.close()
  cluster = undefined
})

const GROUP = 'example.com'
const boxes = (version: string) => ({ group: GROUP, version, resource: 'boxes', namespaced: true })
const version = (name: string, stored: string) => ({
  ...{ name, served: true, storage: name === stored },
  schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } } } },
})
const definition = (stored: string): KubeObject =>
  ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `boxes.${GROUP}` },
    spec: {
      ...{ group: GROUP, scope: 'Namespaced', names: { plural: 'boxes', kind: 'Box' } },
      versions: [version('v1', stored), version('v2', stored)],
    },
  }) as KubeObject
const migration = (name: string, resource: string, group = GROUP): StorageVersionMigration => ({
  apiVersion: 'storagemigration.k8s.io/v1',
  kind: 'StorageVersionMigration',
  metadata: { name },
  spec: { resource: { group, resource } },
})

type Definition = KubeObject & { status: { storedVersions: string[]; conditions: { type: string; reason: string; message: string }[] } }

async function open(): Promise<TestCluster> {
  const c = (cluster = await startTestCluster(storageVersionMigratorController))
  await c.create(CUSTOM_RESOURCE_DEFINITIONS, definition('v1'))
  await c.until('served', () =>
    c.client
      .resource(boxes('v1'))
      .list()
      .then(
        () => true,
        () => false,
      ),
  )
  return c
}

const conditions = (svm: StorageVersionMigration): string[] =>
  (svm.status?.conditions ?? []).map((c) => `${c.type}=${c.status} ${c.reason}: ${c.message}`)
const over = (c: TestCluster, name: string): Promise<StorageVersionMigration> =>
  c.until(`${name} is over`, async () => {
    const svm = await c.get<StorageVersionMigration>(STORAGE_VERSION_MIGRATIONS, name)
    const ended = svm.status?.conditions?.some((x) => x.type !== 'Running') === true
    return (
      ended && (svm.status?.conditions?.some((x) => x.type === 'Running' && x.status === 'True') !== true || name.startsWith('no')) && svm
    )
  })

test('every object is written again in the storage version of now, and the definition says that nothing else is left', async () => {
  const c = await open()
  for (const name of ['a', 'b']) {
    await c.create(boxes('v1'), { apiVersion: `${GROUP}/v1`, kind: 'Box', metadata: { name }, spec: { size: 1 } } as KubeObject)
  }
  const { versions } = definition('v2').spec as { versions: object[] }
  await c.client.resource(CUSTOM_RESOURCE_DEFINITIONS).patch(`boxes.${GROUP}`, { type: 'merge', body: { spec: { versions } } })
  const stored = async (): Promise<string[]> =>
    (await c.get<Definition>(CUSTOM_RESOURCE_DEFINITIONS, `boxes.${GROUP}`)).status.storedVersions
  expect(await stored()).toEqual(['v1', 'v2'])
  await c.pass(1)
  const before = await c.list(boxes('v2'))
  await c.create(STORAGE_VERSION_MIGRATIONS, migration('m', 'boxes'))
  expect(conditions(await over(c, 'm'))).toEqual([
    'Running=False MigrationCompleted: Migration completed',
    'Succeeded=True StorageVersionMigrationSucceeded: Migration completed',
  ])
  expect(await stored()).toEqual(['v2'])
  const crd = await c.get<Definition>(CUSTOM_RESOURCE_DEFINITIONS, `boxes.${GROUP}`)
  expect(crd.status.conditions.find((x) => x.type === 'StorageMigrating')).toMatchObject({
    reason: 'MigrationSucceeded',
    message: 'The migration has succeeded and the stored versions have been updated',
  })
  const after = await c.list(boxes('v2'))
  expect(after.map((b) => b.metadata.resourceVersion)).not.toEqual(before.map((b) => b.metadata.resourceVersion))
  // A second one finds nothing to write.
  await c.create(STORAGE_VERSION_MIGRATIONS, migration('again', 'boxes'))
  await over(c, 'again')
  expect((await c.list(boxes('v2'))).map((b) => b.metadata.resourceVersion)).toEqual(after.map((b) => b.metadata.resourceVersion))
  expect(c.errors).toEqual([])
})

test('one after the other, the oldest first', async () => {
  const c = await open()
  // The first waits a minute for its resource to come.
  for (const name of ['first', 'older', 'a-younger']) {
    await c.create(STORAGE_VERSION_MIGRATIONS, migration(name, 'crates'))
    await c.pass(1)
  }
  const names = ['first', 'older', 'a-younger']
  await c.until('all to be over', async () => {
    const all = await c.list<StorageVersionMigration>(STORAGE_VERSION_MIGRATIONS)
    return all.every((m) => m.status?.conditions?.some((x) => x.type === 'Running' && x.status === 'False') === true)
  })
  const ended = await Promise.all(
    names.map(async (name) => Number((await c.get(STORAGE_VERSION_MIGRATIONS, name)).metadata.resourceVersion)),
  )
  expect(ended.toSorted((x, y) => x - y)).toEqual(ended)
})

test('of what there is not, or cannot be rewritten, it fails', async () => {
  const c = await open()
  await c.create(STORAGE_VERSION_MIGRATIONS, migration('nothing', 'crates'))
  await c.create(STORAGE_VERSION_MIGRATIONS, migration('no-patch', 'componentstatuses', ''))
  expect(conditions(await over(c, 'nothing'))).toContain('Failed=True StorageVersionMigrationFailed: resource does not exist in discovery')
  expect(conditions(await over(c, 'no-patch'))).toContain(
    'Failed=True StorageVersionMigrationFailed: resource "/v1, Resource=componentstatuses" does not support discovery operations: [update patch list]',
  )
})
