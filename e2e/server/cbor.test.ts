import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Api } from '../fixtures/api.ts'
import { Setting } from '../fixtures/setting.ts'
import { until } from '../fixtures/until.ts'
import { cborRequests, closedRequests, definition } from '../reference/cbor.cases.ts'
import { Answers, answeringWith } from '../reference/play.ts'

/** CBOR: each answer is the reference's, with the gate open and closed. */
describe.each([
  { gate: 'open', suite: 'cbor', flags: ['--feature-gates=CBORServingAndStorage=true'], requests: cborRequests },
  { gate: 'closed', suite: 'cbor-closed', flags: [], requests: closedRequests },
])('the gate is $gate', ({ suite, flags, requests }) => {
  const answers = new Answers(suite)
  const setting = new Setting()
  let server: Awaited<ReturnType<typeof answeringWith>> | undefined
  let api: Api
  beforeAll(async () => {
    server = await answeringWith(answers, { flags: [setting.tokens(), ...flags], token: setting.token })
    api = server.api
    await api.create('/api/v1/namespaces', { metadata: { name: answers.namespace } })
    const account = `/api/v1/namespaces/${answers.namespace}/serviceaccounts`
    await api.send('POST', account, { body: { metadata: { name: 'default' } } })
  })
  afterAll(async () => {
    await server?.close()
    setting[Symbol.dispose]()
  })

  test.each(requests)('$name', async (request) => {
    const { answer, wanted } = await answers.play(api, request)
    if (request === definition) await until('it is served', async () => (await api.send('GET', '/apis/cbor.example.com/v1')).status === 200)
    expect(answer).toStrictEqual(wanted)
  })
})
