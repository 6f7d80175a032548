import { describe, test } from 'vitest'
import { posted } from '../reference/posted.cases.ts'
import { Answers } from '../reference/play.ts'
import { suiteOf } from '../reference/suite.ts'

/** Reviews, tokens, evictions and bindings: each answer is the reference's. */
describe('objects that are not stored', () => {
  const suite = suiteOf(new Answers('posted'))

  test.each(posted)('$name', suite.play)
})
