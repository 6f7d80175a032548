import { afterEach, describe, expect, test } from 'vitest'
import type { Job } from '../client/objects-batch.ts'
import type { ResourceClaim } from '../client/objects-resource.ts'
import type { PersistentVolume, PersistentVolumeClaim, VolumeAttachment } from '../client/objects-storage.ts'
import type { Deployment, Node, Pod } from '../client/objects.ts'
import type { Client } from '../client/client.ts'
import {
  CONTROLLER_REVISIONS,
  CRON_JOBS,
  DAEMON_SETS,
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  ENDPOINTS,
  JOBS,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  REPLICA_SETS,
  RESOURCE_CLAIM_TEMPLATES,
  RESOURCE_CLAIMS,
  SERVICES,
  STATEFUL_SETS,
  VOLUME_ATTACHMENTS,
} from '../client/resource.ts'
import type { KubeObject } from '../machinery/types.ts'
import { cronJobController } from './cronjob/cronjob.ts'
import { daemonSetController } from './daemonset/daemonset.ts'
import { deploymentController } from './deployment/deployment.ts'
import { endpointSliceMirroringController } from './endpointslice-mirroring/endpointslice-mirroring.ts'
import { endpointSliceController } from './endpointslice/endpointslice.ts'
import type { EndpointSlice } from './endpointslice/slices.ts'
import { ephemeralVolumeController } from './ephemeral-volume/ephemeral-volume.ts'
import { jobController } from './job/job.ts'
import { nodeIpamController } from './node-ipam/node-ipam.ts'
import { persistentVolumeAttachDetachController } from './persistentvolume-attach-detach/attach-detach.ts'
import { persistentVolumeBinderController } from './persistentvolume-binder/persistentvolume-binder.ts'
import { replicaSetController } from './replicaset/replicaset.ts'
import { resourceClaimController } from './resourceclaim/resourceclaim.ts'
import { statefulSetController } from './statefulset/statefulset.ts'
import { ended, isAlive, ready, startTestCluster, type TestCluster } from './testing/cluster.ts'

/**
 * Writes that the server carries out and whose answers do not come, by loops that hear nothing of what became of them: watches that end with a
 * server come back later than the loops try again. Nothing is made twice, and what may be taken is given to nobody else.
 */
let c: TestCluster
afterEach(() => c.close())

const containers = [{ name: 'c', image: 'i' }]
const labels = { app: 'web' }
const inDefault = { namespace: 'default' }

type Request = Parameters<Parameters<TestCluster['loseAnswers']>[0]>[0]
const is =
  (verb: string, end: RegExp) =>
  ({ method, path }: Request): boolean =>
    method === verb && end.test(path)
/** Watches and lists of all objects of a kind: not what a loop asks of one namespace, or of one object. */
const watchOf = (...resources: string[]): ReturnType<TestCluster['holdUp']> =>
  c.holdUp(({ path }) => resources.some((r) => new RegExp(`^/apis?(/[^/]+)?/v1/${r}[?]`).test(path)))
async function rests(seconds = 20): Promise<void> {
  await c.pass(3)
  const writes = c.writes()
  await c.pass(seconds)
  expect(c.writes() - writes).toBe(0)
}
const addNodes =
  (...names: string[]) =>
  async (client: Client): Promise<void> => {
    const annotations = { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' }
    for (const name of names) await client.resource(NODES).create({ apiVersion: 'v1', kind: 'Node', metadata: { name, annotations } })
  }
const addPod = (name: string, spec: object = {}): Promise<Pod> =>
  c.create<Pod>(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels }, spec: { containers, ...spec } } as Pod)

test('slices of a service, and those of endpoints that somebody writes', async () => {
  c = await startTestCluster(addNodes('n'), endpointSliceController, endpointSliceMirroringController)
  const unheard = watchOf('endpointslices')
  c.loseAnswers(is('POST', /[/]endpointslices/))
  const pod = await addPod('p', { nodeName: 'n' })
  await c.report(pod, { ...ready(c.clock), podIP: '10.1.0.1', podIPs: [{ ip: '10.1.0.1' }] })
  const service = (name: string, spec: object): Promise<KubeObject> =>
    c.create(SERVICES, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { ports: [{ port: 80 }], clusterIP: 'None', ...spec },
    } as KubeObject)
  await service('web', { selector: labels })
  await service('other', {})
  await c.create(ENDPOINTS, {
    ...{ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'other' } },
    subsets: [{ addresses: [{ ip: '10.2.0.1' }], ports: [{ port: 80 }] }],
  } as KubeObject)
  const addresses = async (): Promise<string[]> =>
    (await c.list<EndpointSlice>(ENDPOINT_SLICES))
      .filter(({ metadata }) => metadata.name !== 'kubernetes')
      .flatMap((s) => s.endpoints?.flatMap((e) => e.addresses) ?? [])
      .sort()
  await c.pass(120)
  expect(await addresses()).toEqual(['10.1.0.1', '10.2.0.1'])
  c.loseAnswers(() => false)
  unheard.letGo()
  await c.pass(10)
  // They go on from there.
  await c.report(pod, { ...ready(c.clock), podIP: '10.1.0.1', podIPs: [{ ip: '10.1.0.1' }], phase: 'Failed' })
  await c.client.resource(ENDPOINTS).delete('other', inDefault)
  await c.pass(10)
  expect(await addresses()).toEqual([])
  await rests()
})

test('claims of a pod’s template', async () => {
  c = await startTestCluster(resourceClaimController)
  const unheard = watchOf('resourceclaims')
  c.loseAnswers(is('POST', /[/]resourceclaims/))
  await c.create(RESOURCE_CLAIM_TEMPLATES, {
    ...{ apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaimTemplate', metadata: { name: 'gpu' } },
    spec: { spec: { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] } } },
  } as KubeObject)
  await addPod('p', { resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'gpu' }] })
  await c.pass(60)
  const [claim, ...more] = await c.list<ResourceClaim>(RESOURCE_CLAIMS)
  expect(more).toEqual([])
  const { status } = await c.get<Pod>(PODS, 'p')
  expect(status?.resourceClaimStatuses).toEqual([{ name: 'gpu', resourceClaimName: claim!.metadata.name }])
  c.loseAnswers(() => false)
  unheard.letGo()
  await rests()
})

test('addresses of nodes', async () => {
  const nodeIpam = { clusterCIDRs: [{ cidr: '10.0.0.0/23', nodeMask: 24 }], serviceCIDRs: [] }
  c = await startTestCluster({ nodeIpam }, addNodes('a'), nodeIpamController)
  c.loseAnswers(is('PATCH', /[/]nodes[/]b/))
  const unheard = watchOf('nodes')
  const ranges = async (): Promise<unknown[]> =>
    (await c.list<Node>(NODES)).map((n) => (n.spec as { podCIDRs?: string[] } | undefined)?.podCIDRs?.[0])
  await c.pass(3)
  unheard.letGo()
  await addNodes('b')(c.client)
  await c.until('b has some', async () => (await ranges()).every((r) => r !== undefined))
  // Two ranges are all that there are.
  await addNodes('c', 'd')(c.client)
  await c.pass(60)
  expect(await ranges()).toEqual(['10.0.0.0/24', '10.0.1.0/24', undefined, undefined])
  c.loseAnswers(() => false)
  await c.client.resource(NODES).delete('b')
  await c.until('b’s are somebody else’s', async () => (await ranges()).filter((r) => r === '10.0.1.0/24').length === 1)
})

test('nodes get nothing twice while the cache does not show what they have', async () => {
  const nodeIpam = { clusterCIDRs: [{ cidr: '10.0.0.0/22', nodeMask: 24 }], serviceCIDRs: [] }
  c = await startTestCluster({ nodeIpam }, nodeIpamController)
  c.loseAnswers(is('PATCH', /[/]nodes[/]a/))
  const ranges = async (): Promise<unknown[]> =>
    (await c.list<Node>(NODES)).map((n) => (n.spec as { podCIDRs?: string[] } | undefined)?.podCIDRs?.[0])
  await addNodes('a', 'b')(c.client)
  const unheard = watchOf('nodes')
  await c.pass(30)
  unheard.letGo()
  await addNodes('c', 'd', 'e')(c.client)
  await c.pass(60)
  const given = (await ranges()).filter((r) => r !== undefined)
  expect([given.length, new Set(given).size]).toEqual([4, 4])
})

describe('a volume that one node may have', () => {
  async function onNode(name: string): Promise<ReturnType<TestCluster['holdUp']>> {
    c = await startTestCluster(addNodes('a', 'b'), persistentVolumeAttachDetachController)
    const modes = { accessModes: ['ReadWriteOnce'] }
    const capacity = { storage: '1Gi' }
    const { metadata } = await c.create<KubeObject>(PERSISTENT_VOLUME_CLAIMS, {
      ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'claim' } },
      spec: { ...modes, resources: { requests: capacity }, volumeName: 'pv', storageClassName: '' },
    } as KubeObject)
    await c.create(PERSISTENT_VOLUMES, {
      ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pv' } },
      spec: {
        ...{ ...modes, capacity, csi: { driver: 'csi.example.com', volumeHandle: 'h' } },
        claimRef: { name: 'claim', namespace: 'default', uid: metadata.uid },
      },
    } as KubeObject)
    await c.client
      .resource(PERSISTENT_VOLUME_CLAIMS)
      .patch('claim', { type: 'merge', body: { status: { phase: 'Bound' } } }, { ...inDefault, subresource: 'status' })
    const unheard = watchOf('volumeattachments')
    c.loseAnswers(is('POST', /[/]volumeattachments/))
    await uses(name, 'a')
    await c.until('it is attached', async () => (await attached()).length > 0)
    return unheard
  }
  const uses = (name: string, nodeName: string): Promise<Pod> =>
    addPod(name, { nodeName, volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'claim' } }] })
  const attached = async (): Promise<string[]> => (await c.list<VolumeAttachment>(VOLUME_ATTACHMENTS)).map((a) => a.spec!.nodeName)
  const leave = (name: string): Promise<unknown> => c.client.resource(PODS).delete(name, { ...inDefault, gracePeriodSeconds: 0 })

  test('goes to another when it has left the first', async () => {
    const unheard = await onNode('p')
    await leave('p')
    await uses('q', 'b')
    await c.pass(60)
    expect(await attached()).toEqual(['a'])
    c.loseAnswers(() => false)
    unheard.letGo()
    await c.until('it has moved', async () => (await attached()).join() === 'b')
  })

  test('goes to another when nothing came of the attachment', async () => {
    const unheard = await onNode('p')
    const [made] = await c.list<VolumeAttachment>(VOLUME_ATTACHMENTS)
    await c.client.resource(VOLUME_ATTACHMENTS).delete(made!.metadata.name!)
    await leave('p')
    await uses('q', 'b')
    c.loseAnswers(() => false)
    await c.until('it has moved', async () => (await attached()).join() === 'b')
    unheard.letGo()
    await c.pass(10)
    expect(await attached()).toEqual(['b'])
  })
})

describe('a schedule that forbids two jobs at once starts one', () => {
  test.each([
    ['whose answer is lost', is('POST', /[/]jobs/)],
    ['whose status is written and the answer lost', is('PUT', /[/]cronjobs[/].*[/]status/)],
    ['and hears nothing of it', () => false],
  ])('%s', async (_, lost) => {
    c = await startTestCluster(cronJobController)
    await c.create(CRON_JOBS, {
      ...{ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'tick' } },
      spec: {
        ...{ schedule: '*/5 * * * *', concurrencyPolicy: 'Forbid' },
        jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers } } } },
      },
    } as KubeObject)
    await c.pass(5)
    const unheard = watchOf('jobs', 'cronjobs')
    c.loseAnswers(lost)
    await c.pass(1200)
    expect(await c.list(JOBS)).toHaveLength(1)
    c.loseAnswers(() => false)
    unheard.letGo()
    await c.pass(600)
    expect(await c.list(JOBS)).toHaveLength(1)
    const [job] = await c.list(JOBS)
    const { status } = await c.get<KubeObject & { status?: { active?: { uid: string }[] } }>(CRON_JOBS, 'tick')
    expect(status?.active?.map(({ uid }) => uid)).toEqual([job!.metadata.uid])
  })
})

test('a claim takes one volume', async () => {
  c = await startTestCluster(persistentVolumeBinderController)
  for (const name of ['v', 'w']) {
    await c.create(PERSISTENT_VOLUMES, {
      ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name } },
      spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/data' } },
    } as KubeObject)
  }
  await c.create(PERSISTENT_VOLUME_CLAIMS, {
    ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'claim' } },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      storageClassName: '',
      selector: { matchLabels: labels },
    },
  } as KubeObject)
  await c.pass(5)
  // Both suit it from now on; then nothing more is heard.
  const writes = c.holdUp(is('PUT', /[/]persistentvolumes[/]/))
  for (const name of ['v', 'w']) await c.client.resource(PERSISTENT_VOLUMES).patch(name, { type: 'merge', body: { metadata: { labels } } })
  await c.until('it takes one', async () => writes.waiting() > 0)
  const [volumes, claims] = [watchOf('persistentvolumes'), watchOf('persistentvolumeclaims')]
  c.loseAnswers(is('PUT', /[/]persistentvolumeclaims[/]/))
  writes.letGo()
  const promised = async (): Promise<number> =>
    (await c.list<PersistentVolume>(PERSISTENT_VOLUMES)).filter((v) => v.spec?.claimRef !== undefined).length
  for (let i = 0; i < 30; i++) {
    await c.pass(1)
    expect(await promised()).toBeLessThan(2)
  }
  c.loseAnswers(() => false)
  volumes.letGo()
  claims.letGo()
  await c.pass(20)
  expect([await promised(), (await c.get<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, 'claim')).status?.phase]).toEqual([1, 'Bound'])
  await rests()
})

test('pods, when a watch says nothing for longer than they are waited for', async () => {
  c = await startTestCluster(replicaSetController)
  const unheard = watchOf('pods')
  await c.create(REPLICA_SETS, {
    ...{ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'set' } },
    spec: { replicas: 3, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  } as KubeObject)
  await c.pass(200)
  const touch = (n: number): Promise<unknown> =>
    c.client.resource(REPLICA_SETS).patch('set', { type: 'merge', body: { metadata: { annotations: { n: String(n) } } } }, inDefault)
  for (let i = 0; i < 8; i++) {
    await touch(i)
    await c.pass(60)
  }
  expect(await c.list(PODS)).toHaveLength(3)
  unheard.letGo()
  await c.pass(10)
  expect(await c.list(PODS)).toHaveLength(3)
  await rests()
})

test('pods of a job that have ended count once', async () => {
  c = await startTestCluster(jobController)
  await c.create(JOBS, {
    ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' } },
    spec: { completions: 4, parallelism: 3, backoffLimit: 6, template: { spec: { restartPolicy: 'Never', containers } } },
  } as KubeObject)
  await c.pass(5)
  const unheard = watchOf('jobs')
  c.loseAnswers(({ method, path }) => method === 'PUT' || (method === 'PATCH' && /[/]pods[/]/.test(path)))
  const end = async (exitCode: number): Promise<void> => {
    const pod = (await c.list<Pod>(PODS)).find(isAlive)
    await c.report(pod!, ended(c.clock, exitCode))
    await c.pass(20)
  }
  await end(1)
  await end(0)
  unheard.letGo()
  await end(0)
  c.loseAnswers(() => false)
  await c.pass(60)
  const { status } = await c.get<Job>(JOBS, 'j')
  expect([status?.failed, status?.succeeded, status?.active]).toEqual([1, 2, 2])
  expect((await c.list<Pod>(PODS)).length).toBe(5)
  await rests()
})

test('what has a name of its own', async () => {
  c = await startTestCluster(
    addNodes('n'),
    ...[deploymentController, replicaSetController, statefulSetController, daemonSetController, ephemeralVolumeController],
  )
  const unheard = watchOf('replicasets', 'controllerrevisions', 'persistentvolumeclaims', 'pods')
  c.loseAnswers(({ method, path }) => method === 'POST' && !path.includes('/events'))
  const template = (key: string) => ({ metadata: { labels: { [key]: 'y' } }, spec: { containers, tolerations: [{ operator: 'Exists' }] } })
  const own = (key: string) => ({ selector: { matchLabels: { [key]: 'y' } }, template: template(key) })
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  await c.create(DEPLOYMENTS, {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } },
    spec: { replicas: 2, ...own('d') },
  } as KubeObject)
  await c.create(STATEFUL_SETS, {
    ...{ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 's' } },
    spec: { replicas: 2, serviceName: 's', ...own('s'), volumeClaimTemplates: [{ metadata: { name: 'data' }, spec }] },
  } as KubeObject)
  await c.create(DAEMON_SETS, { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'ds' }, spec: own('ds') } as KubeObject)
  await c.pass(120)
  c.loseAnswers(() => false)
  unheard.letGo()
  await c.pass(60)
  const run = async (): Promise<void> => {
    for (const pod of await c.list<Pod>(PODS)) if (pod.status?.phase !== 'Running') await c.report(pod, ready(c.clock))
    await c.pass(5)
  }
  await run()
  await run()
  const count = async (...ids: (typeof PODS)[]): Promise<number[]> => Promise.all(ids.map(async (id) => (await c.list(id)).length))
  expect(await count(REPLICA_SETS, CONTROLLER_REVISIONS, PERSISTENT_VOLUME_CLAIMS)).toEqual([1, 2, 2])
  expect((await c.list<Pod>(PODS)).filter(isAlive)).toHaveLength(5)
  expect((await c.get<Deployment & { status?: { collisionCount?: number } }>(DEPLOYMENTS, 'd')).status?.collisionCount).toBeUndefined()
  await rests()
})
