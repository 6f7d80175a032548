import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../testing/api-server.ts'

type Json = Record<string, unknown>

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const MERGE = { 'content-type': 'application/merge-patch+json' }

/** A namespace with a quota whose controller has counted `used`. */
async function limited(name: string, spec: Json, used: Json = {}): Promise<string> {
  const path = `/api/v1/namespaces/${name}`
  await server.send('POST', '/api/v1/namespaces', { metadata: { name } })
  await server.send('POST', `${path}/serviceaccounts`, { metadata: { name: 'default' } })
  await addQuota(path, 'q', spec, used)
  return path
}

async function addQuota(path: string, name: string, spec: Json, used: Json = {}): Promise<void> {
  const hard = spec.hard as Json
  const zero = Object.fromEntries(Object.keys(hard).map((of) => [of, '0']))
  const made = [
    await server.send('POST', `${path}/resourcequotas`, { metadata: { name }, spec }),
    await server.send('PATCH', `${path}/resourcequotas/${name}/status`, { status: { hard, used: { ...zero, ...used } } }, MERGE),
  ]
  expect(made.map(({ code }) => code)).toEqual([201, 200])
  await server.api.feed.fresh()
}

const usedOf = async (path: string, name = 'q'): Promise<unknown> =>
  ((await server.send('GET', `${path}/resourcequotas/${name}`)).body.status as { used: unknown }).used

const container = (requests?: Json, limits?: Json, name = 'c'): Json => ({
  name,
  image: 'i',
  resources: { ...(requests ? { requests } : {}), ...(limits ? { limits } : {}) },
})
const pod = (name: string, containers: Json[], more: Json = {}): Json => ({
  metadata: { name },
  spec: { automountServiceAccountToken: false, containers, ...more },
})

async function post(path: string, body: Json): Promise<unknown> {
  const { code, body: answer } = await server.send('POST', path, body)
  return code === 201 ? 'created' : [code, answer.message]
}
const no = (what: string, why: string): [number, string] => [403, `${what} is forbidden: ${why}`]

describe('what is used is written down, and nothing above the limit is let through', () => {
  test('pods', async () => {
    const ns = await limited('pods', { hard: { pods: '2', 'requests.cpu': '1', 'limits.memory': '1Gi' } })
    const answers = []
    for (const body of [
      pod('a', [container({ cpu: '600m' }, { memory: '512Mi' })]),
      pod('b', [container({ cpu: '600m' }, { memory: '768Mi' })]),
      pod('c', [container(), container({ cpu: '1m' }, undefined, 'd')]),
      pod('d', [container({ cpu: '400m' }, { memory: '512Mi' })]),
      pod('e', [container({ cpu: '0' }, { memory: '0' })]),
    ])
      answers.push(await post(`${ns}/pods`, body))
    expect(answers).toEqual([
      'created',
      no(
        'pods "b"',
        'exceeded quota: q, requested: limits.memory=768Mi,requests.cpu=600m, used: limits.memory=512Mi,requests.cpu=600m, limited: limits.memory=1Gi,requests.cpu=1',
      ),
      no('pods "c"', 'failed quota: q: must specify limits.memory for: c,d; requests.cpu for: c'),
      'created',
      no('pods "e"', 'exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2'),
    ])
    expect(await usedOf(ns)).toEqual({ 'limits.memory': '1Gi', pods: '2', 'requests.cpu': '1' })
  })

  test('objects of every kind, and of what a kind is counted by besides', async () => {
    const hard = {
      'count/deployments.apps': '1',
      'count/configmaps': '1',
      configmaps: '2',
      secrets: '0',
      'services.nodeports': '1',
      'services.loadbalancers': '1',
    }
    const ns = await limited('objects', { hard })
    const service = (name: string, type: string, ports: number): Json => ({
      metadata: { name },
      spec: { type, ports: Array.from({ length: ports }, (_, i) => ({ name: `p${i}`, port: 80 + i })) },
    })
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [container()] } }
    const deployment = (name: string): Json => ({ metadata: { name }, spec: { selector: { matchLabels: { a: 'b' } }, template } })
    const deployments = ns.replace('/api/v1', '/apis/apps/v1')
    expect([
      await post(`${deployments}/deployments`, deployment('a')),
      await post(`${deployments}/deployments`, deployment('b')),
      await post(`${ns}/configmaps`, { metadata: { name: 'a' } }),
      await post(`${ns}/configmaps`, { metadata: { name: 'b' } }),
      await post(`${ns}/secrets`, { metadata: { name: 'a' } }),
      await post(`${ns}/services`, service('a', 'NodePort', 2)),
      await post(`${ns}/services`, service('b', 'LoadBalancer', 1)),
      await post(`${ns}/services`, service('c', 'ClusterIP', 3)),
    ]).toEqual([
      'created',
      no(
        'deployments.apps "b"',
        'exceeded quota: q, requested: count/deployments.apps=1, used: count/deployments.apps=1, limited: count/deployments.apps=1',
      ),
      'created',
      no('configmaps "b"', 'exceeded quota: q, requested: count/configmaps=1, used: count/configmaps=1, limited: count/configmaps=1'),
      no('secrets "a"', 'exceeded quota: q, requested: secrets=1, used: secrets=0, limited: secrets=0'),
      no('services "a"', 'exceeded quota: q, requested: services.nodeports=2, used: services.nodeports=0, limited: services.nodeports=1'),
      'created',
      'created',
    ])
    const grow = await server.send(
      'PATCH',
      `${ns}/services/b`,
      {
        spec: {
          ports: [
            { name: 'p0', port: 80 },
            { name: 'p1', port: 81 },
          ],
        },
      },
      MERGE,
    )
    expect([grow.code, grow.body.message]).toEqual(
      no('services "b"', 'exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1'),
    )
  })

  test('claims, also by storage class; a change is charged by what it adds', async () => {
    const ns = await limited('claims', {
      hard: { 'requests.storage': '10Gi', 'fast.storageclass.storage.k8s.io/requests.storage': '4Gi', persistentvolumeclaims: '5' },
    })
    const claim = (name: string, storage: string, storageClassName: string): Json => ({
      metadata: { name },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage } } },
    })
    await server.send('POST', '/apis/storage.k8s.io/v1/storageclasses', {
      metadata: { name: 'fast' },
      provisioner: 'p',
      allowVolumeExpansion: true,
    })
    await server.api.feed.fresh()
    expect(await post(`${ns}/persistentvolumeclaims`, claim('a', '3Gi', 'fast'))).toBe('created')
    expect(await post(`${ns}/persistentvolumeclaims`, claim('b', '2Gi', 'fast'))).toEqual(
      no(
        'persistentvolumeclaims "b"',
        'exceeded quota: q, requested: fast.storageclass.storage.k8s.io/requests.storage=2Gi, used: fast.storageclass.storage.k8s.io/requests.storage=3Gi, limited: fast.storageclass.storage.k8s.io/requests.storage=4Gi',
      ),
    )
    expect(await post(`${ns}/persistentvolumeclaims`, claim('b', '2Gi', 'slow'))).toBe('created')
    await server.send('PATCH', `${ns}/persistentvolumeclaims/a/status`, { status: { phase: 'Bound' } }, MERGE)
    await server.send('PATCH', `${ns}/persistentvolumeclaims/a`, { spec: { volumeName: 'v' } }, MERGE)
    const grow = (storage: string) =>
      server.send('PATCH', `${ns}/persistentvolumeclaims/a`, { spec: { resources: { requests: { storage } } } }, MERGE)
    expect((await grow('5Gi')).code).toBe(403)
    const grown = await grow('4Gi')
    expect([grown.code, grown.body.message]).toEqual([200, undefined])
    expect(await usedOf(ns)).toEqual({
      'fast.storageclass.storage.k8s.io/requests.storage': '4Gi',
      persistentvolumeclaims: '2',
      'requests.storage': '6Gi',
    })
    // What has been allocated is told afterwards: it counts, whatever the limit.
    await server.send('PATCH', `${ns}/persistentvolumeclaims/a/status`, { status: { allocatedResources: { storage: '7Gi' } } }, MERGE)
    expect(await usedOf(ns)).toMatchObject({ 'fast.storageclass.storage.k8s.io/requests.storage': '7Gi', 'requests.storage': '9Gi' })
  })

  test('a resize of a pod', async () => {
    const ns = await limited('resize', { hard: { 'requests.cpu': '1' } })
    await post(`${ns}/pods`, pod('a', [container({ cpu: '600m' })]))
    const resize = (cpu: string) =>
      server.send(
        'PATCH',
        `${ns}/pods/a/resize`,
        { spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }] } },
        { 'content-type': 'application/strategic-merge-patch+json' },
      )
    const refused = await resize('1500m')
    expect([refused.code, refused.body.message]).toEqual(
      no('pods "a"', 'exceeded quota: q, requested: requests.cpu=900m, used: requests.cpu=600m, limited: requests.cpu=1'),
    )
    expect((await resize('900m')).code).toBe(200)
    expect(await usedOf(ns)).toEqual({ 'requests.cpu': '900m' })
  })
})

describe('a dry run', () => {
  test('is refused alike and holds nothing', async () => {
    const ns = await limited('dry', { hard: { configmaps: '1' } })
    const path = `${ns}/configmaps?dryRun=All`
    expect(await Promise.all(['a', 'b', 'c'].map((name) => post(path, { metadata: { name } })))).toEqual(['created', 'created', 'created'])
    expect(await usedOf(ns)).toEqual({ configmaps: '0' })
    await post(`${ns}/configmaps`, { metadata: { name: 'a' } })
    expect(await post(path, { metadata: { name: 'b' } })).toEqual(
      no('configmaps "b"', 'exceeded quota: q, requested: configmaps=1, used: configmaps=1, limited: configmaps=1'),
    )
  })
})

describe('scopes', () => {
  const request = { cpu: '100m' }
  const cases: [string, Json, Json, Json][] = [
    ['Terminating', { scopes: ['Terminating'] }, { activeDeadlineSeconds: 5 }, {}],
    ['NotTerminating', { scopes: ['NotTerminating'] }, {}, { activeDeadlineSeconds: 5 }],
    ['BestEffort', { scopes: ['BestEffort'] }, {}, { containers: [container(request)] }],
    ['NotBestEffort', { scopes: ['NotBestEffort'] }, { containers: [container(request)] }, {}],
    [
      'CrossNamespacePodAffinity',
      { scopes: ['CrossNamespacePodAffinity'] },
      {
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: 'k', namespaceSelector: {} } }],
          },
        },
      },
      { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'k' }] } } },
    ],
    ...(
      [
        ['In', { operator: 'In', values: ['system-node-critical'] }, true],
        ['NotIn', { operator: 'NotIn', values: ['system-node-critical'] }, false],
        ['Exists', { operator: 'Exists' }, true],
        ['DoesNotExist', { operator: 'DoesNotExist' }, false],
      ] as const
    ).map(([name, more, named]): [string, Json, Json, Json] => {
      const critical = { priorityClassName: 'system-node-critical' }
      const scopeSelector = { matchExpressions: [{ scopeName: 'PriorityClass', ...more }] }
      return [`PriorityClass ${name}`, { scopeSelector }, named ? critical : {}, named ? {} : critical]
    }),
  ]

  test.each(cases)('%s', async (name, scope, inside, outside) => {
    const ns = await limited(name.toLowerCase().replace(' ', '-'), { hard: { pods: '0' }, ...scope })
    const of = (more: Json): Json => pod('p', [container()], more)
    expect(await post(`${ns}/pods`, of(inside))).toEqual(
      no('pods "p"', 'exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0'),
    )
    expect(await post(`${ns}/pods`, of(outside))).toBe('created')
  })

  test('a pod that comes into a scope by an update is charged whole', async () => {
    const ns = await limited('moves', { hard: { pods: '0' }, scopes: ['Terminating'] })
    await post(`${ns}/pods`, pod('p', [container()]))
    const answer = await server.send('PATCH', `${ns}/pods/p`, { spec: { activeDeadlineSeconds: 5 } }, MERGE)
    expect([answer.code, answer.body.message]).toEqual(
      no('pods "p"', 'exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0'),
    )
  })
})

test('until its controller has counted, nobody knows what a quota leaves', async () => {
  const ns = await limited('unknown', { hard: { configmaps: '5' } })
  await server.send('PATCH', `${ns}/resourcequotas/q/status`, { status: { used: { configmaps: null } } }, MERGE)
  await server.api.feed.fresh()
  expect(await post(`${ns}/configmaps`, { metadata: { name: 'a' } })).toEqual(
    no('configmaps "a"', 'status unknown for quota: q, resources: configmaps'),
  )
  await addQuota(ns, 'other', { hard: { secrets: '1' } })
  expect(await post(`${ns}/secrets`, { metadata: { name: 'a' } })).toBe('created')
})

describe('under contention', () => {
  const creates = (ns: string, n: number): Promise<unknown[]> =>
    Promise.all(Array.from({ length: n }, (_, i) => post(`${ns}/configmaps`, { metadata: { name: `c${i}` } })))

  test('a thousand creates at once never exceed a quota, and are written down together', async () => {
    const ns = await limited('crowd', { hard: { configmaps: '400' } })
    await addQuota(ns, 'other', { hard: { 'count/configmaps': '300' } })
    const version = async (name: string): Promise<number> =>
      Number(((await server.send('GET', `${ns}/resourcequotas/${name}`)).body.metadata as Json).resourceVersion)
    const answers = await creates(ns, 1000)
    expect(answers.filter((a) => a === 'created')).toHaveLength(300)
    expect(await usedOf(ns)).toEqual({ configmaps: '300' })
    expect(await usedOf(ns, 'other')).toEqual({ 'count/configmaps': '300' })
    const { body } = await server.send('GET', `${ns}/configmaps`)
    expect(body.items).toHaveLength(300)
    expect(await version('other')).toBeGreaterThan(0)
  })

  test('somebody else who writes the status is not overwritten', async () => {
    const ns = await limited('two', { hard: { configmaps: '10' } })
    const [answers] = await Promise.all([
      creates(ns, 20),
      server.send('PATCH', `${ns}/resourcequotas/q/status`, { status: { hard: { configmaps: '5' } } }, MERGE),
    ])
    const made = answers.filter((a) => a === 'created').length
    expect(made).toBeLessThanOrEqual(10)
    expect(await usedOf(ns)).toEqual({ configmaps: String(made) })
  })
})
