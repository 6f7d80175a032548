import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CronJob, Job } from '../../client/objects-batch.ts'
import type { Pod } from '../../client/objects.ts'
import { CRON_JOBS, JOBS, PODS } from '../../client/resource.ts'
import { jobController } from '../job/job.ts'
import { ended, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { cronJobController } from './cronjob.ts'

let cluster: TestCluster
beforeEach(async () => {
  cluster = await startTestCluster(cronJobController, jobController)
})
afterEach(() => cluster.close())

const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } }
const create = (spec: Partial<NonNullable<CronJob['spec']>> = {}): Promise<CronJob> =>
  cluster.create<CronJob>(CRON_JOBS, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick' },
    spec: { schedule: '* * * * *', jobTemplate: { metadata: { labels: { a: 'b' } }, spec: { template } }, ...spec },
  })
const cronJob = (): Promise<CronJob> => cluster.get<CronJob>(CRON_JOBS, 'tick')
const jobs = (): Promise<Job[]> => cluster.list<Job>(JOBS)
const count = (n: number): Promise<Job[]> =>
  cluster.until(`${n} jobs`, async () => {
    const found = await jobs()
    return found.length === n && found
  })
const finish = async (code = 0): Promise<void> => {
  const [pod] = await cluster.until('a pod', async () => {
    const found = (await cluster.list<Pod>(PODS)).filter((p) => p.status?.phase === 'Pending')
    return found.length > 0 && found
  })
  await cluster.report(pod!, ended(cluster.clock, code))
  const name = pod!.metadata.ownerReferences![0]!.name
  await cluster.until('the end of the job', async () => !(await cronJob()).status?.active?.some((ref) => ref.name === name))
}
const MINUTE = Date.UTC(2026, 0, 1) / 60_000

describe('a cron job', () => {
  test('starts a job at its time, follows it and remembers its success', async () => {
    await create({ timeZone: 'Asia/Kolkata' })
    const [job] = await count(1)
    expect(job!.metadata).toMatchObject({
      name: `tick-${MINUTE + 1}`,
      labels: { a: 'b' },
      annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T05:31:00+05:30' },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'tick', controller: true, blockOwnerDeletion: true }],
    })
    const { uid } = job!.metadata
    const status = await cluster.until('active', async () => {
      const s = (await cronJob()).status
      return s?.active !== undefined && s
    })
    expect(status.active).toMatchObject([{ kind: 'Job', apiVersion: 'batch/v1', namespace: 'default', name: `tick-${MINUTE + 1}`, uid }])
    expect(status.lastScheduleTime).toBe('2026-01-01T00:01:00Z')
    await finish()
    const after = (await cronJob()).status
    expect(after?.active).toBeUndefined()
    expect(after?.lastSuccessfulTime).toBe((await jobs())[0]!.status?.completionTime)
    const events = await cluster.events()
    expect(events).toContain(`SuccessfulCreate: Created job tick-${MINUTE + 1}`)
    expect(events).toContain(`SawCompletedJob: Saw completed job: tick-${MINUTE + 1}, condition: Complete`)
    expect(cluster.errors).toEqual([])
  })

  test('keeps as many ended jobs as it should', async () => {
    await create({ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0, concurrencyPolicy: 'Forbid' })
    for (const code of [0, 0]) await finish(code)
    expect((await count(1)).map((j) => j.metadata.name)).toEqual([`tick-${MINUTE + 2}`])
    expect(await cluster.events()).toContain(`SuccessfulDelete: Deleted job tick-${MINUTE + 1}`)
  })

  test('Forbid waits for the job before, Replace ends it', async () => {
    await create({ concurrencyPolicy: 'Forbid' })
    await count(1)
    await cluster.pass(90)
    expect(await jobs()).toHaveLength(1)
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid'
    expect(await cluster.events()).toContain(`JobAlreadyActive: ${message}`)
    const body = { spec: { concurrencyPolicy: 'Replace' } }
    await cluster.client.resource(CRON_JOBS).patch('tick', { type: 'merge', body }, { namespace: 'default' })
    await cluster.until('another job', async () => {
      const live = (await jobs()).filter((j) => j.metadata.deletionTimestamp == null)
      return live.length === 1 && live[0]!.metadata.name !== `tick-${MINUTE + 1}`
    })
    expect(await cluster.events()).toContain(`SuccessfulDelete: Deleted job tick-${MINUTE + 1}`)
  })

  test('does nothing while suspended, and makes up for the last start only', async () => {
    await create({ suspend: true })
    await cluster.pass(3)
    cluster.clock.advance(10 * 60_000)
    await cluster.pass(3)
    expect(await jobs()).toEqual([])
    await cluster.client.resource(CRON_JOBS).patch('tick', { type: 'merge', body: { spec: { suspend: false } } }, { namespace: 'default' })
    expect((await count(1))[0]!.metadata.name).toBe(`tick-${MINUTE + 10}`)
  })

  test('gives up a start that is past its deadline', async () => {
    await create({ suspend: true, schedule: '0 * * * *', startingDeadlineSeconds: 15 })
    cluster.clock.advance(61 * 60_000)
    await cluster.client.resource(CRON_JOBS).patch('tick', { type: 'merge', body: { spec: { suspend: false } } }, { namespace: 'default' })
    await cluster.pass(3)
    expect(await jobs()).toEqual([])
    const writes = cluster.writes()
    await cluster.pass(5)
    expect(cluster.writes()).toBe(writes)
  })
})
