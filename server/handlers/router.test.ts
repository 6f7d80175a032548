import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../registry/testing/calls/server.ts'
import type { TransportResponse } from '../client/transport.ts'

let server: TestServer
const call = (method: string, path: string): Promise<TransportResponse> => server.api.transport('admin').request({ method, path })

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

describe('where a request goes', () => {
  test.each([
    ['GET', '/api/v1/serviceaccounts?fieldSelector=metadata.name%3Ddefault', 200],
    ['GET', '/api/v1/serviceaccounts?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Ddefault', 200],
    ['GET', '/api/v1/namespaces/default/serviceaccounts/default', 200],
    ['GET', '/api/v1/serviceaccounts/default', 404],
    ['GET', '/api/v1/namespaces/default/nodes', 404],
    ['GET', '/api/v1/namespaces/default', 200],
    ['GET', '/api/v1/nope', 404],
    ['PUT', '/api/v1/namespaces/default/configmaps', 405],
    ['POST', '/api/v1/namespaces/default/configmaps/x', 405],
    ['DELETE', '/api/v1/configmaps', 405],
    ['GET', '/apis/nope/v1', 404],
    ['GET', '/nope', 404],
  ])('%s %s: %i', async (method, path, status) => {
    expect((await call(method, path)).status).toBe(status)
  })
})
