import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ControllerRevision, DaemonSet } from '../../client/objects-apps.ts'
import type { Node, Pod, Taint } from '../../client/objects.ts'
import { CONTROLLER_REVISIONS, DAEMON_SETS, NODES, PODS } from '../../client/resource.ts'
import { ended, isAlive, ready, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { countsRevisionsExactly } from '../testing/revisions.ts'
import { daemonSetController } from './daemonset.ts'
import { targetNode } from './placement.ts'

let cluster: TestCluster
beforeEach(async () => {
  cluster = await startTestCluster(daemonSetController)
})
afterEach(() => cluster.close())

type Spec = NonNullable<DaemonSet['spec']>

const labels = { app: 'agent' }
const template = (image = 'one') => ({ metadata: { labels }, spec: { containers: [{ name: 'c', image }] } })
const create = (spec: Partial<Spec> = {}): Promise<DaemonSet> =>
  cluster.create<DaemonSet>(DAEMON_SETS, {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent' },
    spec: { selector: { matchLabels: labels }, template: template(), ...spec },
  })
const patch = (spec: Partial<Spec>): Promise<unknown> =>
  cluster.client.resource(DAEMON_SETS).patch('agent', { type: 'merge', body: { spec } }, { namespace: 'default' })
const node = (name: string, more: { labels?: Record<string, string>; taints?: Taint[] } = {}): Promise<Node> =>
  cluster.create<Node>(NODES, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, ...(more.labels === undefined ? {} : { labels: more.labels }) },
    spec: { taints: more.taints ?? [] },
  })
const nodes = async (...names: string[]): Promise<void> => {
  for (const name of names) {
    await node(name)
    // Admission marks new nodes not ready; nobody here says that they are.
    await cluster.client.resource(NODES).patch(name, { type: 'merge', body: { spec: { taints: null } } })
  }
}
const pods = async (): Promise<Pod[]> => (await cluster.list<Pod>(PODS)).filter(isAlive)
const where = (list: readonly Pod[]): string[] => list.map((p) => targetNode(p) ?? '').sort()
const on = (...names: string[]): Promise<Pod[]> =>
  cluster.until(`pods on ${names.join()}`, async () => {
    const found = await pods()
    return where(found).join() === names.join() && found
  })
const serve = async (): Promise<void> => {
  for (const p of await pods()) if (p.status?.phase !== 'Running') await cluster.report(p, ready(cluster.clock))
}
const daemonSet = (): Promise<DaemonSet> => cluster.get<DaemonSet>(DAEMON_SETS, 'agent')
const image = (p: Pod): string => p.spec?.containers?.[0]?.image ?? ''

describe('a daemon set', () => {
  test('runs one pod on each node, as nodes come and go', async () => {
    await nodes('a', 'b')
    await create()
    const [pod] = await on('a', 'b')
    const term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [targetNode(pod!)] }] }
    expect(pod!.spec?.affinity?.nodeAffinity).toEqual({ requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } })
    expect(pod!.spec?.tolerations?.map((t) => `${t.key?.split('/')[1]} ${t.effect}`)).toEqual([
      'not-ready NoExecute',
      'unreachable NoExecute',
      'disk-pressure NoSchedule',
      'memory-pressure NoSchedule',
      'pid-pressure NoSchedule',
      'unschedulable NoSchedule',
    ])
    const [revision] = await cluster.list<ControllerRevision>(CONTROLLER_REVISIONS)
    const hash = revision!.metadata.labels?.['controller-revision-hash']
    expect(revision!.metadata.name).toBe(`agent-${hash}`)
    expect(revision!.metadata.ownerReferences).toMatchObject([{ kind: 'DaemonSet', name: 'agent', controller: true }])
    expect(pod!.metadata.labels).toEqual({ app: 'agent', 'controller-revision-hash': hash, 'pod-template-generation': '1' })
    await serve()
    await cluster.until('all ready', async () => (await daemonSet()).status?.numberAvailable === 2)
    expect((await daemonSet()).status).toEqual({
      currentNumberScheduled: 2,
      desiredNumberScheduled: 2,
      numberMisscheduled: 0,
      numberReady: 2,
      numberAvailable: 2,
      updatedNumberScheduled: 2,
      observedGeneration: 1,
    })
    await nodes('c')
    await on('a', 'b', 'c')
    await cluster.client.resource(NODES).delete('c')
    await on('a', 'b')
    expect(cluster.errors).toEqual([])
    const writes = cluster.writes()
    await cluster.pass(5)
    expect(cluster.writes()).toBe(writes)
  })

  test('keeps off nodes that are not for it, and leaves those that no longer are', async () => {
    await nodes('a')
    await node('gpu', { labels: { kind: 'gpu' }, taints: [{ key: 'dedicated', value: 'x', effect: 'NoSchedule' }] })
    await create()
    await on('a')
    const taint = (name: string, ...taints: Taint[]): Promise<unknown> =>
      cluster.client.resource(NODES).patch(name, { type: 'merge', body: { spec: { taints } } })
    await taint('gpu', { key: 'dedicated', value: 'x', effect: 'PreferNoSchedule' })
    await on('a', 'gpu')
    await taint('gpu', { key: 'dedicated', value: 'x', effect: 'NoSchedule' })
    await cluster.until('misscheduled', async () => {
      await patch({ minReadySeconds: 1 })
      return (await daemonSet()).status?.numberMisscheduled === 1
    })
    expect(where(await pods())).toEqual(['a', 'gpu'])
    await taint('a', { key: 'dedicated', effect: 'NoExecute' })
    await patch({ minReadySeconds: 0 })
    await on('gpu')
    await patch({ template: { ...template(), spec: { ...template().spec, nodeSelector: { kind: 'none' } } } })
    await on()
    expect((await daemonSet()).status).toMatchObject({ desiredNumberScheduled: 0, currentNumberScheduled: 0 })
  })

  test('replaces pods node by node when its template changes, and keeps its history', async () => {
    await nodes('a', 'b', 'c')
    await create({ revisionHistoryLimit: 1 })
    await on('a', 'b', 'c')
    await serve()
    await cluster.until('available', async () => (await daemonSet()).status?.numberAvailable === 3)
    for (const next of ['two', 'three']) {
      await patch({ template: template(next) })
      let fewest = 3
      await cluster.until(`all ${next}`, async () => {
        const list = await pods()
        fewest = Math.min(fewest, list.filter((p) => p.status?.phase === 'Running').length)
        await serve()
        return list.length === 3 && list.every((p) => image(p) === next && p.status?.phase === 'Running')
      })
      expect(fewest).toBe(2)
    }
    const left = await cluster.until('old revisions gone', async () => {
      const list = await cluster.list<ControllerRevision>(CONTROLLER_REVISIONS)
      return list.length === 2 && list
    })
    expect(left.map((r) => r.revision).sort()).toEqual([2, 3])
    await patch({ template: template('two') })
    await cluster.until('renumbered', async () => {
      const revisions = (await cluster.list<ControllerRevision>(CONTROLLER_REVISIONS)).map((r) => r.revision)
      return revisions.sort().join() === '3,4'
    })
  })

  test('counts revisions beyond 2^53 exactly', async () => {
    await nodes('a')
    await create()
    await on('a')
    await countsRevisionsExactly(cluster, (name) => patch({ template: template(name) }))
  })

  test('with maxSurge, the new pod is ready before the old one goes', async () => {
    await nodes('a', 'b')
    await create({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } })
    await on('a', 'b')
    await serve()
    await cluster.until('available', async () => (await daemonSet()).status?.numberAvailable === 2)
    await patch({ template: template('two') })
    let [fewest, most] = [2, 2]
    await cluster.until('all two', async () => {
      const list = await pods()
      fewest = Math.min(fewest, list.filter((p) => p.status?.phase === 'Running').length)
      most = Math.max(most, list.length)
      await serve()
      return list.length === 2 && list.every((p) => image(p) === 'two')
    })
    expect([fewest, most]).toEqual([2, 3])
  })

  test('OnDelete waits until somebody deletes a pod', async () => {
    await nodes('a')
    await create({ updateStrategy: { type: 'OnDelete' } })
    const [pod] = await on('a')
    await patch({ template: template('two') })
    await cluster.pass(5)
    expect((await pods()).map(image)).toEqual(['one'])
    await cluster.client.resource(PODS).delete(pod!.metadata.name!, { namespace: 'default' })
    await cluster.until('the new one', async () => (await pods()).map(image).join() === 'two')
  })

  test('replaces a failed pod, later and later', async () => {
    await nodes('a')
    await create()
    const waits: number[] = []
    for (let i = 0; i < 4; i++) {
      const [pod] = await on('a')
      const from = cluster.clock.now()
      await cluster.report(pod!, ended(cluster.clock, 1))
      await cluster.until('another', async () => (await pods()).some((p) => p.metadata.uid !== pod!.metadata.uid))
      waits.push((cluster.clock.now() - from) / 1000)
    }
    expect(waits).toEqual([0, 1, 2, 4])
    expect((await cluster.events()).filter((e) => e.startsWith('FailedDaemonPod: Found failed daemon pod default/agent-')).length).toBe(4)
  })

  test('takes over an orphan that it selects and lets go of a pod that it selects no more', async () => {
    await nodes('a')
    const orphan = { ...template().spec, nodeName: 'a' }
    await cluster.create<Pod>(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'found', labels }, spec: orphan })
    await create({ updateStrategy: { type: 'OnDelete' } })
    const found = (): Promise<Pod> => cluster.get<Pod>(PODS, 'found')
    await cluster.until('adopted', async () => (await found()).metadata.ownerReferences?.[0]?.name === 'agent')
    expect(await pods()).toHaveLength(1)
    const body = { metadata: { labels: { app: 'other' } } }
    await cluster.client.resource(PODS).patch('found', { type: 'merge', body }, { namespace: 'default' })
    await cluster.until('released', async () => (await found()).metadata.ownerReferences === undefined)
    await cluster.until('its own', async () => (await pods()).length === 2)
  })
})
