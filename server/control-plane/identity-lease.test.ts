import { hostname } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { administrator } from '../authn/components.ts'
import { createClient, type Client } from '../client/client.ts'
import { LEASES } from '../client/resource.ts'
import { formatMicroTime } from '../machinery/clock.ts'
import type { KubeObject } from '../machinery/types.ts'
import { startTestServer, type TestServer } from '../testing/api-server.ts'
import { eventually } from '../testing/eventually.ts'
import { apiServerId } from './identity-lease.ts'

type Lease = KubeObject & { spec: { holderIdentity?: string; leaseDurationSeconds?: number; renewTime?: string } }

const IN = { namespace: 'kube-system' }
const NAME = apiServerId(hostname())
const RENEW_MS = 10_000
const HOUR_MS = 3_600_000

let server: TestServer
let client: Client
beforeAll(async () => {
  server = await startTestServer()
  client = createClient(server.api.transport(administrator), { userAgent: 'test/v1', clock: server.clock })
})
afterAll(() => server.close())

const leases = () => client.resource<Lease>(LEASES)
const own = (): Promise<Lease> => leases().get(NAME, IN)
const names = async (): Promise<(string | undefined)[]> => (await leases().list(IN)).items.map(({ metadata }) => metadata.name)
const now = (): string => formatMicroTime(server.clock.now())

const until = (holds: () => Promise<boolean>): Promise<void> => eventually(async () => expect(await holds()).toBe(true))

async function add(name: string, labels: Record<string, string>, spec: Lease['spec']): Promise<void> {
  await leases().create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, labels }, spec }, IN)
}

test('the name is the one that a kube-apiserver has on a host of that name', () => {
  expect(apiServerId('vm')).toBe('apiserver-wlv32tlttr4jl3gtroqexyxapa')
})

test('a server that is ready says so in a Lease, as a kube-apiserver does', async () => {
  const { metadata, spec } = await own()
  expect(metadata.labels).toEqual({ 'apiserver.kubernetes.io/identity': 'kube-apiserver', 'kubernetes.io/hostname': hostname() })
  expect(metadata.annotations?.['kubernetes.io/peer-advertise-address']).toMatch(/^[^:]+:\d+$/)
  expect(spec).toEqual({
    holderIdentity: expect.stringMatching(new RegExp(`^${NAME}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)) as string,
    leaseDurationSeconds: 3600,
    renewTime: now(),
  })
})

test('it is renewed every ten seconds, and made anew when somebody deletes it', async () => {
  server.clock.advance(RENEW_MS)
  await until(async () => (await own()).spec.renewTime === now())
  await leases().delete(NAME, IN)
  await until(async () => {
    server.clock.advance(RENEW_MS)
    return (await names()).includes(NAME)
  })
})

test('leases of API servers that have run out go after an hour; of others, and of those that run, none', async () => {
  const component = { 'apiserver.kubernetes.io/identity': 'kube-apiserver' }
  const lasts = (leaseDurationSeconds: number): Lease['spec'] => ({ holderIdentity: 'x', leaseDurationSeconds, renewTime: now() })
  await add('apiserver-gone', component, lasts(1))
  await add('apiserver-runs', component, lasts(1_000_000))
  await add('apiserver-unclear', component, { holderIdentity: 'x' })
  await add('of-another', { 'apiserver.kubernetes.io/identity': 'another' }, lasts(1))
  server.clock.advance(HOUR_MS)
  await until(async () => !(await names()).some((name) => name === 'apiserver-gone' || name === 'apiserver-unclear'))
  expect((await names()).sort()).toEqual(['apiserver-runs', NAME, 'of-another'].sort())
})
