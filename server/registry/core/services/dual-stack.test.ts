import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type Json, type TestServer } from '../../../testing/api-server.ts'

/** A server that had one range of services, and what comes after it on the same store. */
const servers: TestServer[] = []
const started = async (...serviceRanges: string[]): Promise<TestServer> => {
  const server = await startTestServer({ serviceRanges, ...(servers[0] === undefined ? {} : { storage: servers[0].storage }) })
  servers.push(server)
  return server
}
beforeAll(() => started('10.0.0.0/24'))
afterAll(async () => {
  for (const server of servers.toReversed()) await server.close()
})

const rangesAt = async ({ send }: TestServer): Promise<unknown> => {
  const { body } = await send('GET', '/apis/networking.k8s.io/v1/servicecidrs/kubernetes')
  return (body.spec as Json).cidrs
}
const dual = (name: string): Json => ({
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name } },
  spec: { ports: [{ port: 80 }], ipFamilyPolicy: 'RequireDualStack' },
})
const SERVICES = '/api/v1/namespaces/default/services'

test('the second range of a cluster that had one is added, and services get an address of each', async () => {
  expect((await servers[0]!.send('POST', SERVICES, dual('early'))).code).toBe(422)
  const second = await started('10.0.0.0/24', 'fd00:10::/112')
  expect(await rangesAt(second)).toEqual(['10.0.0.0/24', 'fd00:10::/112'])
  const { code, body } = await second.send('POST', SERVICES, dual('both'))
  const { clusterIPs, ipFamilies } = body.spec as { clusterIPs: string[]; ipFamilies: string[] }
  expect([code, ipFamilies, clusterIPs[0]!.startsWith('10.0.0.'), clusterIPs[1]!.startsWith('fd00:10::')]).toEqual([
    201,
    ['IPv4', 'IPv6'],
    true,
    true,
  ])
})

test('other ranges than those that are there change nothing', async () => {
  expect(await rangesAt(await started('10.0.0.0/24', 'fd00:99::/112'))).toEqual(['10.0.0.0/24', 'fd00:10::/112'])
  expect(await rangesAt(await started('10.7.0.0/24'))).toEqual(['10.0.0.0/24', 'fd00:10::/112'])
})
