import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../testing/calls/server.ts'
import { NOTHING_ENFORCES } from './unenforced.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

/** The warnings of an answer. */
async function warnings(method: string, path: string, body?: object): Promise<string[]> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  const answer = await server.api.transport('admin').request({
    method,
    path,
    headers: { 'content-type': type },
    ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
  })
  expect([path, answer.status < 300]).toEqual([path, true])
  const { warning = [] } = answer.headers
  return [warning].flat().map((w) => /^299 - "(.*)"$/.exec(w)![1]!)
}

describe('what is stored and has no effect says so', () => {
  test('each row names a kind that is served', () => {
    for (const name of Object.keys(NOTHING_ENFORCES)) expect(server.api.registry.snapshot.stores.has(name), name).toBe(true)
  })

  test('to whoever creates, replaces or patches it; not to readers, and not for a refused object', async () => {
    const quotas = '/api/v1/namespaces/default/resourcequotas'
    const text = NOTHING_ENFORCES.resourcequotas
    const quota = { metadata: { name: 'q' }, spec: { hard: { pods: '1' } } }
    expect(await warnings('POST', `${quotas}?dryRun=All`, quota)).toEqual([text])
    expect(await warnings('POST', quotas, quota)).toEqual([text])
    expect(await warnings('PUT', `${quotas}/q`, quota)).toEqual([text])
    expect(await warnings('PATCH', `${quotas}/q`, { spec: { hard: { pods: '2' } } })).toEqual([text])
    expect(await warnings('PATCH', `${quotas}/q/status`, { status: {} })).toEqual([])
    expect(await warnings('GET', `${quotas}/q`)).toEqual([])
    expect(await warnings('DELETE', `${quotas}/q`)).toEqual([])
    const refused = await server.api.transport('admin').request({
      method: 'POST',
      path: quotas,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify({ metadata: { name: 'q' }, spec: { hard: { pods: '-1' } } })),
    })
    expect([refused.status, refused.headers.warning]).toEqual([422, undefined])
  })
})
