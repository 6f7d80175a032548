import { expect, describe, test } from 'vitest'
import cases from './testing/h2spec.json' with { type: 'json' }
import { replay, type RecordedCase } from './testing/replay.ts'

/**
 * Every case of h2spec, as its client sent it when the program found all of them passed (`npm run h2spec -- --record`). What is answered
 * now must be what was answered then.
 */
describe('the cases of h2spec', () => {
  for (const { id, title, connections } of cases as readonly RecordedCase[]) {
    test(`${id}: ${title}`, async () => {
      for (const { sent, answered } of connections) expect(await replay(sent)).toEqual(answered)
    })
  }
})
