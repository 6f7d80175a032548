import { describe, test } from 'vitest'
import { gates } from '../reference/gates.cases.ts'
import { Answers } from '../reference/play.ts'
import { suiteOf } from '../reference/suite.ts'

/** Fields of features that are off, and what of a request is judged before any object is looked at, are the reference's. */
describe('gates', () => {
  const suite = suiteOf(new Answers('gates'))
  test.each(gates)('$name', (request) => suite.play(request))
})
