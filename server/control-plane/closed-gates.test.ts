import { afterAll, beforeAll, expect, test } from 'vitest'
import { administrator } from '../authn/components.ts'
import { startTestServer, type TestServer } from '../testing/api-server.ts'

/** What is left out when a gate is closed, as kube-apiserver 1.37 leaves it out. */
let server: TestServer
let usual: TestServer
beforeAll(async () => {
  usual = await startTestServer()
  server = await startTestServer({
    closedGates: new Set(['APIServerIdentity', 'ComponentFlagz', 'ComponentStatusz', 'TokenRequestServiceAccountUIDValidation']),
  })
})
afterAll(async () => {
  await server.close()
  await usual.close()
})

const status = async ({ api }: TestServer, path: string): Promise<number> =>
  (await api.transport(administrator).request({ method: 'GET', path, headers: {} })).status

test.each(['/flagz', '/statusz'])('%s is not there', async (path) => {
  expect([await status(usual, path), await status(server, path)]).toEqual([200, 404])
  const { paths } = (await server.send('GET', '/')).body as { paths: string[] }
  expect(paths).toContain('/metrics')
  expect(paths).not.toContain(path)
})

test('no Lease says that the server runs', async () => {
  const leases = async ({ send }: TestServer): Promise<number> =>
    ((await send('GET', '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases')).body.items as unknown[]).length
  expect([await leases(usual), await leases(server)]).toEqual([1, 0])
})

test('a token request may have the UID of another account', async () => {
  const ask = async ({ send }: TestServer): Promise<[code: number, uid: unknown]> => {
    const account = '/api/v1/namespaces/default/serviceaccounts/default'
    const { code, body } = await send('POST', `${account}/token`, { metadata: { uid: 'other' }, spec: {} })
    return [code, (body.metadata as { uid?: string }).uid]
  }
  expect([await ask(usual), await ask(server)]).toEqual([
    [409, undefined],
    [201, 'other'],
  ])
})
