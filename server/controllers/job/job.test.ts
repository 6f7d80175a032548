import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Job, JobSpec } from '../../client/objects-batch.ts'
import { findCondition, type Pod } from '../../client/objects.ts'
import { JOBS, PODS } from '../../client/resource.ts'
import { isStatusError } from '../../machinery/status.ts'
import { ended, isAlive, ready, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { ttlAfterFinishedController } from '../ttl-after-finished/ttl-after-finished.ts'
import { TRACKING_FINALIZER } from './job-pods.ts'
import { jobController } from './job.ts'

let cluster: TestCluster
beforeEach(async () => {
  cluster = await startTestCluster(jobController, ttlAfterFinishedController)
})
afterEach(() => cluster.close())

const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } }
const create = (spec: JobSpec): Promise<Job> =>
  cluster.create<Job>(JOBS, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'work' }, spec: { template, ...spec } })
const job = (): Promise<Job> => cluster.get<Job>(JOBS, 'work')
const pods = async (): Promise<Pod[]> => (await cluster.list<Pod>(PODS)).filter(isAlive)
const running = (n: number): Promise<Pod[]> =>
  cluster.until(`${n} pods`, async () => {
    const found = await pods()
    return found.length === n && found
  })
const condition = (type: string): Promise<Job> =>
  cluster.until(type, async () => {
    const found = await job()
    return findCondition(found.status?.conditions, type)?.status === 'True' && found
  })
const types = (j: Job): string[] => (j.status?.conditions ?? []).map((c) => `${c.type} ${c.status} ${c.reason}`)
const end = async (list: readonly Pod[], code = 0): Promise<void> => {
  for (const p of list) await cluster.report(p, ended(cluster.clock, code))
}
const patch = (spec: JobSpec): Promise<unknown> =>
  cluster.client.resource(JOBS).patch('work', { type: 'merge', body: { spec } }, { namespace: 'default' })

describe('a job', () => {
  test('runs as many pods at a time as it may until enough have succeeded', async () => {
    await create({ completions: 3, parallelism: 2 })
    const first = await running(2)
    const [one] = first
    expect(one!.metadata.finalizers).toEqual([TRACKING_FINALIZER])
    expect(one!.metadata.ownerReferences).toMatchObject([{ apiVersion: 'batch/v1', kind: 'Job', name: 'work', controller: true }])
    expect(one!.metadata.labels).toMatchObject({ 'batch.kubernetes.io/job-name': 'work' })
    await cluster.report(one!, ready(cluster.clock))
    await cluster.until('ready', async () => (await job()).status?.ready === 1)
    expect((await job()).status).toMatchObject({ active: 2, ready: 1, terminating: 0, uncountedTerminatedPods: {} })
    await end(first)
    await end(await running(1))
    const done = await condition('Complete')
    expect(types(done)).toEqual(['SuccessCriteriaMet True CompletionsReached', 'Complete True CompletionsReached'])
    const { status } = done
    expect(status).toMatchObject({ succeeded: 3, ready: 0, terminating: 0, uncountedTerminatedPods: {} })
    expect(status?.active).toBeUndefined()
    expect(status?.completionTime).toBe(findCondition(status?.conditions, 'Complete')?.lastTransitionTime)
    for (const p of await cluster.list<Pod>(PODS)) expect(p.metadata.finalizers).toBeUndefined()
    const events = await cluster.events()
    expect(events.filter((e) => e.startsWith('SuccessfulCreate: Created pod: work-'))).toHaveLength(3)
    expect(events).toContain('Completed: Job completed')
    expect(cluster.errors).toEqual([])
    const writes = cluster.writes()
    await cluster.pass(5)
    expect(cluster.writes()).toBe(writes)
  })

  test('replaces failed pods later and later, and gives up at its limit', async () => {
    await create({ backoffLimit: 2 })
    const waits: number[] = []
    for (let i = 0, from = cluster.clock.now(); i < 3; i++) {
      const [pod] = await running(1)
      waits.push((Date.parse(pod!.metadata.creationTimestamp ?? '') - from) / 1000)
      from = cluster.clock.now()
      await end([pod!], 1)
    }
    expect(waits).toEqual([0, 10, 20])
    const failed = await condition('Failed')
    expect(types(failed)).toEqual(['FailureTarget True BackoffLimitExceeded', 'Failed True BackoffLimitExceeded'])
    expect(failed.status).toMatchObject({ failed: 3 })
    expect(await cluster.events()).toContain('BackoffLimitExceeded: Job has reached the specified backoff limit')
  })

  test('ends at its deadline, with its pods', async () => {
    await create({ activeDeadlineSeconds: 30, parallelism: 2, completions: 2 })
    await running(2)
    const failed = await condition('Failed')
    expect(types(failed)).toContain('Failed True DeadlineExceeded')
    expect(failed.status).toMatchObject({ failed: 2 })
    expect(await cluster.list<Pod>(PODS)).toEqual([])
    expect(cluster.clock.now() - Date.parse(failed.status?.startTime ?? '')).toBeLessThan(35_000)
  })

  test('has not failed before its last pod is gone', async () => {
    await create({ activeDeadlineSeconds: 5 })
    const [pod] = await running(1)
    const { name = '' } = pod!.metadata
    // On a node, a pod takes its time to end.
    const target = { apiVersion: 'v1', kind: 'Node', name: 'a' }
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target }
    await cluster.client.resource(PODS).subresource('POST', name, 'binding', binding, { namespace: 'default' })
    await cluster.until('terminating', async () => (await job()).status?.terminating === 1)
    await cluster.pass(3)
    expect(types(await job())).toEqual(['FailureTarget True DeadlineExceeded'])
    await cluster.client.resource(PODS).delete(name, { namespace: 'default', gracePeriodSeconds: 0 })
    expect((await condition('Failed')).status).toMatchObject({ failed: 1, terminating: 0 })
  })

  test('stops while it is suspended and starts anew when it is resumed', async () => {
    await create({ suspend: true })
    const held = await condition('Suspended')
    expect(held.status?.startTime).toBeUndefined()
    expect(await pods()).toEqual([])
    await patch({ suspend: false })
    await running(1)
    await cluster.until('resumed', async () => types(await job()).includes('Suspended False JobResumed'))
    await patch({ suspend: true })
    await running(0)
    const again = await condition('Suspended')
    expect(again.status).toMatchObject({ ready: 0 })
    expect(again.status?.failed).toBeUndefined()
    expect(again.status?.startTime).toBeUndefined()
    const events = await cluster.events()
    expect(events.map((e) => e.split(':')[0])).toEqual(['Resumed', 'SuccessfulCreate', 'SuccessfulDelete', 'Suspended'])
  })

  test('takes over a pod that it selects and lets go of one that it selects no more', async () => {
    const orphan = { metadata: { name: 'found', labels: { app: 'a' } }, spec: template.spec }
    await cluster.create<Pod>(PODS, { apiVersion: 'v1', kind: 'Pod', ...orphan })
    const selector = { matchLabels: { app: 'a' } }
    await create({ manualSelector: true, selector, completions: 2, parallelism: 2, template: labelled('a') } as JobSpec)
    await running(2)
    const found = (): Promise<Pod> => cluster.get<Pod>(PODS, 'found')
    const { metadata } = await cluster.until('adopted', async () => (await found()).metadata.ownerReferences !== undefined && found())
    expect(metadata.ownerReferences).toMatchObject([{ kind: 'Job', name: 'work', controller: true }])
    expect(metadata.finalizers).toEqual([TRACKING_FINALIZER])
    const body = { metadata: { labels: { app: 'b' } } }
    await cluster.client.resource(PODS).patch('found', { type: 'merge', body }, { namespace: 'default' })
    const left = await cluster.until('released', async () => (await found()).metadata.ownerReferences === undefined && found())
    expect(left.metadata.finalizers).toBeUndefined()
    await running(3)
  })

  test('leaves its pods without the tracking finalizer when it is deleted', async () => {
    await create({ parallelism: 2, completions: 2 })
    await running(2)
    await cluster.client.resource(JOBS).delete('work', { namespace: 'default', propagationPolicy: 'Background' })
    const left = await cluster.until('no finalizers', async () => {
      const list = await pods()
      return list.every((p) => p.metadata.finalizers === undefined) && list
    })
    expect(left).toHaveLength(2)
  })

  test('of another controller is left alone', async () => {
    await create({ managedBy: 'example.com/other' })
    await cluster.pass(5)
    expect(await pods()).toEqual([])
    expect(cluster.writes()).toBe(0)
  })

  // As Kubernetes' TestJobRecreationClearsPodExpectations has it.
  test.each([
    [true, { ready: 0, terminating: 0 }],
    [false, { active: 1, ready: 0, terminating: 0 }],
  ])('takes the place of one whose pod was still being made; suspended: %s', async (suspend, counts) => {
    const made = cluster.holdUp(({ method, path }) => method === 'POST' && path.endsWith('/pods'))
    await create({ completions: 1, parallelism: 1 })
    await cluster.until('a pod that is being made', async () => made.waiting() === 1)
    await cluster.client.resource(JOBS).delete('work', { namespace: 'default', propagationPolicy: 'Background' })
    const { metadata } = await create({ completions: 1, parallelism: 1, suspend })
    await cluster.pass(2)
    made.letGo()
    const { status } = suspend
      ? await condition('Suspended')
      : await cluster.until('a pod', async () => {
          const found = await job()
          return found.status?.active === 1 && found
        })
    const { active, ready: isReady, terminating } = status ?? {}
    expect({ ...(active === undefined ? {} : { active }), ready: isReady, terminating }).toEqual(counts)
    const own = (await pods()).filter((p) => p.metadata.ownerReferences?.[0]?.uid === metadata.uid)
    expect(own).toHaveLength(suspend ? 0 : 1)
  })

  test('is deleted when its time to live is over', async () => {
    await create({ ttlSecondsAfterFinished: 60 })
    await end(await running(1))
    const done = await condition('Complete')
    const gone = (): Promise<boolean> =>
      job().then(
        (j) => j.metadata.deletionTimestamp != null,
        (e) => isStatusError(e, 'NotFound'),
      )
    await cluster.until('deleted', gone)
    const lived = cluster.clock.now() - Date.parse(done.status?.completionTime ?? '')
    expect(lived).toBeGreaterThanOrEqual(60_000)
    expect(lived).toBeLessThan(62_000)
  })
})

describe('an indexed job', () => {
  test('gives each pod its index and counts each index once', async () => {
    await create({ completions: 3, parallelism: 3, completionMode: 'Indexed' })
    const list = await running(3)
    const index = (p: Pod): string | undefined => p.metadata.annotations?.['batch.kubernetes.io/job-completion-index']
    expect(list.map(index).sort()).toEqual(['0', '1', '2'])
    for (const p of list) {
      expect(p.metadata.name).toMatch(new RegExp(`^work-${index(p)}-`))
      expect(p.metadata.labels?.['batch.kubernetes.io/job-completion-index']).toBe(index(p))
      expect(p.spec?.hostname).toBe(`work-${index(p)}`)
      const fieldRef = { apiVersion: 'v1', fieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']" }
      expect(p.spec?.containers).toMatchObject([{ env: [{ name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef } }] }])
    }
    await end(list.filter((p) => index(p) !== '1'))
    await cluster.until('two', async () => (await job()).status?.completedIndexes === '0,2')
    await end(list.filter((p) => index(p) === '1'))
    expect((await condition('Complete')).status).toMatchObject({ succeeded: 3, completedIndexes: '0-2' })
  })

  test('fails index by index when each has a limit of its own', async () => {
    await create({ completions: 2, parallelism: 2, completionMode: 'Indexed', backoffLimitPerIndex: 1 })
    const index = (p: Pod): string | undefined => p.metadata.annotations?.['batch.kubernetes.io/job-completion-index']
    const list = await running(2)
    await end(list.filter((p) => index(p) === '0'))
    await end(
      list.filter((p) => index(p) === '1'),
      1,
    )
    const again = await running(1)
    expect(again.map((p) => [index(p), p.metadata.annotations?.['batch.kubernetes.io/job-index-failure-count']])).toEqual([['1', '1']])
    await end(again, 1)
    const failed = await condition('Failed')
    expect(types(failed)).toContain('Failed True FailedIndexes')
    expect(failed.status).toMatchObject({ succeeded: 1, failed: 2, completedIndexes: '0', failedIndexes: '1' })
  })

  test('is done when its success policy says so', async () => {
    const successPolicy = { rules: [{ succeededIndexes: '1' }] }
    await create({ completions: 3, parallelism: 3, completionMode: 'Indexed', successPolicy })
    const list = await running(3)
    await end(list.filter((p) => p.metadata.annotations?.['batch.kubernetes.io/job-completion-index'] === '1'))
    const done = await condition('Complete')
    expect(types(done)).toEqual(['SuccessCriteriaMet True SuccessPolicy', 'Complete True SuccessPolicy'])
    expect(done.status).toMatchObject({ succeeded: 1, completedIndexes: '1' })
    expect(findCondition(done.status?.conditions, 'Complete')?.message).toBe('Matched rules at index 0')
    expect(await pods()).toEqual([])
  })
})

test('a pod failure policy lets one exit code pass and ends the job at another', async () => {
  const rules = [
    { action: 'Ignore' as const, onExitCodes: { operator: 'In' as const, values: [42] } },
    { action: 'FailJob' as const, onExitCodes: { containerName: 'c', operator: 'In' as const, values: [3] } },
  ]
  await create({ backoffLimit: 0, podFailurePolicy: { rules } })
  await end(await running(1), 42)
  const [pod] = await running(1)
  expect((await job()).status?.failed).toBeUndefined()
  await end([pod!], 3)
  const failed = await condition('Failed')
  expect(types(failed)).toEqual(['FailureTarget True PodFailurePolicy', 'Failed True PodFailurePolicy'])
  const why = `Container c for pod default/${pod!.metadata.name} failed with exit code 3 matching FailJob rule at index 1`
  expect(findCondition(failed.status?.conditions, 'Failed')?.message).toBe(why)
})

const labelled = (app: string): object => ({ ...template, metadata: { labels: { app } } })
