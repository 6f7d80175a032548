import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Setting } from '../fixtures/setting.ts'
import { preparations, requests, users } from '../reference/acting-as.cases.ts'
import { Answers, answeringWith } from '../reference/play.ts'
import { prepare, suiteOf } from '../reference/suite.ts'

/** Whoever asks as somebody else is answered as the reference answers him. */
describe('acting as somebody', () => {
  const answers = new Answers('acting-as')
  const setting = new Setting()
  afterAll(() => setting[Symbol.dispose]())
  const suite = suiteOf(answers, () => answeringWith(answers, { flags: [setting.tokens(...users)], token: setting.token }))
  beforeAll(async () => {
    await prepare(suite, preparations)
    // Informers of the reference are behind its answers.
    if (process.env.BINNACLE_RECORD !== undefined) await sleep(1000)
  })

  test('every case has a name of its own', () => {
    expect(new Set(requests.map((c) => c.name)).size).toBe(requests.length)
  })

  test.each(requests)('$name', suite.play)
})
