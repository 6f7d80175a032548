import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requestOf } from '../fixtures/certification-request.ts'
import { Setting } from '../fixtures/setting.ts'
import { boundTokens, certifiers, maybeThere, preparations, requests, signing, tokenOf, users } from '../reference/bound.cases.ts'
import { Answers, answeringWith, type Request } from '../reference/play.ts'
import { suiteOf } from '../reference/suite.ts'

/** Informers of the reference are behind its answers; a token's end is remembered there for ten seconds. */
const settled = (ms = 1000): Promise<void> => (process.env.BINNACLE_RECORD === undefined ? Promise.resolve() : sleep(ms))
const FORGOTTEN_MS = 11_000

/** Rights that follow from what there is: of a node by its pods, of a token by its object, of a signer by his name. */
describe('bound to something', () => {
  const answers = new Answers('bound')
  const setting = new Setting()
  afterAll(() => setting[Symbol.dispose]())
  const suite = suiteOf(answers, () =>
    answeringWith(answers, { flags: [setting.tokens(...users), '--enable-admission-plugins=NodeRestriction'], token: setting.token }),
  )
  const uid = async (path: string): Promise<string> => (await suite.api.get(answers.own(path))).metadata.uid!
  const done = async (all: readonly Request[]): Promise<void> => {
    for (const request of all) {
      const { answer } = await answers.play(suite.api, request)
      expect([request.name, answer.status < 300 || maybeThere.has(request.name) ? 'done' : answer.body]).toEqual([request.name, 'done'])
    }
  }
  beforeAll(async () => {
    answers.masks.set(await requestOf({ name: 'a', subject: [[['CN', 'a']]] }), '{request}')
    answers.masks.set(
      await requestOf({
        name: 'masters',
        subject: [[['CN', 'a']], [['O', 'system:masters']]],
      }),
      '{request of masters}',
    )
    await done([...preparations, ...certifiers, ...signing])
    for (const name of ['mine', 'theirs', 'nobodys'])
      answers.masks.set(await uid(`/api/v1/namespaces/{ns}/pods/${name}`), `{uid of ${name}}`)
    answers.masks.set(await uid('/api/v1/nodes/{ns}-n'), '{uid of n}')
    await settled()
  })

  test('every case has a name of its own', () => {
    const names = Object.values(requests).flatMap((all) => all.map(({ name }) => name))
    expect(new Set(names).size).toBe(names.length)
  })

  describe('a node', () => {
    test.each(requests.nodes)('$name', suite.play)
  })
  describe('an eviction', () => {
    test.each(requests.evictions)('$name', suite.play)
  })
  describe('a signer', () => {
    test.each(requests.certifying)('$name', suite.play)
  })

  describe('a token', () => {
    beforeAll(async () => {
      const spec = { automountServiceAccountToken: false, serviceAccountName: 'robot', containers: [{ name: 'c', image: 'i' }] }
      await done([
        { name: 'pod of a token', method: 'POST', path: '/api/v1/namespaces/{ns}/pods', body: { metadata: { name: 'of-token' }, spec } },
      ])
      answers.masks.set(await uid('/api/v1/namespaces/{ns}/pods/of-token'), '{uid of it}')
      await settled()
    })

    test.each(boundTokens)('of $name', async (bound) => {
      const { method, path, body } = tokenOf(bound)
      const { status } = (
        await suite.api.send(method, answers.own(path), { body: answers.own(JSON.stringify(body)) })
      ).json() as unknown as {
        status: { token: string }
      }
      const asked: Request[] = [
        {
          ...{ name: `who has a token of ${bound.name}`, method: 'POST', path: '/apis/authentication.k8s.io/v1/selfsubjectreviews' },
          ...{ body: {}, token: status.token },
        },
        {
          ...{ name: `whose token of ${bound.name} it is`, method: 'POST', path: '/apis/authentication.k8s.io/v1/tokenreviews' },
          body: { spec: { token: status.token } },
        },
      ]
      const { jti } = JSON.parse(Buffer.from(status.token.split('.')[1]!, 'base64url').toString()) as { jti: string }
      answers.masks.set(status.token, 'TOKEN')
      answers.masks.set(jti, 'JTI')
      for (const request of asked) await suite.play(request)
      await suite.play({ ...bound.ends, name: `${bound.name}: ${bound.ends.name}` })
      await settled(FORGOTTEN_MS)
      for (const request of asked) await suite.play({ ...request, name: `${request.name}, afterwards` })
    })
  })
})
