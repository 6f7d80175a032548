import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Api } from '../fixtures/api.ts'
import { applies } from '../reference/apply.cases.ts'
import { Answers, answering } from '../reference/play.ts'

/** Server-side apply and who owns which field after every kind of write: each answer is the reference's, managed fields included. */
describe('server-side apply', () => {
  const answers = new Answers('apply')
  let server: Awaited<ReturnType<typeof answering>> | undefined
  let api: Api
  beforeAll(async () => {
    server = await answering(answers)
    api = server.api
  })
  afterAll(() => server?.close())

  test('every case has a name of its own', () => {
    expect(new Set(applies.map((c) => c.name)).size).toBe(applies.length)
  })

  test.each(applies)('$name', async (request) => {
    const { answer, wanted } = await answers.play(api, request)
    expect(answer).toStrictEqual(wanted)
  })
})
