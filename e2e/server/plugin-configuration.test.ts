import { describe, expect, test } from 'vitest'
import { reviewed } from '../../server/webhook/testing/hook-server.ts'
import { until } from '../fixtures/until.ts'
import { limitedResources, quotaRequests } from '../reference/plugin-configuration.cases.ts'
import { Answers } from '../reference/play.ts'
import { hookedSuiteOf } from '../reference/suite.ts'

/** What plugins are told by a file: what needs a quota, and what is shown to webhooks. */
describe('a configuration of admission plugins', () => {
  const answers = new Answers('plugin-configuration')
  const suite = hookedSuiteOf(answers, (hooks, setting) => {
    const plugin = (name: string, configuration: object): object => ({
      name,
      configuration: { apiVersion: 'apiserver.config.k8s.io/v1', ...configuration },
    })
    const webhooks = (kubeConfigFile: string): object => ({ kind: 'WebhookAdmissionConfiguration', kubeConfigFile })
    const users = (...list: readonly [string, object][]): object => ({
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'x' },
      users: list.map(([name, user]) => ({ name, user })),
      contexts: [{ name: 'x', context: { cluster: 'x', user: 'fallback' } }],
    })
    const validating = setting.file(
      'validating',
      users([`127.0.0.1:${hooks.port}`, { token: 'for-validating' }], ['*', { token: 'for-all' }]),
    )
    const mutating = setting.file('mutating', users(['elsewhere', { token: 'x' }], ['fallback', { username: 'a', password: 'b' }]))
    const configuration = {
      ...{ apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AdmissionConfiguration' },
      plugins: [
        plugin('ResourceQuota', { kind: 'ResourceQuotaConfiguration', limitedResources }),
        plugin('ValidatingAdmissionWebhook', webhooks(validating)),
        plugin('MutatingAdmissionWebhook', webhooks(mutating)),
        plugin('NobodyHasThis', { kind: 'X' }),
      ],
    }
    return [setting.tokens(), `--admission-control-config-file=${setting.file('admission.yaml', configuration)}`]
  })

  test.each(quotaRequests)('$name', async (request) => {
    const { answer, wanted } = await answers.play(suite.api, request)
    const told = ({ status, body }: { status: number; body: unknown }): unknown => (status < 300 ? status : { status, body })
    expect(told(answer)).toStrictEqual(told(wanted!))
  })

  test('webhooks are shown what is theirs', async () => {
    const { api, hooks } = suite
    for (const path of ['mutating', 'validating']) hooks.on(`/${path}`, (review) => reviewed(review))
    const hook = (path: string): object => ({
      ...{ name: 'hook.example.com', sideEffects: 'None', admissionReviewVersions: ['v1'], failurePolicy: 'Fail' },
      clientConfig: { url: `${hooks.url}/${path}`, caBundle: hooks.caBundle },
      rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['secrets'] }],
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': answers.namespace } },
    })
    const group = '/apis/admissionregistration.k8s.io/v1'
    await api.create(`${group}/mutatingwebhookconfigurations`, { metadata: { name: 'rights' }, webhooks: [hook('mutating')] })
    await api.create(`${group}/validatingwebhookconfigurations`, { metadata: { name: 'rights' }, webhooks: [hook('validating')] })
    let made = 0
    const shown = await until('both webhooks are asked', async () => {
      await api.create(`/api/v1/namespaces/${answers.namespace}/secrets`, { metadata: { name: `shown-${made++}` } })
      const last = (path: string): string | undefined => hooks.seen.findLast((s) => s.path.startsWith(path))?.authorization
      return hooks.seen.some((s) => s.path.startsWith('/validating')) && { mutating: last('/mutating'), validating: last('/validating') }
    })
    const { answer, wanted } = answers.compare('shown to webhooks', { status: 0, body: shown })
    expect(answer).toStrictEqual(wanted)
    expect(shown).toEqual({ mutating: 'Basic YTpi', validating: 'Bearer for-validating' })
  })
})
