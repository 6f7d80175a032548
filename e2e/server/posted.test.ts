import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Api } from '../fixtures/api.ts'
import { posted } from '../reference/posted.cases.ts'
import { Answers, answering } from '../reference/play.ts'

/** Reviews, tokens, evictions and bindings: each answer is the reference's. */
describe('objects that are not stored', () => {
  const answers = new Answers('posted')
  let server: Awaited<ReturnType<typeof answering>> | undefined
  let api: Api
  beforeAll(async () => {
    server = await answering(answers)
    api = server.api
  })
  afterAll(() => server?.close())

  test.each(posted)('$name', async (request) => {
    const { answer, wanted } = await answers.play(api, request)
    expect(answer).toStrictEqual(wanted)
  })
})
