import { administrator } from '../../authn/components.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/api-server.ts'
import { NOTHING_ENFORCES } from './unenforced.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

/** The warnings of an answer. */
async function warnings(method: string, path: string, body?: object): Promise<string[]> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  const answer = await server.api.transport(administrator).request({
    method,
    path,
    headers: { 'content-type': type },
    ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
  })
  expect([path, answer.status < 300, String(answer.body)]).toEqual([path, true, expect.anything()])
  const { warning = [] } = answer.headers
  return [warning].flat().map((w) => /^299 - "(.*)"$/.exec(w)![1]!)
}

describe('what is stored and has no effect says so', () => {
  test('each row names a kind that is served', () => {
    for (const name of Object.keys(NOTHING_ENFORCES)) expect(server.api.registry.snapshot.stores.has(name), name).toBe(true)
  })

  test('to whoever creates, replaces or patches it; not to readers, and not for a refused object', async () => {
    const schemas = '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas'
    const text = NOTHING_ENFORCES['flowschemas.flowcontrol.apiserver.k8s.io']
    const schema = (matchingPrecedence: number): object => ({
      metadata: { name: 'q' },
      spec: { priorityLevelConfiguration: { name: 'workload-low' }, matchingPrecedence },
    })
    expect(await warnings('POST', `${schemas}?dryRun=All`, schema(11))).toEqual([text])
    expect(await warnings('POST', schemas, schema(11))).toEqual([text])
    expect(await warnings('PUT', `${schemas}/q`, schema(12))).toEqual([text])
    expect(await warnings('PATCH', `${schemas}/q`, { spec: { matchingPrecedence: 13 } })).toEqual([text])
    expect(await warnings('PATCH', `${schemas}/q/status`, { status: {} })).toEqual([])
    expect(await warnings('GET', `${schemas}/q`)).toEqual([])
    expect(await warnings('DELETE', `${schemas}/q`)).toEqual([])
    const refused = await server.api.transport(administrator).request({
      method: 'POST',
      path: schemas,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(schema(-1))),
    })
    expect([refused.status, refused.headers.warning]).toEqual([422, undefined])
  })
})
