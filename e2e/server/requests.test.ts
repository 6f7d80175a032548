import { describe, expect, test } from 'vitest'
import { Answers } from '../reference/play.ts'
import { requests } from '../reference/requests.cases.ts'
import { suiteOf } from '../reference/suite.ts'

/** Requests that clients seldom make are answered as the reference answers them. */
describe('seldom requests', () => {
  const suite = suiteOf(new Answers('requests'))

  test('every case has a name of its own', () => {
    expect(new Set(requests.map((c) => c.name)).size).toBe(requests.length)
  })

  test.each(requests)('$name', (request) => suite.play(request))
})
