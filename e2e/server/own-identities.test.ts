import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { scratch } from '../fixtures/scratch.ts'
import { type Server, startServer } from '../fixtures/server.ts'
import { until } from '../fixtures/until.ts'

/** Every part of the program is a user of its own API, with upstream's name for it and no more rights than upstream's has. */
interface Entry {
  msg: string
  protocol: string
  user: string
  verb: string
  uri: string
  status: number
}

type Json = Record<string, unknown>

const labelsOf = (app: string): Json => ({ app })
const labels = labelsOf('web')
const template = (app: string, more: Json = {}): Json => ({
  metadata: { labels: labelsOf(app) },
  spec: { containers: [{ name: 'c', image: 'i' }], ...more },
})
const storage = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
const NAMESPACE = '/api/v1/namespaces/work'
const inside = (group: string): string => `/apis/${group}/namespaces/work`

/** Something to do for every loop. */
const OBJECTS: readonly (readonly [path: string, object: Json])[] = [
  [`${NAMESPACE}/serviceaccounts`, { metadata: { name: 'sa' } }],
  [
    `${NAMESPACE}/secrets`,
    {
      metadata: { name: 'token', annotations: { 'kubernetes.io/service-account.name': 'sa' } },
      type: 'kubernetes.io/service-account-token',
    },
  ],
  [`${NAMESPACE}/resourcequotas`, { metadata: { name: 'most' }, spec: { hard: { pods: '50' } } }],
  [`${NAMESPACE}/services`, { metadata: { name: 'all' }, spec: { selector: labels, ports: [{ port: 80 }] } }],
  [`${NAMESPACE}/persistentvolumeclaims`, { metadata: { name: 'data' }, spec: storage }],
  [
    `${inside('apps/v1')}/deployments`,
    { metadata: { name: 'web' }, spec: { replicas: 2, selector: { matchLabels: labels }, template: template('web') } },
  ],
  [
    `${inside('apps/v1')}/statefulsets`,
    {
      metadata: { name: 'db' },
      spec: {
        ...{ serviceName: 'db', selector: { matchLabels: labelsOf('db') }, template: template('db') },
        volumeClaimTemplates: [{ metadata: { name: 'v' }, spec: storage }],
      },
    },
  ],
  [
    `${inside('apps/v1')}/daemonsets`,
    { metadata: { name: 'each' }, spec: { selector: { matchLabels: labelsOf('each') }, template: template('each') } },
  ],
  [
    `${inside('batch/v1')}/jobs`,
    { metadata: { name: 'once' }, spec: { ttlSecondsAfterFinished: 0, template: template('batch', { restartPolicy: 'Never' }) } },
  ],
  [
    `${inside('batch/v1')}/cronjobs`,
    {
      metadata: { name: 'tick' },
      spec: { schedule: '* * * * *', jobTemplate: { spec: { template: template('batch', { restartPolicy: 'Never' }) } } },
    },
  ],
  [
    `${inside('policy/v1')}/poddisruptionbudgets`,
    { metadata: { name: 'all' }, spec: { minAvailable: 1, selector: { matchLabels: labels } } },
  ],
  [
    `${inside('autoscaling/v2')}/horizontalpodautoscalers`,
    {
      metadata: { name: 'web' },
      spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, metrics: [cpu()] },
    },
  ],
  [
    '/apis/rbac.authorization.k8s.io/v1/clusterroles',
    { metadata: { name: 'sum' }, aggregationRule: { clusterRoleSelectors: [{ matchLabels: { sum: 'yes' } }] } },
  ],
  [
    '/apis/rbac.authorization.k8s.io/v1/clusterroles',
    { metadata: { name: 'part', labels: { sum: 'yes' } }, rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] },
  ],
]

function cpu(): Json {
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }
}

const dir = scratch()
let server: Server
beforeAll(async () => {
  const seed = join(dir.path, 'seed.json')
  writeFileSync(seed, JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'work' } }))
  server = await startServer({ loops: true, flags: ['--nodes=2', '-v=3', '--log-format=json', '--seed', seed] })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  dir[Symbol.dispose]()
})

/** Requests from inside of the process so far. */
const own = (): Entry[] =>
  server.out.stderr
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Entry)
    .filter((e) => e.msg === 'request' && e.protocol === 'local')

async function field(path: string, of: (object: Json) => unknown): Promise<unknown> {
  const { status, json } = await server.api.send('GET', path)
  return status === 200 ? of(json<Json & { metadata: never }>()) : undefined
}

const status = (path: string, name: string): Promise<unknown> =>
  field(path, (o) => (o.status as Record<string, unknown> | undefined)?.[name])

test('no part is refused anything, and none but the server itself and its owner is above the rules', async () => {
  for (const [path, object] of OBJECTS) {
    const answer = await server.api.send('POST', path, { body: object })
    expect([path, answer.status]).toEqual([path, 201])
  }
  const ready: readonly (readonly [path: string, name: string, wanted: unknown])[] = [
    [`${inside('apps/v1')}/deployments/web`, 'readyReplicas', 2],
    [`${inside('apps/v1')}/statefulsets/db`, 'readyReplicas', 1],
    [`${inside('apps/v1')}/daemonsets/each`, 'numberReady', 2],
    [`${NAMESPACE}/persistentvolumeclaims/data`, 'phase', 'Bound'],
    [`${inside('policy/v1')}/poddisruptionbudgets/all`, 'expectedPods', 2],
  ]
  for (const [path, name, wanted] of ready) await until(`${name} of ${path}`, async () => (await status(path, name)) === wanted)
  await until('a token', async () => (await field(`${NAMESPACE}/secrets/token`, (o) => (o.data as Json | undefined)?.token)) !== undefined)
  await until('figures', async () => {
    const items = await field('/apis/metrics.k8s.io/v1beta1/nodes', (o) => o.items)
    return Array.isArray(items) && items.length === 2
  })
  const before = own()
  expect((await server.api.send('DELETE', '/api/v1/namespaces/work')).status).toBe(200)
  await until('all of it gone', async () => (await server.api.send('GET', NAMESPACE)).status === 404)

  const entries = own()
  // Nobody makes anything in a namespace that is going.
  const goes = (e: Entry): boolean => e.verb === 'create' && e.uri.includes('/namespaces/work/')
  const refused = [...before, ...entries.slice(before.length).filter((e) => !goes(e))].filter((e) => e.status === 401 || e.status === 403)
  expect(refused.map((e) => `${e.user}: ${e.verb} ${e.uri}: ${e.status}`)).toEqual([])
  const users = [...new Set(entries.map((e) => e.user))].sort()
  const parts = /^system:(?:kube-controller-manager|kube-scheduler|node:binnacle-[01]|serviceaccount:kube-system:[a-z-]+)$/
  expect(users.filter((user) => !parts.test(user))).toEqual(['kube-apiserver-kubelet-client', 'system:apiserver'])
  // Of those the server is a master, as upstream's is to itself: it makes what is there from the start, and nothing else.
  const byServer = entries.filter((e) => e.user === 'system:apiserver').map((e) => `${e.verb} ${e.uri.replace(/[?].*/, '')}`)
  expect([...new Set(byServer)].sort()).toEqual([
    'create /api/v1/namespaces',
    'create /apis/storage.k8s.io/v1/storageclasses',
    'list /apis/storage.k8s.io/v1/storageclasses',
  ])
  const byReader = entries.filter((e) => e.user === 'kube-apiserver-kubelet-client').map((e) => `${e.verb} ${e.uri.replace(/[?].*/, '')}`)
  expect([...new Set(byReader)].sort()).toEqual([
    'get /api/v1/nodes/binnacle-0/proxy/stats/summary',
    'get /api/v1/nodes/binnacle-1/proxy/stats/summary',
    'list /api/v1/nodes',
  ])
})
