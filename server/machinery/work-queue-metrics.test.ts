import { expect, test } from 'vitest'
import { FakeClock } from './clock.ts'
import type { Sample } from './metrics.ts'
import { WorkQueueMetrics } from './work-queue-metrics.ts'
import { WorkQueue } from './work-queue.ts'

const clock = new FakeClock()
const metrics = new WorkQueueMetrics(() => clock.now())
const make = (name: string): WorkQueue => new WorkQueue({ clock, observer: metrics.observe(name) })

async function samples(name: string): Promise<Sample[]> {
  return (
    await metrics
      .sources()
      .find((s) => s.name === `workqueue_${name}`)!
      .get()
  ).values
}

/** Of the queues, by name; of a histogram its count and sum. */
async function read(name: string): Promise<Record<string, number>> {
  const values = (await samples(name)).filter((s) => s.metricName === undefined || !s.metricName.endsWith('_bucket'))
  return Object.fromEntries(
    values.map(({ labels, metricName, value }) => [[labels.name, metricName?.replace(/^.*_/, '')].filter(Boolean).join(' '), value]),
  )
}

test('what a queue does is counted as client-go counts it', async () => {
  const a = make('a')
  for (const key of ['x', 'y', 'x']) a.add(key)
  expect(await read('adds_total')).toEqual({ a: 2 })
  expect(await read('depth')).toEqual({ a: 2 })
  clock.advance(2000)
  expect(await a.get()).toBe('x')
  expect(await read('queue_duration_seconds')).toEqual({ 'a sum': 2, 'a count': 1 })
  clock.advance(3000)
  // Waits again while it is worked on: the depth has it, and so has the work.
  a.add('x')
  expect([await read('depth'), await read('unfinished_work_seconds'), await read('longest_running_processor_seconds')]).toEqual([
    { a: 2 },
    { a: 3 },
    { a: 3 },
  ])
  a.done('x')
  expect([await read('work_duration_seconds'), await read('unfinished_work_seconds')]).toEqual([{ 'a sum': 3, 'a count': 1 }, { a: 0 }])
  a.addRateLimited('z')
  a.addAfter('z', 0)
  expect([await read('retries_total'), await read('adds_total')]).toEqual([{ a: 2 }, { a: 4 }])
})

test('buckets are those of component-base, each with all the faster ones', async () => {
  const buckets = (await samples('queue_duration_seconds')).filter((s) => s.labels.name === 'a' && s.metricName?.endsWith('_bucket'))
  expect(buckets.map((s) => [s.labels.le, s.value])).toEqual([
    ...['1e-08', '1e-07', '1e-06', '9.999999999999999e-06', '9.999999999999999e-05', '0.001', '0.01', '0.1', '1'].map((le) => [le, 0]),
    ['10', 1],
    ['+Inf', 1],
  ])
})

test('queues of one name are one; one that is shut down holds nothing', async () => {
  const [b, c] = [make('b'), make('b')]
  b.add('k')
  c.add('k')
  const got = await c.get()
  clock.advance(1000)
  c.done(got!)
  b.add('l')
  expect(await read('depth')).toMatchObject({ b: 2 })
  expect(await read('work_duration_seconds')).toMatchObject({ 'b count': 1, 'b sum': 1 })
  b.shutDown()
  expect(await read('depth')).toMatchObject({ b: 0 })
  expect(await read('adds_total')).toMatchObject({ b: 3 })
})
