import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FakeClock } from '../../../server/machinery/clock.ts'
import { NAMESPACE, readRecording, type Json } from './case.ts'
import facts from './reviews.answers.json' with { type: 'json' }
import { playReview, reviewCases, type ReviewOutcome } from './reviews.ts'
import { startTestServer, type TestServer } from '../../../server/testing/api-server.ts'

const { at, answers } = readRecording<ReviewOutcome>(facts)
let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ clock: new FakeClock(at) })
  await server.send('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } })
  await server.send('POST', `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, { metadata: { name: 'reviewed' } })
})
afterAll(() => server.close())

describe('what the reference answers to reviews', () => {
  for (const c of reviewCases) {
    test(c.name, async () => {
      expect(await playReview(c, server.send)).toEqual(answers.get(c.name))
    })
  }
})

const TOKEN = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/reviewed/token`
const REVIEW = '/apis/authentication.k8s.io/v1/tokenreviews'
const tokenOf = (body: Json): string => (body.status as { token: string }).token

describe('tokens of service accounts', () => {
  test('a token is reviewed as its account, for its audiences', async () => {
    const token = tokenOf((await server.send('POST', TOKEN, {})).body)
    const { body } = await server.send('POST', REVIEW, { spec: { token } })
    const user = `system:serviceaccount:${NAMESPACE}:reviewed`
    expect(body.status).toMatchObject({ authenticated: true, user: { username: user }, audiences: ['https://kubernetes.default.svc'] })
    const foreign = tokenOf((await server.send('POST', TOKEN, { spec: { audiences: ['x', 'y'] } })).body)
    expect((await server.send('POST', REVIEW, { spec: { token: foreign } })).body.status).toEqual({
      user: {},
      error: '[invalid bearer token, token audiences ["x" "y"] is invalid for the target audiences ["https://kubernetes.default.svc"]]',
    })
    const there = await server.send('POST', REVIEW, { spec: { token: foreign, audiences: ['y', 'z'] } })
    expect(there.body.status).toMatchObject({ authenticated: true, user: { username: user }, audiences: ['y'] })
  })

  test('a token dies with its pod', async () => {
    const pods = `/api/v1/namespaces/${NAMESPACE}/pods`
    await server.send('POST', pods, {
      metadata: { name: 'bound' },
      spec: { serviceAccountName: 'reviewed', containers: [{ name: 'c', image: 'x' }] },
    })
    const ref = { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'bound' } }
    const token = tokenOf((await server.send('POST', TOKEN, { spec: ref })).body)
    const review = async (): Promise<unknown> =>
      ((await server.send('POST', REVIEW, { spec: { token } })).body.status as Json).authenticated
    expect(await review()).toBe(true)
    await server.send('DELETE', `${pods}/bound`)
    // A list is as new as the deletion; from then on the cache is.
    await server.send('GET', pods)
    expect(await review()).toBeUndefined()
  })
})
