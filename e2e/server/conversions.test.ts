import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Api } from '../fixtures/api.ts'
import { conversionWebhook, type Webhook } from '../fixtures/conversion-webhook.ts'
import { ownAddress } from '../fixtures/extension-server.ts'
import { conversions } from '../reference/conversions.cases.ts'
import { Answers, answering } from '../reference/play.ts'

/** Custom resources that a webhook converts, while it refuses and while it does not: each answer is the reference's. */
describe('conversions by a webhook', () => {
  let webhook: Webhook
  let answers: Answers
  let server: Awaited<ReturnType<typeof answering>> | undefined
  let api: Api
  beforeAll(async () => {
    const address = ownAddress()
    webhook = await conversionWebhook(address, ({ size, width }, to) =>
      to.endsWith('/v2') ? { width: size, height: size } : { size: width },
    )
    const url = `https://${address}:${webhook.port}/convert`
    answers = new Answers('conversions')
    answers.masks.set(url, '{url}').set(Buffer.from(webhook.ca).toString('base64'), '{ca}')
    server = await answering(answers)
    api = server.api
  })
  afterAll(async () => {
    await server?.close()
    await webhook[Symbol.asyncDispose]()
  })

  test.each(conversions)('$name', async ({ webhook: now, after, ...request }) => {
    if (now !== undefined) {
      webhook.failing = now === 'converts' ? undefined : 'not today'
      webhook.failsFor = now === 'refuses bad' ? /^bad/ : undefined
    }
    if (after !== undefined) {
      const path = answers.own(after.path)
      await vi.waitFor(async () => {
        const { status, text } = await api.send('GET', path, {})
        expect(status).toBe(after.status)
        expect(text).toContain(after.text ?? '')
      }, 20_000)
    }
    const { answer, wanted } = await answers.play(api, request)
    expect(answer).toStrictEqual(wanted)
  })
})
