import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NAMESPACE, play, unordered, type Outcome } from './case.ts'
import facts from './facts-calls.json' with { type: 'json' }
import ruleFacts from './facts-rules.json' with { type: 'json' }
import { objectCases } from './index.ts'
import { ruleCases } from './rules.ts'
import { startTestServer, type TestServer } from './server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  await server.send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
})
afterAll(() => server.close())

const recorded = new Map([...(facts as Outcome[]), ...(ruleFacts as Outcome[])].map((f) => [f.case, f]))

describe('what the reference answers', () => {
  for (const c of [...objectCases, ...ruleCases]) {
    const name = `${c.kind}: ${c.name}`
    test(name, async () => {
      expect(unordered(await play(c, server.send))).toEqual(unordered(recorded.get(name)!))
    })
  }
})
