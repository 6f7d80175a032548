import { administrator } from '../authn/components.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
