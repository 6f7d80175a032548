import { afterEach, describe, expect, test } from 'vitest'
import { findCondition, type Pod } from '../../../client/objects.ts'
import type { ResourceClaim } from '../../../client/objects-resource.ts'
import { DEVICE_CLASSES, NODES, PODS, RESOURCE_CLAIM_TEMPLATES, RESOURCE_CLAIMS, RESOURCE_SLICES } from '../../../client/resource.ts'
import type { Controller } from '../../../controllers/controller.ts'
import { resourceClaimController } from '../../../controllers/resourceclaim/resourceclaim.ts'
import { ended, startTestCluster, type TestCluster } from '../../../controllers/testing/cluster.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { loadConfiguration } from '../../config/load.ts'
import { startScheduler } from '../../scheduler.ts'
import { makeNode } from '../../testing/objects.ts'

const OTHER = 'other-scheduler'
const configuration = loadConfiguration(
  JSON.stringify({
    ...{ apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' },
    profiles: [{ schedulerName: 'default-scheduler' }, { schedulerName: OTHER }],
  }),
)
const scheduler: Controller = {
  name: 'kube-scheduler',
  start: ({ client, informers, clock, signal, onError }) =>
    startScheduler({ client, informers, clock, signal, onError, configuration, random: () => 0.5 }),
}

let c: TestCluster
afterEach(() => c.close())

const resourceKind = (kind: string) => ({ apiVersion: 'resource.k8s.io/v1', kind })
const DRIVER = 'gpu.example.com'

async function world(devices: number, more: Record<string, unknown> = {}): Promise<void> {
  c = await startTestCluster(scheduler, resourceClaimController)
  const node = makeNode('n')
  await c.create(NODES, node)
  await c.client.resource(NODES).patch('n', { type: 'merge', body: { spec: { taints: null } } })
  await c.create(RESOURCE_SLICES, {
    ...resourceKind('ResourceSlice'),
    metadata: { name: 'slice' },
    spec: {
      driver: DRIVER,
      nodeName: 'n',
      pool: { name: 'pool', generation: 1, resourceSliceCount: 1 },
      devices: Array.from({ length: devices }, (_, i) => ({ name: `gpu-${i}`, ...more })),
    },
  })
  const request = { name: 'r', exactly: { deviceClassName: 'gpu' } }
  await c.create(RESOURCE_CLAIM_TEMPLATES, {
    ...resourceKind('ResourceClaimTemplate'),
    metadata: { name: 'one' },
    spec: { spec: { devices: { requests: [request] } } },
  })
}
const addClass = (more: object = {}): Promise<KubeObject> =>
  c.create(DEVICE_CLASSES, {
    ...resourceKind('DeviceClass'),
    metadata: { name: 'gpu' },
    spec: { selectors: [{ cel: { expression: `device.driver == "${DRIVER}"` } }], ...more },
  } as KubeObject)
const addPod = (name: string): Promise<Pod> =>
  c.create<Pod>(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'c', image: 'i' }], resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'one' }] },
  })
const pod = (name: string): Promise<Pod> => c.get<Pod>(PODS, name)
const isPlaced = (name: string): Promise<Pod> =>
  c.until(`${name} has a node`, async () => {
    const p = await pod(name)
    return p.spec?.nodeName !== undefined && p
  })
const claimOf = async (p: Pod): Promise<ResourceClaim> => {
  const [status] = p.status?.resourceClaimStatuses as { resourceClaimName: string }[]
  return c.get<ResourceClaim>(RESOURCE_CLAIMS, status!.resourceClaimName)
}
const whyNot = async (name: string): Promise<string | undefined> =>
  findCondition((await pod(name)).status?.conditions, 'PodScheduled')?.message

describe('claims of pods', () => {
  test('get devices with the pod’s node; who finds none waits until one is given back', async () => {
    await world(1)
    await addClass()
    await addPod('first')
    const first = await isPlaced('first')
    const claim = await claimOf(first)
    expect(claim.metadata.finalizers).toEqual(['resource.kubernetes.io/delete-protection'])
    expect(claim.status?.allocation?.devices?.results).toEqual([{ request: 'r', driver: DRIVER, pool: 'pool', device: 'gpu-0' }])
    expect(claim.status?.allocation?.allocationTimestamp).toBeDefined()
    expect(claim.status?.reservedFor).toEqual([{ resource: 'pods', name: 'first', uid: first.metadata.uid }])
    await addPod('second')
    const why = await c.until('why it waits', () => whyNot('second'))
    expect(why).toContain('0/1 nodes are available: 1 cannot allocate all claims.')
    await c.report(first, ended(c.clock, 0))
    await isPlaced('second')
    expect((await claimOf(await pod('second'))).status?.allocation?.devices?.results?.[0]?.device).toBe('gpu-0')
    expect(c.errors).toEqual([])
  })

  test('wait for their class', async () => {
    await world(1)
    await addPod('p')
    expect(await c.until('why it waits', () => whyNot('p'))).toContain(
      '0/1 nodes are available: request r: device class gpu does not exist.',
    )
    await addClass()
    await isPlaced('p')
  })

  test('wait for devices that have to be prepared for the node', async () => {
    await world(1, { bindsToNode: true, bindingConditions: ['Attached'], bindingFailureConditions: ['Broken'] })
    await addClass()
    await addPod('p')
    const claim = await c.until('allocated', async () => {
      const [found] = await c.list<ResourceClaim>(RESOURCE_CLAIMS)
      return found?.status?.allocation !== undefined && found
    })
    await c.pass(12)
    expect((await pod('p')).spec?.nodeName).toBeUndefined()
    const condition = { type: 'Attached', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z', reason: 'Done', message: '' }
    const fresh = await c.get<ResourceClaim>(RESOURCE_CLAIMS, claim.metadata.name!)
    const devices = [{ driver: DRIVER, pool: 'pool', device: 'gpu-0', conditions: [condition] }]
    await c.client.resource<ResourceClaim>(RESOURCE_CLAIMS).updateStatus({ ...fresh, status: { ...fresh.status, devices } })
    await isPlaced('p')
  })
})

test('a claim whose devices are elsewhere loses them, when the pod could have all else', async () => {
  await world(1)
  await addClass()
  const claim = await c.create<ResourceClaim>(RESOURCE_CLAIMS, {
    ...{ ...resourceKind('ResourceClaim'), metadata: { name: 'far' } },
    spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu' } }] } },
  })
  const nodeSelector = { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['other'] }] }] }
  const results = [{ request: 'r', driver: DRIVER, pool: 'elsewhere', device: 'gpu-0' }]
  const status = { allocation: { devices: { results }, nodeSelector } }
  await c.client.resource<ResourceClaim>(RESOURCE_CLAIMS).updateStatus({ ...claim, status } as ResourceClaim)
  const asks = (name: string, ...claims: object[]): Promise<Pod> =>
    c.create<Pod>(PODS, {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name } },
      spec: { containers: [{ name: 'c', image: 'i' }], resourceClaims: claims },
    } as KubeObject as Pod)
  const far = { name: 'far', resourceClaimName: 'far' }
  const own = (name: string): object => ({ name, resourceClaimTemplateName: 'one' })
  await asks('greedy', far, own('a'), own('b'))
  expect(await c.until('why it waits', () => whyNot('greedy'))).toContain('0/1 nodes are available: 1 cannot allocate all claims.')
  expect((await c.get<ResourceClaim>(RESOURCE_CLAIMS, 'far')).status?.allocation).toBeDefined()
  await asks('p', far)
  await isPlaced('p')
  const told = '0/1 nodes are available: 1 resourceclaim not available on the node. deallocation of ResourceClaim completed, preemption: '
  const said = await c.events()
  expect(said.filter((e) => e.includes('deallocation'))).toEqual([expect.stringContaining(told)])
  expect((await c.get<ResourceClaim>(RESOURCE_CLAIMS, 'far')).status?.allocation?.devices?.results?.[0]?.pool).toBe('pool')
})

describe('extended resources that devices stand for', () => {
  const asking = (name: string, limits: Record<string, string>, more: object = {}): Promise<Pod> =>
    c.create<Pod>(PODS, {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name } },
      spec: { containers: [{ name: 'c', image: 'i', resources: { limits } }], ...more },
    } as KubeObject as Pod)

  test.each(['example.com/gpu', 'deviceclass.resource.kubernetes.io/gpu'])('%s becomes a claim of the pod’s own', async (resource) => {
    await world(3)
    await addClass({ extendedResourceName: 'example.com/gpu' })
    await asking('first', { [resource]: '2' })
    const placed = await isPlaced('first')
    const [claim] = await c.list<ResourceClaim>(RESOURCE_CLAIMS)
    const { name = '', annotations, ownerReferences } = claim!.metadata
    expect(name).toMatch(/^first-extended-resources-/)
    expect(annotations).toEqual({ 'resource.kubernetes.io/extended-resource-claim': 'true' })
    expect(ownerReferences).toEqual([{ apiVersion: 'v1', kind: 'Pod', name: 'first', uid: placed.metadata.uid, controller: true }])
    expect(claim!.spec?.devices?.requests).toEqual([
      { name: 'container-0-request-0', exactly: { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 2 } },
    ])
    expect(claim!.status?.allocation?.devices?.results?.map((r) => r.device)).toEqual(['gpu-0', 'gpu-1'])
    expect(claim!.status?.reservedFor).toMatchObject([{ resource: 'pods', name: 'first' }])
    expect(placed.status?.extendedResourceClaimStatus).toEqual({
      requestMappings: [{ containerName: 'c', resourceName: resource, requestName: 'container-0-request-0' }],
      resourceClaimName: name,
    })
    await asking('second', { [resource]: '2' })
    expect(await c.until('why it waits', () => whyNot('second'))).toContain('0/1 nodes are available: 1 cannot allocate all claims.')
    await c.report(placed, ended(c.clock, 0))
    await isPlaced('second')
    expect(c.errors).toEqual([])
  })

  test('no two pods get the same device, however fast they come', async () => {
    await world(4)
    await addClass({ extendedResourceName: 'example.com/gpu' })
    // By two profiles, each of which takes what the other has decided on as taken.
    await Promise.all(
      ['a', 'b', 'c', 'd'].map((name, i) => asking(name, { 'example.com/gpu': '1' }, i % 2 === 0 ? {} : { schedulerName: OTHER })),
    )
    for (const name of ['a', 'b', 'c', 'd']) await isPlaced(name)
    const devices = (await c.list<ResourceClaim>(RESOURCE_CLAIMS)).map((x) => x.status?.allocation?.devices?.results?.[0]?.device)
    expect(devices.sort()).toEqual(['gpu-0', 'gpu-1', 'gpu-2', 'gpu-3'])
  })

  test('what the node has itself goes first; without a class nobody has any', async () => {
    await world(1)
    await asking('p', { 'example.com/gpu': '1' })
    expect(await c.until('why it waits', () => whyNot('p'))).toContain('0/1 nodes are available: 1 Insufficient example.com/gpu.')
    const body = { status: { capacity: { 'example.com/gpu': '1' }, allocatable: { 'example.com/gpu': '1' } } }
    await c.client.resource(NODES).patch('n', { type: 'merge', body }, { subresource: 'status' })
    await addClass({ extendedResourceName: 'example.com/gpu' })
    await isPlaced('p')
    expect(await c.list(RESOURCE_CLAIMS)).toEqual([])
  })
})
