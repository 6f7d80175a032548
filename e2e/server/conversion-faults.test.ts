import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { conversionWebhook, type Webhook } from '../fixtures/conversion-webhook.ts'
import { ownAddress } from '../fixtures/extension-server.ts'
import type { Api } from '../fixtures/api.ts'
import { Setting } from '../fixtures/setting.ts'
import { conversionFaults } from '../reference/conversion-faults.cases.ts'
import { Answers, answeringWith } from '../reference/play.ts'

/** A conversion webhook that says what it should not, or nothing: each answer is the reference's. */
describe('a conversion webhook that lies, or hangs', () => {
  const setting = new Setting()
  let webhook: Webhook
  let answers: Answers
  let server: Awaited<ReturnType<typeof answeringWith>> | undefined
  let api: Api
  beforeAll(async () => {
    const address = ownAddress()
    webhook = await conversionWebhook(address, (_, to) => (to.endsWith('/v1') ? { size: 2 } : { width: 2 }))
    const url = `https://${address}:${webhook.port}/convert`
    answers = new Answers('conversion-faults')
    answers.masks.set(url, '{url}').set(Buffer.from(webhook.ca).toString('base64'), '{ca}')
    server = await answeringWith(answers, { flags: [setting.tokens()], token: setting.token })
    api = server.api
  })
  afterAll(async () => {
    await server?.close()
    await webhook[Symbol.asyncDispose]()
    setting[Symbol.dispose]()
  })

  test.each(conversionFaults)('$name', async ({ lies, waits, ...request }) => {
    if (lies !== undefined) webhook.lies = lies === 'right' ? undefined : lies
    if (waits !== undefined) {
      const path = answers.own(request.path)
      const status = async (): Promise<number> => (await api.send('GET', path, {})).status
      const isThere = async (): Promise<boolean> => (waits === 'for 429' ? (await status()) === 429 : ![404, 429].includes(await status()))
      await vi.waitFor(async () => expect(await isThere()).toBe(true), 20_000)
    }
    const { answer, wanted } = await answers.play(api, request)
    expect(answer).toStrictEqual(wanted)
  })
})
