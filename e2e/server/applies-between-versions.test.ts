import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Api } from '../fixtures/api.ts'
import { conversionWebhook, type Webhook } from '../fixtures/conversion-webhook.ts'
import { ownAddress } from '../fixtures/extension-server.ts'
import { Setting } from '../fixtures/setting.ts'
import { convertSpec, versionsRequests } from '../reference/applies-between-versions.cases.ts'
import { Answers, answeringWith } from '../reference/play.ts'

/** Whose a field is when it is applied in one version of a custom resource and asked for in another: each answer is the reference's. */
describe('applies between versions with other fields', () => {
  const setting = new Setting()
  let webhook: Webhook
  let answers: Answers
  let server: Awaited<ReturnType<typeof answeringWith>> | undefined
  let api: Api
  beforeAll(async () => {
    const address = ownAddress()
    webhook = await conversionWebhook(address, convertSpec)
    answers = new Answers('applies-between-versions')
    answers.masks.set(`https://${address}:${webhook.port}/convert`, '{url}').set(Buffer.from(webhook.ca).toString('base64'), '{ca}')
    server = await answeringWith(answers, { flags: [setting.tokens()], token: setting.token })
    api = server.api
  })
  afterAll(async () => {
    await server?.close()
    await webhook[Symbol.asyncDispose]()
    setting[Symbol.dispose]()
  })

  test.each(versionsRequests)('$name', async ({ waits, gone = false, ...request }) => {
    if (waits !== undefined) {
      const path = answers.own(waits)
      await vi.waitFor(async () => expect((await api.send('GET', path, {})).status).toBe(gone ? 404 : 200), 20_000)
    }
    const { answer, wanted } = await answers.play(api, request)
    expect(answer).toStrictEqual(wanted)
  })
})
