import { beforeAll, describe, test } from 'vitest'
import { until } from '../fixtures/until.ts'
import { Answers } from '../reference/play.ts'
import { hookedSuiteOf } from '../reference/suite.ts'
import { answerTo, hooksOf, probes, requests, TYPES } from '../reference/webhook-answers.cases.ts'

/** Whatever a webhook answers, the client is told what kube-apiserver tells it. */
describe('what webhooks answer', () => {
  const answers = new Answers('webhook-answers')
  const suite = hookedSuiteOf(answers, (hooks, setting) => {
    hooks.on('/', answerTo)
    return [setting.tokens()]
  })
  beforeAll(async () => {
    const { api, hooks } = suite
    await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: answers.namespace } } })
    for (const type of TYPES) {
      const webhooks = hooksOf(type, { url: `${hooks.url}/`, caBundle: hooks.caBundle })
      const path = `/apis/admissionregistration.k8s.io/v1/${type}webhookconfigurations`
      await api.send('POST', path, { body: { metadata: { name: answers.namespace }, webhooks } })
    }
    for (const { method, path, body } of probes) {
      await until('the webhook is asked', async () => {
        const { status } = await api.send(method, answers.own(path), { body: answers.own(JSON.stringify(body)) })
        return status !== 201
      })
    }
  })

  test.each(requests)('$name', suite.play)
})
