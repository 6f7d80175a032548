import { afterEach, describe, expect, test } from 'vitest'
import type { PodDisruptionBudget } from '../../client/objects-policy.ts'
import type { Pod } from '../../client/objects.ts'
import { DEPLOYMENTS, POD_DISRUPTION_BUDGETS, PODS, REPLICA_SETS } from '../../client/resource.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { deploymentController } from '../deployment/deployment.ts'
import { replicaSetController } from '../replicaset/replicaset.ts'
import { isAlive, ready, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { disruptionController } from './disruption.ts'

let cluster: TestCluster
afterEach(() => cluster.close())

const labels = { app: 'web' }
const containers = [{ name: 'c', image: 'i' }]
const budget = (spec: Record<string, unknown>): KubeObject => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'b' },
  spec: { selector: { matchLabels: labels }, ...spec },
})
const deployment = (replicas: number): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
})

const statusOf = async (): Promise<NonNullable<PodDisruptionBudget['status']>> =>
  (await cluster.get<PodDisruptionBudget>(POD_DISRUPTION_BUDGETS, 'b')).status!
const alive = async (): Promise<Pod[]> => (await cluster.list<Pod>(PODS)).filter(isAlive)
async function run(n: number): Promise<Pod[]> {
  const pods = await cluster.until(`${n} pods`, async () => (await alive()).length === n && alive())
  for (const pod of pods) await cluster.report(pod, ready(cluster.clock))
  return pods
}
const until = (what: Partial<Awaited<ReturnType<typeof statusOf>>>) =>
  cluster.until(JSON.stringify(what), async () => {
    const status = await statusOf()
    return Object.entries(what).every(([k, v]) => status[k as keyof typeof status] === v)
  })
const evict = (pod: Pod) => {
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod.metadata.name! } }
  return cluster.client.resource(PODS).subresource('POST', pod.metadata.name!, 'eviction', body, { namespace: 'default' })
}

describe('a budget', () => {
  test('counts what a deployment keeps, and lets one pod go at a time', async () => {
    cluster = await startTestCluster(deploymentController, replicaSetController, disruptionController)
    await cluster.create(POD_DISRUPTION_BUDGETS, budget({ maxUnavailable: 1 }))
    await cluster.create(DEPLOYMENTS, deployment(3))
    const pods = await run(3)
    await until({ disruptionsAllowed: 1 })
    expect(await statusOf()).toEqual({
      observedGeneration: 1,
      disruptionsAllowed: 1,
      currentHealthy: 3,
      desiredHealthy: 2,
      expectedPods: 3,
      conditions: [
        expect.objectContaining({ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods', message: '' }) as unknown,
      ],
    })
    await evict(pods[0]!)
    await expect(evict(pods[1]!)).rejects.toSatisfy((e) => isStatusError(e, 'TooManyRequests'))
    await until({ disruptionsAllowed: 0, currentHealthy: 2 })
    expect((await statusOf()).conditions).toMatchObject([{ status: 'False', reason: 'InsufficientPods' }])
    const [fresh] = await cluster.until('a new one', async () => {
      const made = (await alive()).filter((p) => !pods.some((old) => old.metadata.uid === p.metadata.uid))
      return made.length === 1 && made
    })
    await cluster.report(fresh!, ready(cluster.clock))
    await until({ disruptionsAllowed: 1, currentHealthy: 3 })
    expect((await statusOf()).disruptedPods).toBeUndefined()
    expect(cluster.errors).toEqual([])
  })

  test('counts by itself a ReplicaSet whose Deployment is gone', async () => {
    cluster = await startTestCluster(replicaSetController, disruptionController)
    await cluster.create(POD_DISRUPTION_BUDGETS, budget({ maxUnavailable: 1 }))
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'gone', controller: true }
    const { spec } = deployment(3) as KubeObject & { spec: object }
    const set = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web-1', ownerReferences: [owner] }, spec }
    await cluster.create(REPLICA_SETS, set as KubeObject)
    await run(3)
    expect(await until({ expectedPods: 3, desiredHealthy: 2, currentHealthy: 3, disruptionsAllowed: 1 })).toBe(true)
    expect(cluster.errors).toEqual([])
  })

  test.each([
    [{ minAvailable: '50%' }, { expectedPods: 3, desiredHealthy: 2, disruptionsAllowed: 1 }],
    [{ minAvailable: 1 }, { expectedPods: 3, desiredHealthy: 1, disruptionsAllowed: 2 }],
    [{ maxUnavailable: '40%' }, { expectedPods: 3, desiredHealthy: 1, disruptionsAllowed: 2 }],
    [{ maxUnavailable: 9 }, { expectedPods: 3, desiredHealthy: 0, disruptionsAllowed: 3 }],
  ])('%j of three', async (spec, want) => {
    cluster = await startTestCluster(deploymentController, replicaSetController, disruptionController)
    await cluster.create(POD_DISRUPTION_BUDGETS, budget(spec))
    await cluster.create(DEPLOYMENTS, deployment(3))
    await run(3)
    expect(await until({ currentHealthy: 3, ...want })).toBe(true)
  })

  test('over pods that nobody keeps says so; it allows nothing where it cannot count', async () => {
    cluster = await startTestCluster(disruptionController)
    await cluster.create(POD_DISRUPTION_BUDGETS, budget({ maxUnavailable: 1 }))
    await cluster.until('no pods', async () => (await cluster.events()).includes('NoPods: No matching pods found'))
    await cluster.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bare', labels }, spec: { containers } } as KubeObject)
    const events = await cluster.until('told', async () => {
      const all = await cluster.events()
      return all.some((e) => e.startsWith('UnmanagedPods')) && all
    })
    expect(events.at(-1)).toContain(
      '(selector: &LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{},})',
    )
    const owner = { apiVersion: 'example.com/v1', kind: 'Widget', name: 'w', uid: 'u', controller: true }
    const owned = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'owned', labels, ownerReferences: [owner] }, spec: { containers } }
    await cluster.create(PODS, owned as KubeObject)
    await cluster.until('failed', async () => (await statusOf()).conditions?.[0]?.reason === 'SyncFailed')
    expect((await statusOf()).conditions?.[0]).toMatchObject({
      status: 'False',
      message: 'no matches for kind "Widget" in version "example.com/v1"',
    })
    const before = cluster.writes()
    await cluster.pass(30)
    expect(cluster.writes()).toBe(before)
    expect(cluster.errors).toEqual([])
  })

  test('a pod that was to go and stays counts again after two minutes, and is marked no more', async () => {
    cluster = await startTestCluster(disruptionController)
    await cluster.create(POD_DISRUPTION_BUDGETS, budget({ minAvailable: 1 }))
    for (const name of ['a', 'b']) {
      const pod = await cluster.create(PODS, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, labels },
        spec: { nodeName: 'n', containers },
      } as KubeObject)
      await cluster.report(pod, ready(cluster.clock))
    }
    await until({ disruptionsAllowed: 1 })
    const at = new Date(cluster.clock.now()).toISOString().replace('.000', '')
    const status = { disruptedPods: { a: at }, disruptionsAllowed: 0 }
    await cluster.client
      .resource(POD_DISRUPTION_BUDGETS)
      .patch('b', { type: 'merge', body: { status } }, { namespace: 'default', subresource: 'status' })
    await cluster.report(
      { metadata: { name: 'a', namespace: 'default' } },
      { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'x', lastTransitionTime: at }] },
    )
    await until({ currentHealthy: 1, disruptionsAllowed: 0 })
    await cluster.pass(119)
    expect((await statusOf()).disruptedPods).toEqual({ a: at })
    await until({ currentHealthy: 2, disruptionsAllowed: 1 })
    expect((await statusOf()).disruptedPods).toBeUndefined()
    expect(await cluster.events()).toContain("NotDeleted: Pod was expected by PDB default/default to be deleted but it wasn't")
    const { status: podStatus } = await cluster.get<Pod>(PODS, 'a')
    expect(podStatus?.conditions?.find((c) => c.type === 'DisruptionTarget')?.status).toBe('False')
    expect(cluster.errors).toEqual([])
  })
})
