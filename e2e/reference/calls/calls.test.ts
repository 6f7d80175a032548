import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FakeClock } from '../../../server/machinery/clock.ts'
import { NAMESPACE, play, readRecording, unordered, type ObjectCase, type Outcome } from './case.ts'
import { certificateCases } from './certificates.ts'
import certificateFacts from './certificates.answers.json' with { type: 'json' }
import facts from './calls.answers.json' with { type: 'json' }
import policyFacts from './policies.answers.json' with { type: 'json' }
import ruleFacts from './rules.answers.json' with { type: 'json' }
import { objectCases } from './index.ts'
import { policyCases } from './policies.ts'
import { ruleCases } from './rules.ts'
import { startTestServer, type TestServer } from '../../../server/testing/api-server.ts'

describe.each<{ what: string; cases: readonly ObjectCase[]; file: unknown }>([
  { what: 'objects', cases: objectCases, file: facts },
  { what: 'rules', cases: ruleCases, file: ruleFacts },
  { what: 'policies', cases: policyCases, file: policyFacts },
  { what: 'certificates', cases: certificateCases, file: certificateFacts },
])('what the reference answers: $what', ({ cases, file }) => {
  const { at, answers } = readRecording<Outcome>(file)
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer({ clock: new FakeClock(at) })
    await server.send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
  })
  afterAll(() => server.close())

  for (const c of cases) {
    const name = `${c.kind}: ${c.name}`
    test(name, async () => {
      expect(unordered(await play(c, server.send))).toEqual(unordered(answers.get(name)!))
    })
  }
})
