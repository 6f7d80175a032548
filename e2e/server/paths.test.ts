import { afterAll, beforeAll, describe, test } from 'vitest'
import { Setting } from '../fixtures/setting.ts'
import { headerRequests, pathRequests, preparations, READER } from '../reference/paths.cases.ts'
import { Answers, answeringWith } from '../reference/play.ts'
import { suiteOf } from '../reference/suite.ts'

/** Paths and headers that pretend: whoever sends them sees what he sees of the reference. */
describe('tricks', () => {
  const answers = new Answers('paths')
  const setting = new Setting()
  afterAll(() => setting[Symbol.dispose]())
  const suite = suiteOf(answers, () => answeringWith(answers, { flags: [setting.tokens(`${READER},${READER},1`)], token: setting.token }))
  beforeAll(async () => {
    for (const request of preparations) await answers.play(suite.api, request)
  })

  test.each(pathRequests)('$name', suite.play)
  test.each(headerRequests)('$name', suite.play)
})
