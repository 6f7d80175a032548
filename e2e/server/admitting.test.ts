import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { counted, preparations, requests } from '../reference/admitting.cases.ts'
import { Answers } from '../reference/play.ts'
import { suiteOf } from '../reference/suite.ts'

/** Informers of the reference are behind its answers. */
const settled = (): Promise<void> => (process.env.BINNACLE_RECORD === undefined ? Promise.resolve() : sleep(1000))

/** Limits, quotas, priorities and pod security, where several of their rules meet. */
describe('what admission makes of a write', () => {
  const answers = new Answers('admitting')
  const suite = suiteOf(answers)
  beforeAll(async () => {
    for (const request of [...preparations, ...counted]) {
      const { answer } = await answers.play(suite.api, request)
      expect([request.name, request.method, answer.status < 300 ? 'done' : answer.body]).toEqual([request.name, request.method, 'done'])
    }
    await settled()
  })

  test('every case has a name of its own', () => {
    expect(new Set(requests.map((c) => c.name)).size).toBe(requests.length)
  })

  test.each(requests)('$name', async (request) => {
    await suite.play(request)
    if (request.name.includes('default class')) await settled()
  })
})
