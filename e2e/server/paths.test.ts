import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Api } from '../fixtures/api.ts'
import { Setting } from '../fixtures/setting.ts'
import { headerRequests, pathRequests, preparations, READER } from '../reference/paths.cases.ts'
import { Answers, answeringWith, type Request } from '../reference/play.ts'

/** Paths and headers that pretend: whoever sends them sees what he sees of the reference. */
describe('tricks', () => {
  const answers = new Answers('paths')
  const setting = new Setting()
  let server: Awaited<ReturnType<typeof answeringWith>> | undefined
  let api: Api
  beforeAll(async () => {
    server = await answeringWith(answers, { flags: [setting.tokens(`${READER},${READER},1`)], token: setting.token })
    api = server.api
    for (const request of preparations) await answers.play(api, request)
  })
  afterAll(async () => {
    await server?.close()
    setting[Symbol.dispose]()
  })

  const play = async (request: Request): Promise<void> => {
    const { answer, wanted } = await answers.play(api, request)
    expect(answer).toStrictEqual(wanted)
  }
  test.each(pathRequests)('$name', play)
  test.each(headerRequests)('$name', play)
})
