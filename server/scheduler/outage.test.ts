import { afterEach, expect, test } from 'vitest'
import { findCondition, type Pod } from '../client/objects.ts'
import { NODES, PODS } from '../client/resource.ts'
import type { Controller } from '../controllers/controller.ts'
import { startTestCluster, type TestCluster } from '../controllers/testing/cluster.ts'
import type { KubeObject } from '../machinery/types.ts'
import { startScheduler } from './scheduler.ts'
import { makeNode, makePod } from './testing/objects.ts'

/** Two nodes with room for four pods each, and twelve pods. */
const scheduler: Controller = {
  name: 'kube-scheduler',
  start: ({ client, informers, clock, signal, onError }) =>
    startScheduler({ client, informers, clock, signal, onError, random: () => 0.5 }),
}
const NODE_NAMES = ['a', 'b']
const PER_NODE = 4
const COUNT = 12

let c: TestCluster
afterEach(() => c.close())

/** All is there when the scheduler starts. */
async function start(): Promise<void> {
  c = await startTestCluster(async (client) => {
    for (const name of NODE_NAMES) {
      const node = makeNode(name, { allocatable: { cpu: String(PER_NODE) } })
      await client.resource(NODES).create(node)
      await client.resource(NODES).patch(name, { type: 'merge', body: { spec: { taints: null } } })
      await client.resource(NODES).patch(name, { type: 'merge', body: { status: node.status } as never }, { subresource: 'status' })
    }
    const { priority: _, ...spec } = makePod('', { cpu: '1' }).spec!
    for (let i = 0; i < COUNT; i++)
      await client
        .resource(PODS)
        .create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: `p${i}` }, spec } as KubeObject, { namespace: 'default' })
  }, scheduler)
}
const placed = async (): Promise<Record<string, number>> => {
  const pods = await c.list<Pod>(PODS)
  const on = (name: string | undefined): number => pods.filter((p) => p.spec?.nodeName === name).length
  return { a: on('a'), b: on('b'), nowhere: on(undefined) }
}
const ALL_PLACED = { a: PER_NODE, b: PER_NODE, nowhere: COUNT - 2 * PER_NODE }

/** Each pod that found no room says so, and nothing is written while nothing happens. */
async function rests(): Promise<void> {
  const waiting = (await c.list<Pod>(PODS)).filter((p) => p.spec?.nodeName === undefined)
  const said = waiting.map((p) => findCondition(p.status?.conditions, 'PodScheduled')?.message ?? '')
  expect(said.every((text) => text.startsWith('0/2 nodes are available: 2 Insufficient cpu.'))).toBe(true)
  const writes = c.writes()
  await c.pass(20)
  expect(c.writes() - writes).toBe(0)
}

test.each([0, 1, 2, 5, 9])(
  'a store that goes away after %i writes: no room is given twice, and it is not asked without end',
  async (after) => {
    await start()
    let left = after
    c.loseAnswers(({ method }) => {
      if (method !== 'GET' && left-- === 0) c.storeIs('away')
      return false
    })
    await c.pass(2)
    c.storeIs('away')
    const before = c.writes()
    await c.pass(60)
    // 1 s and twice as long each time, at most ten: some eight binds a minute of each pod, and a status after each.
    expect(c.writes() - before).toBeLessThanOrEqual(COUNT * 2 * 10)
    c.storeIs('back')
    await c.pass(120)
    expect(await placed()).toEqual(ALL_PLACED)
    await rests()
  },
)

test('binds whose answers are lost count once', async () => {
  await start()
  let n = 0
  c.loseAnswers(({ path }) => path.includes('/binding') && n++ % 2 === 0)
  await c.pass(60)
  expect(await placed()).toEqual(ALL_PLACED)
  c.loseAnswers(() => false)
  await c.pass(30)
  await rests()
})
