import { administrator } from '../authn/components.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { metricSource, type MetricSource } from '../machinery/metrics.ts'
import { NOTHING_ENFORCES } from '../registry/generic/unenforced.ts'
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
