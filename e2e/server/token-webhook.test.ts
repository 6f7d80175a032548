import { describe, expect, test } from 'vitest'
import { Answers } from '../reference/play.ts'
import { hookedSuiteOf } from '../reference/suite.ts'
import { logins, replies, tokenOf, tokenReviews } from '../reference/token-webhook.cases.ts'

type Json = Record<string, unknown>

/** Somebody else says who a token is: whatever he says, the answer is the reference's. */
describe.each(['v1', 'v1beta1'])('a webhook of tokens, asked in %s', (version) => {
  const answers = new Answers(`token-webhook-${version}`)
  const suite = hookedSuiteOf(answers, (hooks, setting) => {
    answers.masks.set(hooks.url, 'HOOK')
    hooks.on('/tokens', (review) => replyTo((review.spec as Json).token as string))
    const cluster = { server: `${hooks.url}/tokens`, 'certificate-authority-data': hooks.caBundle }
    return [
      setting.tokens('fred,fred,2,dev'),
      `--authentication-token-webhook-config-file=${setting.kubeconfig('hook', cluster, { token: 'the-servers-own' })}`,
      `--authentication-token-webhook-version=${version}`,
    ]
  })

  test.each(tokenReviews)('$name', suite.play)
  test.each(logins)('$name', suite.play)

  test('is asked with the token and nothing else, and once for one that it has answered for', async () => {
    const of = (token: string): unknown[] => suite.hooks.seen.filter((s) => (s.review.spec as Json).token === tokenOf(token))
    const seen = { good: of('good'), expired: of('expired').length, bad: of('bad').length, own: of('fred') }
    const { answer, wanted } = answers.compare('seen by the webhook', { status: 0, body: seen })
    expect(answer).toStrictEqual(wanted)
  })
})

const byToken = new Map(Object.entries(replies).map(([name, reply]) => [tokenOf(name), reply]))
const replyTo = (token: string): (typeof replies)[string] => byToken.get(token) ?? { status: 404 }
