import { type ChildProcess, spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Api, List } from '../fixtures/api.ts'
import { scratch } from '../fixtures/scratch.ts'
import { type Server, startServer } from '../fixtures/server.ts'
import { stores } from '../fixtures/stores.ts'
import { until } from '../fixtures/until.ts'
import type { WatchStream } from '../fixtures/watch.ts'

/**
 * What nobody means and somebody does to the loops, on a running server: no loop spins, no orphan is left, no pod is made twice. The same
 * with times of hours and days is `server/controllers/bad-input`, whose clock is its own. Simulated containers end with the process that runs them:
 * a Job's pods are such as start theirs again.
 */

const IN_DEFAULT = '/api/v1/namespaces/default'
const [PODS, MAPS] = [`${IN_DEFAULT}/pods`, `${IN_DEFAULT}/configmaps`]
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases'

const template = (app: string, image = 'registry.example/main:1') => ({
  metadata: { labels: { app } },
  spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'main', image }] },
})
const workload = (kind: string, name: string, spec: object, app = name) => ({
  ...{ apiVersion: 'apps/v1', kind, metadata: { name } },
  spec: { selector: { matchLabels: { app } }, template: template(app), ...spec },
})
const job = (name: string, completions: number) => ({
  ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name } },
  spec: {
    completions,
    parallelism: completions,
    completionMode: 'Indexed',
    template: { spec: { ...template(name).spec, restartPolicy: 'OnFailure' } },
  },
})

/** Requests of loops that changed something or tried to, but for signs of life and events. */
async function writes(api: Api): Promise<number> {
  const { text } = await api.send('GET', '/metrics')
  let sum = 0
  for (const [, labels = '', value] of text.matchAll(/^apiserver_request_total\{(.*)\} (\d+)$/gm)) {
    if (/verb="(POST|PUT|PATCH|DELETE|APPLY)"/.test(labels) && !/resource="(leases|events|tokenreviews)"/.test(labels)) sum += Number(value)
  }
  return sum
}

/** Nothing is written while nothing happens, from one sign of life of a node to the next: ten seconds. What came before may end until then. */
async function rests(api: Api): Promise<void> {
  const { metadata } = await api.get<List>(LEASES)
  using signs = await api.watch(LEASES, { resourceVersion: metadata.resourceVersion })
  const [node] = (await api.get<List>(LEASES)).items
  const sign = (n: number) => {
    let left = n
    return signs.until(`sign of life ${n}`, (e) => e.object.metadata.name === node!.metadata.name && --left === 0)
  }
  await sign(1)
  const before = await writes(api)
  await sign(2)
  // Nodes report their own status, once in a while.
  expect((await writes(api)) - before).toBeLessThanOrEqual(2)
}

interface Pod extends Record<string, unknown> {
  metadata: { name: string; uid: string; deletionTimestamp?: string; ownerReferences?: { name: string }[] }
  status: { conditions?: { type: string; status: string }[] }
}
const podsOf = async (api: Api): Promise<Pod[]> => (await api.get<List>(PODS)).items as unknown as Pod[]
const isReady = (pod: Pod): boolean => pod.status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true
const allReady = (api: Api, n: number): Promise<unknown> =>
  until(
    `${n} pods are ready`,
    async () => {
      const pods = await podsOf(api)
      if (pods.filter(isReady).length === n) return true
      const others = pods.filter((p) => !isReady(p)).map((p) => `${p.metadata.name} ${JSON.stringify(p.status.conditions)}`)
      throw new Error(`${pods.length - others.length} are, and not ${others.join(', ')}`)
    },
    90_000,
  )
/** Names of pods that were made, each time that one was. */
const made = (...watches: WatchStream[]): string[] =>
  watches.flatMap((w) => w.events.filter((e) => e.type === 'ADDED').map((e) => e.object.metadata.name ?? ''))

const SIZES = { web: 24, db: 8, batch: 8 }
const ALL = SIZES.web + SIZES.db + SIZES.batch
async function startWorkloads(api: Api): Promise<void> {
  await api.create(DEPLOYMENTS, workload('Deployment', 'web', { replicas: SIZES.web }))
  const spec = { replicas: SIZES.db, serviceName: 'db', podManagementPolicy: 'Parallel' }
  await api.create('/apis/apps/v1/namespaces/default/statefulsets', workload('StatefulSet', 'db', spec))
  await api.create('/apis/batch/v1/namespaces/default/jobs', job('batch', SIZES.batch))
}

describe.each(stores.filter((s) => s.missing === undefined))('a control plane on $name that is killed in the middle of it', (kind) => {
  test('those pods that are missing are made, and none twice', async () => {
    await using store = await kind.open()
    using dir = scratch()
    const options = { ...store.options, dir: dir.path, loops: true }
    let seen: WatchStream
    {
      await using server = await startServer(options)
      const { resourceVersion } = (await server.api.get<List>(PODS)).metadata
      using watch = await server.api.watch(PODS, { resourceVersion })
      seen = watch
      await startWorkloads(server.api)
      await until('some pods', () => made(watch).length >= 9)
      await server.stop('SIGKILL')
      await watch.ended
    }
    await using server = await startServer(options)
    using watch = await server.api.watch(PODS, { resourceVersion: seen.resourceVersion })
    await allReady(server.api, ALL)
    const names = made(seen, watch)
    expect(names).toHaveLength(ALL)
    expect(new Set(names).size).toBe(ALL)
    await rests(server.api)
  })
})

const etcd = stores.find((s) => s.name.startsWith('etcd'))

describe.skipIf(etcd?.missing !== undefined)('an etcd that goes away in the middle of it', () => {
  test('loops try again ever more rarely, and make no pod twice when it is back', async () => {
    await using store = await etcd!.open()
    await using server = await startServer({ ...store.options, loops: true })
    const { api } = server
    const { metadata } = await api.get<List>(PODS)
    using watch = await api.watch(PODS, { resourceVersion: metadata.resourceVersion })
    await startWorkloads(api)
    await until('some pods', () => made(watch).length >= 5)
    const member = store.etcd!.members[0]!
    await member.kill()
    await until('it is missed', async () => (await api.send('GET', '/readyz')).status === 500)
    const [from, before] = [performance.now(), await writes(api)]
    // Failures become rarer: ten of them in a row take some five seconds.
    await until('loops have tried for a while', async () => performance.now() - from > 5000 && (await writes(api)) > before)
    const seconds = (performance.now() - from) / 1000
    // Forty-odd keys whose waits double from 5 ms or 1 s on: without waits it would be thousands a second.
    expect(((await writes(api)) - before) / seconds).toBeLessThan(100)
    using back = again(member.process)
    await until('readiness', async () => (await api.send('GET', '/readyz')).status === 200)
    expect(back.child.exitCode).toBeNull()
    await allReady(api, ALL)
    const names = (await podsOf(api)).map((p) => p.metadata.name)
    expect(new Set([...names, ...made(watch)]).size).toBe(ALL)
    await rests(api)
  })
})

/** The same program with the same flags and data. */
function again(process: ChildProcess): { child: ChildProcess } & Disposable {
  const [program = '', ...flags] = process.spawnargs
  const child = spawn(program, flags, { stdio: 'ignore' })
  return { child, [Symbol.dispose]: () => void child.kill('SIGKILL') }
}

describe('those who do not agree', () => {
  let server: Server
  let api: Api
  beforeAll(async () => {
    server = await startServer({ loops: true })
    api = server.api
    await until('an account', async () => (await api.send('GET', `${IN_DEFAULT}/serviceaccounts/default`)).status === 200)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('two deployments and a replica set that select the same pods have their own, and then there is rest', async () => {
    const { metadata } = await api.get<List>(PODS)
    using watch = await api.watch(PODS, { resourceVersion: metadata.resourceVersion })
    for (const name of ['a', 'b']) await api.create(DEPLOYMENTS, workload('Deployment', name, { replicas: 3 }, 'shared'))
    await api.create('/apis/apps/v1/namespaces/default/replicasets', workload('ReplicaSet', 'c', { replicas: 3 }, 'shared'))
    await allReady(api, 9)
    const owners = (await podsOf(api)).map((p) => p.metadata.ownerReferences![0]!.name.split('-')[0]!)
    expect(owners.sort().join('')).toBe('aaabbbccc')
    expect(made(watch)).toHaveLength(9)
    await rests(api)
    for (const name of ['a', 'b']) await api.remove(`${DEPLOYMENTS}/${name}`)
    await api.remove('/apis/apps/v1/namespaces/default/replicasets/c')
    await until('all are gone', async () => (await podsOf(api)).length === 0)
  })

  test('a node that flaps: its pods stay, and each change is answered once', async () => {
    const node = '/api/v1/nodes/flapping'
    await api.create('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'flapping' } })
    const pod = { metadata: { name: 'on-it', namespace: 'default' }, spec: { nodeName: 'flapping', ...template('x').spec } }
    await api.create(PODS, { apiVersion: 'v1', kind: 'Pod', ...pod })
    const report = async (status: string): Promise<void> => {
      const now = new Date().toISOString().replace(/\.\d+/, '')
      await api.merge(`${node}/status`, {
        status: { conditions: [{ type: 'Ready', status, lastHeartbeatTime: now, lastTransitionTime: now }] },
      })
    }
    const taints = async (): Promise<string[]> => {
      const { spec } = await api.get<{ spec?: { taints?: { effect: string }[] } }>(node)
      return (spec?.taints ?? []).map((t) => t.effect).sort()
    }
    const before = await writes(api)
    const rounds = 5
    for (let i = 0; i < rounds; i++) {
      await report('False')
      await until('it is tainted', async () => (await taints()).includes('NoSchedule'))
      await report('True')
      await until('the taints are off', async () => (await taints()).length === 0)
    }
    // Each way: the report itself, one effect and the other, and the pod's condition.
    expect((await writes(api)) - before).toBeLessThanOrEqual(rounds * 2 * 4)
    expect((await podsOf(api)).map((p) => [p.metadata.name, p.metadata.deletionTimestamp])).toEqual([['on-it', undefined]])
    await api.remove(node)
  })

  test('objects that own each other in a circle go with one of them', async () => {
    const refTo = (map: { metadata: { name?: string; uid?: string } }) => {
      const { name, uid } = map.metadata
      return { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name, uid, blockOwnerDeletion: true }] } }
    }
    const make = (name: string) => api.create(MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })
    const circle = await Promise.all(['x', 'y', 'z'].map(make))
    for (const [i, map] of circle.entries()) await api.merge(`${MAPS}/${map.metadata.name}`, refTo(circle[(i + 1) % 3]!))
    await api.send('DELETE', `${MAPS}/x`, { body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Foreground' } })
    await until('all are gone', async () => (await api.get<List>(MAPS)).items.every((m) => !'xyz'.includes(m.metadata.name!)))
    await rests(api)
  })

  test('ten thousand orphans go, with one request each', async () => {
    const uid = '00000000-0000-4000-8000-000000000000'
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid }]
    const count = 10_000
    const before = await writes(api)
    const numbers = Array.from({ length: count }, (_, i) => i)[Symbol.iterator]()
    const lane = async (): Promise<void> => {
      for (const i of numbers)
        await api.create(MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `orphan-${i}`, ownerReferences } })
    }
    await Promise.all(Array.from({ length: 32 }, lane))
    const left = async (): Promise<number> =>
      (await api.get<List>(`${MAPS}?limit=3`)).items.filter((m) => m.metadata.name!.startsWith('orphan')).length
    await until('all are gone', async () => (await left()) === 0, 90_000)
    const all = (await writes(api)) - before
    expect(all).toBeGreaterThanOrEqual(2 * count)
    expect(all).toBeLessThanOrEqual(2 * count + 4)
  })
})
