import { afterEach, expect, test } from 'vitest'
import { parseCidr, parseAddress } from '../../../machinery/ip.ts'
import { startTestServer, type Json, type TestServer, type TestServerOptions } from '../../../testing/api-server.ts'

const servers: TestServer[] = []
const started = async (options: TestServerOptions): Promise<TestServer> => {
  const server = await startTestServer(options)
  servers.push(server)
  return server
}
afterEach(async () => {
  for (const server of servers.splice(0).toReversed()) await server.close()
})

const SERVICES = '/api/v1/namespaces/default/services'
const service = (name: string): Json => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }] } })
const get = async ({ send }: TestServer, path: string): Promise<Json> => (await send('GET', path)).body
const slice = async (server: TestServer): Promise<unknown[]> => {
  const { addressType, endpoints } = await get(server, '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes')
  return [addressType, (endpoints as Json[]).map((e) => e.addresses)]
}
const within = (address: string, range: string): boolean => {
  const { bits, prefix } = parseCidr(range)!
  return bits >> BigInt(128 - prefix) === parseAddress(address)!.bits >> BigInt(128 - prefix)
}

test.each(['fd00:10::/64', 'fd00:10::/108', 'fd00:10::/112'])('%s as the first range: what a kube-apiserver has then', async (range) => {
  const server = await started({ serviceRanges: [range, '10.0.0.0/8'], advertiseAddress: 'fd00::2' })
  const { spec } = await get(server, `${SERVICES}/kubernetes`)
  expect(spec).toMatchObject({ clusterIP: 'fd00:10::1', clusterIPs: ['fd00:10::1'], ipFamilies: ['IPv6'], ipFamilyPolicy: 'SingleStack' })
  expect(await slice(server)).toEqual(['IPv6', [['fd00::2']]])
  const made = await server.send('POST', SERVICES, service('one'))
  const { clusterIP, ipFamilies } = made.body.spec as { clusterIP: string; ipFamilies: string[] }
  expect([made.code, ipFamilies, within(clusterIP, range)]).toEqual([201, ['IPv6'], true])
  const { spec: tried } = (await server.send('POST', `${SERVICES}?dryRun=All`, service('dry'))).body
  expect(tried).toMatchObject({ clusterIPs: ['fd00:10::'] })
})

test('a server that comes back with an address of the other family gets another slice', async () => {
  const first = await started({})
  expect(await slice(first)).toEqual(['IPv4', [['127.0.0.1']]])
  const second = await started({ storage: first.storage, advertiseAddress: 'fd00::2' })
  expect(await slice(second)).toEqual(['IPv6', [['fd00::2']]])
})

test('a range of IPv6 that is wider than a /64 gives nothing, whoever made it', async () => {
  const server = await started({ serviceRanges: ['10.0.0.0/24', 'fd00:10::/64'] })
  const wide = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name: 'wide' }, spec: { cidrs: ['fd00::/63'] } }
  expect((await server.send('POST', '/apis/networking.k8s.io/v1/servicecidrs', wide)).code).toBe(201)
  const spec = { ports: [{ port: 80 }], clusterIP: 'fd00::5' }
  const { code, body } = await server.send('POST', SERVICES, { ...service('none'), spec })
  expect([code, body.message]).toEqual([
    422,
    'Service "none" is invalid: spec.clusterIPs: Invalid value: ["fd00::5"]: failed to allocate IP fd00::5: ' +
      'the provided network does not match the current range',
  ])
})
