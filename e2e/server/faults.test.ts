import { describe, expect, test } from 'vitest'
import { faults } from '../reference/faults.cases.ts'
import { Answers } from '../reference/play.ts'
import { suiteOf } from '../reference/suite.ts'

/** Good objects with a fault: what is told of it, in which order and with which values, is the reference's. */
describe('faults', () => {
  const suite = suiteOf(new Answers('faults'))

  test('every case has a name of its own', () => {
    expect(new Set(faults.map((c) => c.name)).size).toBe(faults.length)
  })

  test.each(faults)('$name', (request) => suite.play(request))
})
