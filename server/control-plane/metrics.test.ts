import { administrator } from '../authn/components.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { metricSource, type MetricSource } from '../machinery/metrics.ts'
import { NOTHING_ENFORCES } from '../registry/generic/unenforced.ts'
import { StorageUnavailableError } from '../storage/contract.ts'
import { startTestServer, type TestServer } from '../testing/api-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

/** The values of one label of the series that are 1. */
async function labelled(metric: string, label: string): Promise<string[]> {
  const answer = await server.api.transport(administrator).request({ method: 'GET', path: '/metrics', headers: {} })
  const lines = answer.body.toString('utf8').split('\n')
  return lines.flatMap((line) =>
    line.startsWith(`${metric}{`) && line.endsWith(' 1') ? [new RegExp(`${label}="([^"]*)"`).exec(line)![1]!] : [],
  )
}

test('the control loops that run are told, and only those', async () => {
  expect(await labelled('running_managed_controllers', 'name')).toEqual([])
  server.api.reportControllers('kube-controller-manager', ['deployment-controller', 'job-controller'])
  server.api.reportControllers('kube-scheduler', ['kube-scheduler'])
  expect(await labelled('running_managed_controllers', 'name')).toEqual(['deployment-controller', 'job-controller', 'kube-scheduler'])
  server.api.reportControllers('kube-controller-manager', ['deployment-controller'])
  expect(await labelled('running_managed_controllers', 'manager')).toEqual(['kube-controller-manager', 'kube-scheduler'])
})

test('what is stored without effect is told', async () => {
  expect(await labelled('binnacle_unenforced_resources', 'resource')).toEqual(Object.keys(NOTHING_ENFORCES))
})

async function text(path: string): Promise<[number, string]> {
  const answer = await server.api.transport(administrator).request({ method: 'GET', path, headers: {} })
  return [answer.status, answer.body.toString('utf8')]
}

test('metrics stand in the order of their names, with nothing between them', async () => {
  const [, all] = await text('/metrics')
  const names = [...all.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!)
  expect(names.length).toBeGreaterThan(50)
  expect(names).toEqual(names.toSorted((a, b) => (a < b ? -1 : 1)))
  expect(all).not.toContain('\n\n')
})

test('a store that does not answer takes its size away, and nothing else', async () => {
  let away = false
  const asked = await startTestServer({
    through: (storage) =>
      new Proxy(storage, {
        get(target, name) {
          const value = Reflect.get(target, name) as unknown
          if (name === 'stats') return () => (away ? Promise.reject(new StorageUnavailableError('the store is away')) : target.stats())
          return typeof value === 'function' ? (value.bind(target) as unknown) : value
        },
      }),
  })
  const scrape = async (): Promise<[number, boolean, boolean]> => {
    const { status, body } = await asked.api.transport(administrator).request({ method: 'GET', path: '/metrics', headers: {} })
    const shown = body.toString('utf8')
    return [status, /^apiserver_storage_size_bytes\{/m.test(shown), /^apiserver_storage_objects\{/m.test(shown)]
  }
  expect(await scrape()).toEqual([200, true, true])
  away = true
  expect(await scrape()).toEqual([200, false, true])
  await asked.close()
})

test('queues and what others report are on it, of one name the last', async () => {
  server.api.queueMetrics.observe('deployment').added('a')
  const metric = (value: number): MetricSource =>
    metricSource('leader_election_master_status', 'gauge', 'h', () => [{ labels: { name: 'x' }, value }])
  server.api.reportMetrics([metric(1)])
  expect((await text('/metrics'))[1]).toContain('workqueue_depth{name="deployment"} 1\n')
  expect((await text('/metrics'))[1]).toContain('leader_election_master_status{name="x"} 1\n')
  server.api.reportMetrics([metric(0)])
  expect((await text('/metrics'))[1]).toContain('leader_election_master_status{name="x"} 0\n')
})

test('a loop has a check of its own, which readiness does not ask', async () => {
  expect((await text('/healthz/job-controller'))[0]).toBe(404)
  server.api.reportHealth('job-controller', () => undefined)
  expect(await text('/healthz/job-controller')).toEqual([200, 'ok'])
  expect((await text('/healthz?verbose'))[1]).toContain('[+]job-controller ok\n')
  server.api.reportHealth('job-controller', () => {
    throw new Error('could not start: no way')
  })
  expect(await text('/healthz/job-controller')).toEqual([500, 'internal server error: could not start: no way\n'])
  expect([(await text('/healthz'))[0], (await text('/readyz'))[0], (await text('/livez'))[0]]).toEqual([500, 200, 200])
})

/** Series of a metric, without histograms' buckets, and their values. */
async function series(metric: string): Promise<Map<string, number>> {
  const lines = (await text('/metrics'))[1].split('\n').filter((line) => line.startsWith(`${metric}{`))
  return new Map(lines.map((line) => [line.slice(metric.length, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]))
}
const labelsOf = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]))

test('who asked, whether they might, and who decided that is counted', async () => {
  const stranger = { name: 'jane@example.com', groups: ['system:authenticated'] }
  const as = async (user: typeof stranger): Promise<number> =>
    (await server.api.transport(user).request({ method: 'GET', path: '/api/v1/secrets', headers: {} })).status
  const before = await series('authorization_attempts_total')
  expect(await as(stranger)).toBe(403)
  const after = await series('authorization_attempts_total')
  const grown = (result: string): number => (after.get(`{result="${result}"}`) ?? 0) - (before.get(`{result="${result}"}`) ?? 0)
  expect([grown('no-opinion'), grown('denied'), grown('error')]).toEqual([1, 0, 0])
  expect((await series('authenticated_user_requests')).get('{username="email_id"}')).toBe(1)
  expect((await series('authentication_attempts')).get('{result="success"}')).toBeGreaterThan(1)
  // The bounds are those of a kube-apiserver 1.37.2.
  const buckets = [...(await series('authorization_duration_seconds_bucket')).keys()].filter((key) => key.includes('no-opinion'))
  expect(buckets.map((key) => labelsOf(key)['le'])).toEqual([
    ...['0.001', '0.002', '0.004', '0.008', '0.016', '0.032', '0.064', '0.128', '0.256', '0.512'],
    ...['1.024', '2.048', '4.096', '8.192', '16.384', '+Inf'],
  ])
  expect(await as({ name: 'jane', groups: ['system:authenticated', 'system:masters'] })).toBe(200)
  expect([...(await series('apiserver_authorization_decisions_total')).keys()].map(labelsOf)).not.toContainEqual(
    expect.objectContaining({ type: 'RBAC', decision: 'denied' }),
  )
})

test('who acts as whom is counted by the mode that allowed it', async () => {
  const as = async (user: { name: string; groups: string[] }, headers: Record<string, string>): Promise<number> =>
    (await server.api.transport(user).request({ method: 'GET', path: '/version', headers })).status
  const master = { name: 'of-modes', groups: ['system:authenticated', 'system:masters'] }
  const attempts = 'apiserver_impersonation_attempts_total'
  expect(await as(master, { 'impersonate-user': 'jane' })).toBe(200)
  // The mode that allowed it last is asked first: it asks for the group, and refuses that one.
  expect(await as(master, { 'impersonate-user': 'jane', 'impersonate-group': 'system:masters' })).toBe(200)
  expect(await as({ name: 'stranger', groups: ['system:authenticated'] }, { 'impersonate-user': 'jane' })).toBe(403)
  const shown = async (metric: string): Promise<object[]> =>
    [...(await series(metric))].map(([labels, value]) => ({ ...labelsOf(labels), value }))
  expect(await shown(attempts)).toEqual([
    { mode: 'user-info', decision: 'allowed', value: 1 },
    { mode: 'legacy', decision: 'allowed', value: 1 },
    { mode: '', decision: 'denied', value: 1 },
  ])
  const checks = await shown('apiserver_impersonation_authorization_attempts_total')
  expect(checks).toEqual([
    { mode: 'user-info', decision: 'allowed', value: 4 },
    { mode: 'legacy', decision: 'allowed', value: 2 },
    { mode: 'user-info', decision: 'denied', value: 1 },
    { mode: 'legacy', decision: 'denied', value: 1 },
  ])
  expect((await series('apiserver_impersonation_attempts_duration_seconds_count')).size).toBe(3)
})

test('admission is timed by plugin and in all, for the operations that upstream asks about', async () => {
  const transport = server.api.transport(administrator)
  const headers = { 'content-type': 'application/json' }
  const body = Buffer.from(JSON.stringify({ metadata: { name: 'timed' } }))
  const send = async (method: string, path: string, sent?: Buffer): Promise<number> =>
    (await transport.request({ method, path, headers, ...(sent === undefined ? {} : { body: sent }) })).status
  expect(await send('POST', '/api/v1/namespaces/default/configmaps', body)).toBe(201)
  expect(await send('POST', '/api/v1/namespaces/nowhere/configmaps', body)).toBe(404)
  expect(await send('DELETE', '/api/v1/namespaces/default/configmaps/timed')).toBe(200)
  const plugin = 'apiserver_admission_controller_admission_duration_seconds'
  const operations = async (name: string, rejected = 'false'): Promise<string[]> => {
    const counted = [...(await series(`${plugin}_count`)).keys()].map(labelsOf)
    return counted
      .filter((l) => l['name'] === name && l['rejected'] === rejected)
      .map((l) => `${l['type']} ${l['operation']}`)
      .sort()
  }
  expect(await operations('NamespaceLifecycle')).toEqual(expect.arrayContaining(['admit CREATE', 'admit DELETE']))
  expect(await operations('NamespaceLifecycle', 'true')).toEqual(['admit CREATE'])
  expect(await operations('DefaultStorageClass')).toEqual(['admit CREATE'])
  expect(await operations('ResourceQuota')).toContain('validate CREATE')
  expect(await operations('ResourceQuota')).not.toContain('validate DELETE')
  expect(await operations('CertificateSigning')).not.toContain('validate CREATE')
  const step = await series('apiserver_admission_step_admission_duration_seconds_count')
  const counted = [...step.keys()].map(labelsOf)
  expect(counted).toContainEqual({ type: 'admit', operation: 'CREATE', rejected: 'true' })
  expect(counted).toContainEqual({ type: 'validate', operation: 'DELETE', rejected: 'false' })
})
