import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Api } from '../fixtures/api.ts'
import { Setting } from '../fixtures/setting.ts'
import { until } from '../fixtures/until.ts'
import { COMPARED, hooked, LEFT_OUT, load, metricsOf } from '../reference/metrics.cases.ts'
import { Answers, answeringWith, type Request } from '../reference/play.ts'

/** After the same requests `/metrics` has what a kube-apiserver's has: names, types, words, labels and bounds. */
describe('metrics', () => {
  const answers = new Answers('metrics')
  const setting = new Setting()
  let server: Awaited<ReturnType<typeof answeringWith>>
  let metrics: Awaited<ReturnType<typeof scraped>>
  const send = async ({ method, path, body, headers = {}, token }: Request): Promise<void> => {
    const sent = body === undefined ? {} : { body: answers.own(JSON.stringify(body)) }
    const shown = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, [value].flat().map((each) => answers.own(each))]),
    )
    await server.api.send(method, answers.own(path), { ...sent, headers: shown, ...(token === undefined ? {} : { token }) })
  }
  beforeAll(async () => {
    server = await answeringWith(answers, { flags: [setting.tokens()], token: setting.token })
    for (const request of load) await send(request)
    const account = await server.api.send('POST', answers.own('/api/v1/namespaces/{ns}/serviceaccounts/default/token'), {
      body: { spec: {} },
    })
    const { token } = account.json<{ status: { token: string } }>().status
    for (let i = 0; i < 2; i++) await server.api.send('GET', '/version', { token })
    // Nothing announces that a webhook is asked from now on.
    const [skipped, seen] = hooked as [Request, Request]
    await until('the webhook is asked', async () => {
      await send({ ...skipped, method: 'DELETE', path: `${skipped.path}/skipped` })
      await send(skipped)
      return (await scraped(server.api)).has('apiserver_admission_match_condition_exclusions_total')
    })
    await send(seen)
    // Nor does anything announce that a server behind is known.
    const behind = answers.own('/apis/{ns}.example.com/v1')
    await until('the server behind is not there', async () => (await server.api.send('GET', behind)).status === 503)
    metrics = await scraped(server.api)
  })
  afterAll(async () => {
    await server?.close()
    setting[Symbol.dispose]()
  })

  test('none of its names is missing', () => {
    const own = [...metrics.keys()].filter((name) => COMPARED.test(name)).sort()
    const { wanted } = answers.compare('names', { status: 200, body: own })
    const missing = (wanted!.body as string[]).filter((name) => !own.includes(name))
    expect(missing).toEqual(LEFT_OUT.filter((name) => !own.includes(name)))
  })

  test('each is of its type, has its words, labels and bounds', () => {
    for (const [name, metric] of metrics) {
      if (!COMPARED.test(name)) continue
      const { answer, wanted } = answers.compare(name, { status: 200, body: metric })
      if (wanted !== undefined) expect({ name, ...answer }).toStrictEqual({ name, ...wanted })
    }
  })
})

const scraped = async (api: Api): Promise<ReturnType<typeof metricsOf>> => metricsOf((await api.send('GET', '/metrics')).text)
