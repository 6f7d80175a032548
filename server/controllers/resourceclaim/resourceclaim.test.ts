import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CLAIM_FINALIZER, podConsumer, type ResourceClaim } from '../../client/objects-resource.ts'
import type { Pod } from '../../client/objects.ts'
import { PODS, RESOURCE_CLAIM_TEMPLATES, RESOURCE_CLAIMS } from '../../client/resource.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { ended, gone, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { generateNameOf } from './generated.ts'
import { resourceClaimController } from './resourceclaim.ts'

let cluster: TestCluster
beforeEach(async () => {
  cluster = await startTestCluster(resourceClaimController)
})
afterEach(() => cluster.close())

const devices = { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu.example.com' } }] }
const template = (): Promise<KubeObject> =>
  cluster.create(RESOURCE_CLAIM_TEMPLATES, {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaimTemplate',
    metadata: { name: 'one-gpu' },
    spec: { metadata: { labels: { app: 'x' } }, spec: { devices } },
  })
const pod = (entry: Record<string, unknown>, more: Record<string, unknown> = {}): Promise<Pod> =>
  cluster.create<Pod>(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: {
      containers: [{ name: 'c', image: 'i', resources: { claims: [{ name: 'gpu' }] } as never }],
      resourceClaims: [{ name: 'gpu', ...entry }],
      ...more,
    },
  })
const claims = (): Promise<ResourceClaim[]> => cluster.list<ResourceClaim>(RESOURCE_CLAIMS)
const generated = (): Promise<ResourceClaim> =>
  cluster.until('a claim that the pod tells of', async () => {
    const [claim] = await claims()
    const p = await cluster.get<Pod>(PODS, 'p')
    const told = p.status?.resourceClaimStatuses as { name: string; resourceClaimName: string }[] | undefined
    return claim !== undefined && told?.[0]?.resourceClaimName === claim.metadata.name && claim
  })
/** As the scheduler leaves a claim that it has allocated for a pod. */
async function allocate(claim: ResourceClaim, ...users: Pod[]): Promise<ResourceClaim> {
  const resource = cluster.client.resource<ResourceClaim>(RESOURCE_CLAIMS)
  const fresh = await resource.get(claim.metadata.name!, { namespace: 'default' })
  const written = await resource.update({ ...fresh, metadata: { ...fresh.metadata, finalizers: [CLAIM_FINALIZER] } })
  const results = [{ request: 'gpu', driver: 'gpu.example.com', pool: 'n', device: 'gpu-0' }]
  const status = { allocation: { devices: { results } }, reservedFor: users.map(podConsumer) }
  return resource.updateStatus({ ...written, status })
}

describe('claims of pods', () => {
  test('are made from the template, once, and belong to the pod', async () => {
    await template()
    const { metadata } = await pod({ resourceClaimTemplateName: 'one-gpu' })
    const claim = await generated()
    expect(claim.metadata).toMatchObject({
      generateName: 'p-gpu-',
      labels: { app: 'x' },
      annotations: { 'resource.kubernetes.io/pod-claim-name': 'gpu' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: metadata.uid, controller: true }],
    })
    expect(claim.spec?.devices?.requests?.[0]).toMatchObject(devices.requests[0]!)
    await cluster.pass(3)
    expect(await claims()).toHaveLength(1)
    expect(cluster.errors).toEqual([])
  })

  test('wait for their template, and say so', async () => {
    await pod({ resourceClaimTemplateName: 'one-gpu' })
    const text = 'PodResourceClaim gpu: resource claim template "one-gpu": resourceclaimtemplate.resource.k8s.io "one-gpu" not found'
    await cluster.until('an event', async () => (await cluster.events()).includes(`FailedResourceClaimCreation: ${text}`))
    await template()
    expect((await generated()).metadata.generateName).toBe('p-gpu-')
  })

  test('one that was deleted by accident is made again', async () => {
    await template()
    await pod({ resourceClaimTemplateName: 'one-gpu' })
    const first = await generated()
    await cluster.client.resource(RESOURCE_CLAIMS).delete(first.metadata.name!, { namespace: 'default' })
    const other = await generated()
    expect(other.metadata.name).not.toBe(first.metadata.name)
  })

  test('are given up when the pod has finished: devices, finalizer, claim', async () => {
    await template()
    const user = await pod({ resourceClaimTemplateName: 'one-gpu' })
    const claim = await allocate(await generated(), user)
    await cluster.pass(2)
    expect((await cluster.get<ResourceClaim>(RESOURCE_CLAIMS, claim.metadata.name!)).status?.reservedFor).toHaveLength(1)
    await cluster.report(user, ended(cluster.clock, 0))
    await gone(cluster, RESOURCE_CLAIMS, claim.metadata.name!, 'default')
    const before = cluster.writes()
    await cluster.pass(5)
    expect([await claims(), cluster.writes() - before]).toEqual([[], 0])
  })

  test('those that a user made lose their reservation and stay', async () => {
    const made = await cluster.create<ResourceClaim>(RESOURCE_CLAIMS, {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaim',
      metadata: { name: 'mine' },
      spec: { devices } as never,
    })
    const user = await pod({ resourceClaimName: 'mine' })
    await allocate(made, user)
    await cluster.client.resource(PODS).delete('p', { namespace: 'default', gracePeriodSeconds: 0 })
    const free = await cluster.until('free', async () => {
      const c = await cluster.get<ResourceClaim>(RESOURCE_CLAIMS, 'mine')
      return (c.metadata.finalizers ?? []).length === 0 && c
    })
    expect(free.status ?? {}).toEqual({})
  })

  test('are reserved for a pod that was put on a node past the scheduler', async () => {
    const made = await cluster.create<ResourceClaim>(RESOURCE_CLAIMS, {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaim',
      metadata: { name: 'mine' },
      spec: { devices } as never,
    })
    await allocate(made)
    const { metadata } = await pod({ resourceClaimName: 'mine' }, { nodeName: 'n' })
    const users = await cluster.until(
      'reserved',
      async () => (await cluster.get<ResourceClaim>(RESOURCE_CLAIMS, 'mine')).status?.reservedFor,
    )
    expect(users).toEqual([{ resource: 'pods', name: 'p', uid: metadata.uid }])
  })

  test('are not reserved for more than 256: the next pod is left waiting, without an attempt each time', async () => {
    const made = await cluster.create<ResourceClaim>(RESOURCE_CLAIMS, {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaim',
      metadata: { name: 'mine' },
      spec: { devices } as never,
    })
    const allocated = await allocate(made)
    const others = (n: number) =>
      Array.from({ length: n }, (_, i) => ({ apiGroup: 'x.example', resource: 'widgets', name: `w${i}`, uid: `u${i}` }))
    const use = (n: number): Promise<ResourceClaim> =>
      cluster.client
        .resource<ResourceClaim>(RESOURCE_CLAIMS)
        .updateStatus({ ...allocated, status: { ...allocated.status, reservedFor: others(n) } })
    const full = await use(256)
    await pod({ resourceClaimName: 'mine' }, { nodeName: 'n' })
    const before = cluster.writes()
    await cluster.pass(10)
    expect([cluster.writes() - before, cluster.errors]).toEqual([0, []])
    allocated.metadata = full.metadata
    await use(255)
    const has256 = async () => (await cluster.get<ResourceClaim>(RESOURCE_CLAIMS, 'mine')).status?.reservedFor?.length === 256
    expect(await cluster.until('reserved', has256)).toBe(true)
  })
})

test.each([
  ['pod', 'gpu', 'pod-gpu-'],
  ['p'.repeat(60), 'g'.repeat(20), `${'p'.repeat(41)}-${'g'.repeat(13)}`],
])('a base for names: %s and %s', (name, entry, expected) => {
  expect(generateNameOf(name, entry)).toBe(expected)
})
