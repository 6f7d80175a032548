import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HookServer } from '../../server/webhook/testing/hook-server.ts'
import type { Api } from '../fixtures/api.ts'
import { Setting } from '../fixtures/setting.ts'
import { Answers, answeringWith, type Request } from '../reference/play.ts'
import { logins, replies, tokenOf, tokenReviews } from '../reference/token-webhook.cases.ts'

type Json = Record<string, unknown>

/** Somebody else says who a token is: whatever he says, the answer is the reference's. */
describe.each(['v1', 'v1beta1'])('a webhook of tokens, asked in %s', (version) => {
  const answers = new Answers(`token-webhook-${version}`)
  const setting = new Setting()
  let hooks: HookServer
  let server: Awaited<ReturnType<typeof answeringWith>> | undefined
  let api: Api
  beforeAll(async () => {
    hooks = await HookServer.open()
    answers.masks.set(hooks.url, 'HOOK')
    answers.masks.set(`127.0.0.1:${hooks.port}`, 'HOOK')
    hooks.on('/tokens', (review) => replyTo((review.spec as Json).token as string))
    const cluster = { server: `${hooks.url}/tokens`, 'certificate-authority-data': hooks.caBundle }
    const flags = [
      setting.tokens('fred,fred,2,dev'),
      `--authentication-token-webhook-config-file=${setting.kubeconfig('hook', cluster, { token: 'the-servers-own' })}`,
      `--authentication-token-webhook-version=${version}`,
    ]
    server = await answeringWith(answers, { flags, token: setting.token })
    api = server.api
  })
  afterAll(async () => {
    await server?.close()
    await hooks[Symbol.asyncDispose]()
    setting[Symbol.dispose]()
  })

  const play = async (request: Request): Promise<void> => {
    const { answer, wanted } = await answers.play(api, request)
    expect(answer).toStrictEqual(wanted)
  }
  test.each(tokenReviews)('$name', play)
  test.each(logins)('$name', play)

  test('is asked with the token and nothing else, and once for one that it has answered for', async () => {
    const of = (token: string): unknown[] => hooks.seen.filter((s) => (s.review.spec as Json).token === tokenOf(token))
    const seen = { good: of('good'), expired: of('expired').length, bad: of('bad').length, own: of('fred') }
    const { answer, wanted } = answers.compare('seen by the webhook', { status: 0, body: seen })
    expect(answer).toStrictEqual(wanted)
  })
})

const byToken = new Map(Object.entries(replies).map(([name, reply]) => [tokenOf(name), reply]))
const replyTo = (token: string): (typeof replies)[string] => byToken.get(token) ?? { status: 404 }
