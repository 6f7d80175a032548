import { describe, expect, test, vi } from 'vitest'
import { customRules } from '../reference/custom-rules.cases.ts'
import { Answers } from '../reference/play.ts'
import { suiteOf } from '../reference/suite.ts'

/** Rules of custom resources, from the definition to the object: each answer is the reference's. */
describe('rules of custom resources', () => {
  const suite = suiteOf(new Answers('custom-rules'))

  test.each(customRules)('$name', async (request) => {
    // A definition is served a little after it is accepted.
    if (request.path.startsWith('/apis/rules.')) {
      await vi.waitFor(async () => expect((await suite.api.send('GET', request.path.replace(/\/old$/, ''), {})).status).toBe(200), 10_000)
    }
    await suite.play(request)
  })
})
