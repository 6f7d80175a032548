import { administrator } from '../authn/components.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../testing/api-server.ts'

let server: TestServer

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
    ['GET', '/api/v1/namespaces/default/namespaces/default', 404],
    ['DELETE', '/api/v1/namespaces/default/namespaces/kube-system', 404],
    ['GET', '/api/v1/namespaces/default', 200],
    ['GET', '/api/v1/namespaces/default', 200],
    ['GET', '/api/v1/nope', 404],
    ['PUT', '/api/v1/namespaces/default/configmaps', 405],
    ['POST', '/api/v1/namespaces/default/configmaps/x', 405],
    ['DELETE', '/api/v1/configmaps', 405],
    ['GET', '/apis/nope/v1', 404],
    ['GET', '/nope', 404],
  ])('%s %s: %i', async (method, path, status) => {
    const answer = await server.api.transport(administrator).stream({ method, path })
    expect(answer.status).toBe(status)
    // A watch ends with its time.
    server.clock.advance(1000)
    for await (const chunk of answer.body) expect(chunk.length).toBeGreaterThan(0)
  })
})
