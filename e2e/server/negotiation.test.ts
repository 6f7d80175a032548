import { describe, expect, test } from 'vitest'
import { negotiations } from '../reference/negotiation.cases.ts'
import { Answers } from '../reference/play.ts'
import { suiteOf } from '../reference/suite.ts'

/** The form of an answer is chosen as the reference chooses it, and what hardly anybody sends is understood as there. */
describe('odd requests', () => {
  const suite = suiteOf(new Answers('negotiation'))

  test('every case has a name of its own', () => {
    expect(new Set(negotiations.map((c) => c.name)).size).toBe(negotiations.length)
  })

  test.each(negotiations)('$name', (request) => suite.play(request))
})
