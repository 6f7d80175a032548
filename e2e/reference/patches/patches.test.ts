import { administrator } from '../../../server/authn/components.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../../server/testing/api-server.ts'
import facts from './patches.answers.json' with { type: 'json' }
import { objects, patchCases } from './patch-cases.ts'
import { type Answer, type Fact, play, type Request } from './play.ts'

describe('what kube-apiserver 1.37.2 answers', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
    for (const [path, body] of objects) expect((await server.send('POST', path, body)).code).toBe(201)
  })
  afterAll(() => server.close())

  async function send({ method, path, contentType, body }: Request): Promise<Answer> {
    const headers = { 'content-type': contentType, accept: 'application/json' }
    const answer = await server.api.transport(administrator).request({ method, path, headers, body: Buffer.from(body) })
    const warning = answer.headers['warning'] ?? []
    const warnings = [warning].flat().map((text) => JSON.parse(text.replace(/^299 - /, '')) as string)
    return { status: answer.status, warnings, body: JSON.parse(answer.body.toString()) as unknown }
  }

  test.each(patchCases.map((c) => [c.name, c] as const))('%s', async (name, c) => {
    const got = await play(c, send)
    const wanted = (facts as Record<string, Fact>)[name]!
    if (wanted.code === 0) expect([400, 422]).toContain(got.code)
    else expect(JSON.parse(JSON.stringify(got))).toEqual(wanted)
  })
})
