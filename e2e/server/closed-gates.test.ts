import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Api } from '../fixtures/api.ts'
import { Setting } from '../fixtures/setting.ts'
import { CLOSED, closedGates } from '../reference/closed-gates.cases.ts'
import { Answers, answeringWith } from '../reference/play.ts'

/** What is left out with gates closed that are open from the start is what the reference leaves out. */
describe('closed gates', () => {
  const answers = new Answers('closed-gates')
  const setting = new Setting()
  let server: Awaited<ReturnType<typeof answeringWith>> | undefined
  let api: Api
  beforeAll(async () => {
    const flags = [setting.tokens(), `--feature-gates=${CLOSED.map((gate) => `${gate}=false`).join(',')}`]
    server = await answeringWith(answers, { flags, token: setting.token })
    api = server.api
    await api.create('/api/v1/namespaces', { metadata: { name: answers.namespace } })
    await api.send('POST', `/api/v1/namespaces/${answers.namespace}/serviceaccounts`, { body: { metadata: { name: 'default' } } })
  })
  afterAll(async () => {
    await server?.close()
    setting[Symbol.dispose]()
  })

  test.each(closedGates)('$name', async (request) => {
    const { answer, wanted } = await answers.play(api, request)
    expect(answer).toStrictEqual(wanted)
  })
})
