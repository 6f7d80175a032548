import { describe, expect, test } from 'vitest'
import type { HookReply } from '../../server/webhook/testing/hook-server.ts'
import type { Setting } from '../fixtures/setting.ts'
import { replies, requests, selectors, shown, tokenLines, userOf } from '../reference/authorization-webhook.cases.ts'
import { Answers } from '../reference/play.ts'
import { hookedSuiteOf } from '../reference/suite.ts'

type Json = Record<string, unknown>

const byUser = new Map(Object.entries(replies).map(([name, reply]) => [userOf(name), reply]))
const replyTo = (review: Json): HookReply => byUser.get((review.spec as Json).user as string) ?? { status: 404 }

const flags = (version: string, setting: Setting, kubeconfig: string): readonly string[] => [
  ...['--authorization-mode=Node,Webhook,RBAC', `--authorization-webhook-version=${version}`],
  `--authorization-webhook-config-file=${kubeconfig}`,
]

/** The same from a file: failures deny, and only some requests are asked about. */
const file = (setting: Setting, kubeconfig: string): readonly string[] => {
  const webhook = {
    ...{ timeout: '5s', authorizedTTL: '5m', unauthorizedTTL: '30s', failurePolicy: 'Deny', subjectAccessReviewVersion: 'v1' },
    ...{ connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: kubeconfig }, matchConditionSubjectAccessReviewVersion: 'v1' },
    matchConditions: [
      { expression: "has(request.resourceAttributes) || request.nonResourceAttributes.path != '/livez'" },
      { expression: "request.user != 'no-opinion' || request.resourceAttributes.namespace == 'x'" },
    ],
  }
  const authorizers = [
    { type: 'Node', name: 'node' },
    { type: 'Webhook', name: 'somebody-else', webhook },
    { type: 'RBAC', name: 'rbac' },
  ]
  const configuration = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthorizationConfiguration', authorizers }
  return [`--authorization-config=${setting.file('authorization.yaml', configuration)}`]
}

/** Somebody else decides: whatever he says, the answer is the reference's. */
describe.each([
  ['v1', (s: Setting, k: string) => flags('v1', s, k)],
  ['v1beta1', (s: Setting, k: string) => flags('v1beta1', s, k)],
  ['configuration', file],
] as const)('a webhook that authorizes: %s', (form, flagsOf) => {
  // What the old version changes is how it is asked and what it takes for an answer.
  const played = form === 'v1beta1' ? requests.filter(({ name }) => /^(allowed|the old version|another kind):/.test(name)) : requests
  const answers = new Answers(`authorization-webhook-${form}`)
  const suite = hookedSuiteOf(answers, (hooks, setting) => {
    hooks.on('/access', replyTo)
    const cluster = { server: `${hooks.url}/access`, 'certificate-authority-data': hooks.caBundle }
    const kubeconfig = setting.kubeconfig('hook', cluster, { username: 'server', password: 'secret' })
    return [setting.tokens(...tokenLines), ...flagsOf(setting, kubeconfig)]
  })

  test.each(played)('$name', suite.play)
  if (form === 'v1') test.each(selectors)('$name', suite.play)
  test.each(shown)('$name, as it is asked', async (request) => {
    const from = suite.hooks.seen.length
    await suite.api.send(request.method, request.path, {
      body: request.body,
      ...(request.type === undefined ? {} : { type: request.type }),
      token: 'allowed',
    })
    const { answer, wanted } = answers.compare(`asked for ${request.name}`, { status: 0, body: suite.hooks.seen.slice(from) })
    expect(answer).toStrictEqual(wanted)
  })

  test('is asked once about what it has answered', async () => {
    const of = (name: string): number => suite.hooks.seen.filter((s) => (s.review.spec as Json).user === userOf(name)).length
    const seen = Object.fromEntries(['allowed', 'denied', 'no opinion', '404'].map((name) => [name, of(name)]))
    const { answer, wanted } = answers.compare('how often it is asked', { status: 0, body: seen })
    expect(answer).toStrictEqual(wanted)
  })
})
