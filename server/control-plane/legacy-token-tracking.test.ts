import { administrator } from '../authn/components.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KubeObject } from '../machinery/types.ts'
import { startTestServer, type TestServer } from '../testing/api-server.ts'
import { eventually } from '../testing/eventually.ts'
import { createClient, type Client } from '../client/client.ts'
import { CONFIG_MAPS, SECRETS, SERVICE_ACCOUNTS } from '../client/resource.ts'
import { isStatusError } from '../machinery/status.ts'

const DAY_MS = 86_400_000
const LAST_USED = 'kubernetes.io/legacy-token-last-used'
const NAME = 'kube-apiserver-legacy-service-account-token-tracking'
const IN = { namespace: 'kube-system' }

let server: TestServer
let client: Client
beforeAll(async () => {
  server = await startTestServer()
  client = createClient(server.api.transport(administrator), { userAgent: 'test/v1', clock: server.clock })
})
afterAll(() => server.close())

const today = (): string => new Date(server.clock.now()).toISOString().slice(0, 10)
/** The server writes when it gets to it: reads until it has. */
const becomes = <T>(read: () => Promise<T>, expected: T): Promise<void> => eventually(async () => expect(await read()).toEqual(expected))
const tracked = (): Promise<Record<string, string> | undefined> =>
  client
    .resource<KubeObject & { data?: Record<string, string> }>(CONFIG_MAPS)
    .get(NAME, IN)
    .then(
      (c) => c.data,
      (e: unknown) => {
        if (isStatusError(e, 'NotFound')) return undefined
        throw e
      },
    )

async function tokenOf(name: string) {
  const account = await client
    .resource(SERVICE_ACCOUNTS)
    .create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } }, { namespace: 'default' })
  const token = server.tokens.issueForSecret('default', { name, uid: account.metadata.uid! }, name)
  await client.resource(SECRETS).create(
    {
      ...{ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/service-account-token' },
      metadata: { name, annotations: { 'kubernetes.io/service-account.name': name } },
      data: { token: Buffer.from(token).toString('base64') },
    } as KubeObject,
    { namespace: 'default' },
  )
  const secret = (): Promise<KubeObject> => client.resource(SECRETS).get(name, { namespace: 'default' })
  return {
    token,
    secret,
    labels: async () => (await secret()).metadata.labels,
    async label(labels: Record<string, string>) {
      await client.resource(SECRETS).patch(name, { type: 'merge', body: { metadata: { labels } } }, { namespace: 'default' })
      await server.api.feed.fresh()
    },
  }
}

test('since when use is noted stands in a ConfigMap, which comes back half an hour after it was made at the earliest', async () => {
  const first = today()
  expect(await tracked()).toEqual({ since: first })
  await client.resource(CONFIG_MAPS).patch(NAME, { type: 'merge', body: { data: { since: '2026-02-30', other: 'x' } } }, IN)
  await becomes(tracked, { since: first, other: 'x' })
  await client.resource(CONFIG_MAPS).delete(NAME, IN)
  // What is written after it has been seen to be gone says that it was not made at once.
  await used(await tokenOf('later'))
  expect(await tracked()).toBeUndefined()
  server.clock.advance(30 * 60_000)
  await becomes(tracked, { since: today() })
})

async function used({ token, labels }: Awaited<ReturnType<typeof tokenOf>>): Promise<void> {
  const use = async (): Promise<string | undefined> => {
    await server.tokens.authenticateToken(token)
    return (await labels())?.[LAST_USED]
  }
  await becomes(use, today())
}

test('a secret says on which day its token was last used', async () => {
  const robot = await tokenOf('robot')
  expect(await robot.labels()).toBeUndefined()
  await used(robot)
  const { resourceVersion } = (await robot.secret()).metadata
  await used(robot)
  await used(await tokenOf('another'))
  expect((await robot.secret()).metadata.resourceVersion).toBe(resourceVersion)
  server.clock.advance(DAY_MS)
  await used(robot)
})

test('that of a server whose day is another already stays', async () => {
  const ahead = await tokenOf('ahead')
  const tomorrow = new Date(server.clock.now() + DAY_MS).toISOString().slice(0, 10)
  await ahead.label({ [LAST_USED]: tomorrow })
  await server.tokens.authenticateToken(ahead.token)
  await used(await tokenOf('behind'))
  expect(await ahead.labels()).toEqual({ [LAST_USED]: tomorrow })
})

test('a token that is marked as invalid is refused, and its use noted all the same; one that is no longer in its secret is not', async () => {
  const changed = await tokenOf('changed')
  await client.resource(SECRETS).patch('changed', { type: 'merge', body: { data: { token: 'eA==' } } }, { namespace: 'default' })
  await server.api.feed.fresh()
  await server.tokens.authenticateToken(changed.token)
  const marked = await tokenOf('marked')
  await marked.label({ 'kubernetes.io/legacy-token-invalid-since': '2025-01-01' })
  await used(marked)
  expect(await marked.labels()).toEqual({ 'kubernetes.io/legacy-token-invalid-since': '2025-01-01', [LAST_USED]: today() })
  expect(await changed.labels()).toBeUndefined()
})
