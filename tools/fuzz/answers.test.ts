import { administrator } from '../../server/authn/components.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../server/testing/api-server.ts'
import { collection, make, samples } from '../conformance/objects.ts'
import { normalise } from '../conformance/normalise.ts'
import recorded from './answers.json' with { type: 'json' }
import { filledIn, RECORDED_RUN, type Identity } from './ground.ts'
import { said } from './paired.ts'
import { keyOf } from './requests.ts'

/**
 * Refusals that a kube-apiserver 1.37.2 gave to generated requests, asked again. To record anew:
 *   KUBEBUILDER_ASSETS=… npm run fuzz -- --paired 12000 --seed 1 --record tools/fuzz/answers.json && npm run format
 */
const namespace = `fuzz-${RECORDED_RUN}`
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
  await server.send('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
  await server.send('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'default' } })
  for (const sample of samples) {
    if (sample.resource === 'limitranges') continue
    await server.send('POST', collection(sample, namespace), make(sample, `f-${RECORDED_RUN}`, RECORDED_RUN, namespace))
  }
})
afterAll(() => server.close())

/** What `RV` and `UID` stand for. Controllers write to some objects, so that versions are asked for each time. */
async function identityOf(kind: string): Promise<Identity | undefined> {
  const sample = samples.find((s) => keyOf(s) === kind)
  if (sample === undefined) return undefined
  const { name } = make(sample, `f-${RECORDED_RUN}`, RECORDED_RUN, namespace).metadata
  const { code, body } = await server.send('GET', `${collection(sample, namespace)}/${encodeURIComponent(name)}`)
  return code === 200 ? (body.metadata as Identity) : undefined
}

const kinds = Map.groupBy(recorded, ({ label }) => label.slice(0, label.indexOf(' ')))

describe.each([...kinds])('%s', (kind, cases) => {
  test.each(cases.map((c, i) => [`${c.label.slice(kind.length + 1)} ${i + 1}`, c] as const))('%s', async (_, c) => {
    const answer = await server.api.transport(administrator).request({
      method: c.method,
      path: c.path,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: Buffer.from(filledIn(c.body, await identityOf(kind))),
    })
    const headers = { 'content-type': 'application/json' }
    const { status, body } = normalise({ status: answer.status, headers, body: answer.body }, RECORDED_RUN, new Map())
    expect({ status, said: said(body as Parameters<typeof said>[0]) }).toEqual({ status: c.status, said: c.said })
  })
})
