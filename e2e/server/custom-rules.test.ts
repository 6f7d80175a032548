import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Api } from '../fixtures/api.ts'
import { customRules } from '../reference/custom-rules.cases.ts'
import { Answers, answering } from '../reference/play.ts'

/** Rules of custom resources, from the definition to the object: each answer is the reference's. */
describe('rules of custom resources', () => {
  const answers = new Answers('custom-rules')
  let server: Awaited<ReturnType<typeof answering>> | undefined
  let api: Api
  beforeAll(async () => {
    server = await answering(answers)
    api = server.api
  })
  afterAll(() => server?.close())

  test.each(customRules)('$name', async (request) => {
    // A definition is served a little after it is accepted.
    if (request.path.startsWith('/apis/rules.')) {
      await vi.waitFor(async () => expect((await api.send('GET', request.path.replace(/\/old$/, ''), {})).status).toBe(200), 10_000)
    }
    const { answer, wanted } = await answers.play(api, request)
    expect(answer).toStrictEqual(wanted)
  })
})
