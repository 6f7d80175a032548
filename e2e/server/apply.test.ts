import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Api } from '../fixtures/api.ts'
import { type Server, startServer } from '../fixtures/server.ts'
import { applies } from '../reference/apply.cases.ts'
import { Answers, recording, reference } from '../reference/play.ts'

/** Server-side apply and who owns which field after every kind of write: each answer is the reference's, managed fields included. */
describe('server-side apply', () => {
  const answers = new Answers('apply')
  let server: Server | undefined
  let api: Api
  beforeAll(async () => {
    if (!recording) server = await startServer()
    api = server?.api ?? reference()
  })
  afterAll(async () => {
    answers.save()
    await server?.[Symbol.asyncDispose]()
  })

  test('every case has a name of its own', () => {
    expect(new Set(applies.map((c) => c.name)).size).toBe(applies.length)
  })

  test.each(applies)('$name', async (request) => {
    const { answer, wanted } = await answers.play(api, request)
    expect(answer).toStrictEqual(wanted)
  })
})
