import { describe, expect, test } from 'vitest'
import { applies } from '../reference/apply.cases.ts'
import { Answers } from '../reference/play.ts'
import { suiteOf } from '../reference/suite.ts'

/** Server-side apply and who owns which field after every kind of write: each answer is the reference's, managed fields included. */
describe('server-side apply', () => {
  const suite = suiteOf(new Answers('apply'))

  test('every case has a name of its own', () => {
    expect(new Set(applies.map((c) => c.name)).size).toBe(applies.length)
  })

  test.each(applies)('$name', suite.play)
})
