import { afterEach, expect, test } from 'vitest'
import { CLUSTER_ROLES } from '../../client/resource.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { clusterRoleAggregationController } from './clusterrole-aggregation.ts'

let cluster: TestCluster
afterEach(() => cluster.close())

interface ClusterRole extends KubeObject {
  rules: { verbs: string[]; apiGroups?: string[]; resources?: string[] }[] | null
}

const reads = (...resources: string[]): object => ({ verbs: ['get'], apiGroups: [''], resources })
const role = (name: string, labels: Record<string, string>, ...rules: object[]): KubeObject => ({ metadata: { name, labels }, rules })
const rulesOf = async (name: string): Promise<ClusterRole['rules']> => (await cluster.get<ClusterRole>(CLUSTER_ROLES, name)).rules

test('the default roles admin, edit and view get their rules', async () => {
  cluster = await startTestCluster(clusterRoleAggregationController)
  const count = await cluster.until('rules of admin', async () => {
    const [admin, edit, view] = await Promise.all(['admin', 'edit', 'view'].map(rulesOf))
    return (admin?.length ?? 0) > (edit?.length ?? 0) && (view?.length ?? 0) > 0 && [admin!.length, edit!.length, view!.length]
  })
  await cluster.pass(2)
  // As many as kube-controller-manager makes them.
  expect(await Promise.all(['admin', 'edit', 'view'].map(async (name) => (await rulesOf(name))?.length))).toEqual([29, 27, 12])
  expect(count).toHaveLength(3)
  const admin = await cluster.get<ClusterRole>(CLUSTER_ROLES, 'admin')
  const entry = (admin.metadata.managedFields as { manager: string; operation: string }[]).find((m) => m.operation === 'Apply')
  expect(entry).toMatchObject({ manager: 'clusterrole-aggregation-controller' })
  expect(cluster.errors).toEqual([])
})

test('rules come in the order of selectors and names, each once, and follow changes', async () => {
  cluster = await startTestCluster(clusterRoleAggregationController)
  const selectors = [{ matchLabels: { a: '1' } }, { matchExpressions: [{ key: 'b', operator: 'Exists' }] }]
  await cluster.create(CLUSTER_ROLES, role('z', { a: '1' }, reads('pods')))
  await cluster.create(CLUSTER_ROLES, role('y', { a: '1', b: '' }, reads('nodes'), reads('pods')))
  await cluster.create(CLUSTER_ROLES, role('x', { b: '' }, reads('secrets')))
  await cluster.create(CLUSTER_ROLES, { ...role('sum', { a: '1' }, reads('own')), aggregationRule: { clusterRoleSelectors: selectors } })
  const resources = async (): Promise<unknown> => (await rulesOf('sum'))?.map((r) => r.resources?.[0])
  const become = (...wanted: string[]): Promise<unknown> =>
    cluster.until(wanted.join(), async () => JSON.stringify(await resources()) === JSON.stringify(wanted))
  await become('nodes', 'pods', 'secrets')
  await cluster.client.resource(CLUSTER_ROLES).delete('y')
  await become('pods', 'secrets')
  await cluster.client.resource(CLUSTER_ROLES).patch('x', { type: 'merge', body: { rules: [reads('events')] } })
  await become('pods', 'events')
  const before = cluster.writes()
  await cluster.pass(3)
  expect(cluster.writes()).toBe(before)
  expect(cluster.errors).toEqual([])
})
