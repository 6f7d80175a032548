import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Deployment, ReplicaSet } from '../../client/objects.ts'
import { DEPLOYMENTS, REPLICA_SETS } from '../../client/resource.ts'
import { startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { deploymentController } from './deployment.ts'

let c: TestCluster
beforeEach(async () => {
  c = await startTestCluster(deploymentController)
})
afterEach(() => c.close())

const labels = { app: 'web' }
const template = (image: string) => ({ metadata: { labels }, spec: { containers: [{ name: 'c', image }] } })
const get = (): Promise<Deployment> => c.get<Deployment>(DEPLOYMENTS, 'web')
const patch = (body: Record<string, unknown>): Promise<unknown> =>
  c.client.resource(DEPLOYMENTS).patch('web', { type: 'merge', body }, { namespace: 'default' })
const revisionIs = (n: number) =>
  c.until(`revision ${n}`, async () => (await get()).metadata.annotations?.['deployment.kubernetes.io/revision'] === String(n))
const image = async (): Promise<string | undefined> => (await get()).spec?.template?.spec?.containers?.[0]?.image
const CAUSE = 'kubernetes.io/change-cause'
const ROLLBACK_TO = 'deprecated.deployment.rollback.to'

/** Revisions 1 and 2, each with what caused it. */
async function twoRevisions(): Promise<void> {
  await c.create<Deployment>(DEPLOYMENTS, {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', annotations: { [CAUSE]: 'first' } } },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: template('one') },
  })
  await revisionIs(1)
  await patch({ metadata: { annotations: { [CAUSE]: 'second' } }, spec: { template: template('two') } })
  await revisionIs(2)
}
const askFor = async (revision: string): Promise<void> => {
  await patch({ metadata: { annotations: { [ROLLBACK_TO]: revision } } })
  await c.until('nobody asks any more', async () => (await get()).metadata.annotations?.[ROLLBACK_TO] === undefined)
}

test.each(['0', '1'])('to revision %s: the template and what caused it come back, as a new revision', async (to) => {
  await twoRevisions()
  await askFor(to)
  await revisionIs(3)
  expect([await image(), (await get()).metadata.annotations?.[CAUSE]]).toEqual(['one', 'first'])
  expect(Object.keys((await get()).spec!.template!.metadata!.labels!)).toEqual(['app'])
  expect((await c.list<ReplicaSet>(REPLICA_SETS)).length).toBe(2)
  expect(await c.events()).toContain('DeploymentRollback: Rolled back deployment "web" to revision 1')
  expect(c.errors).toEqual([])
})

test('to one that is not there, and to the one that is there already', async () => {
  await twoRevisions()
  await askFor('7')
  await askFor('2')
  await c.pass(2)
  expect(await image()).toBe('two')
  const told = (await c.events()).filter((e) => e.startsWith('DeploymentRollback'))
  expect(told).toEqual([
    'DeploymentRollbackRevisionNotFound: Unable to find the revision to rollback to.',
    'DeploymentRollbackTemplateUnchanged: The rollback revision contains the same template as current deployment "web"',
  ])
})

test('what is no number is nobody’s wish', async () => {
  await twoRevisions()
  await patch({ metadata: { annotations: { [ROLLBACK_TO]: 'back' } } })
  await c.pass(3)
  expect([await image(), (await get()).metadata.annotations?.[ROLLBACK_TO]]).toEqual(['two', 'back'])
})
