import { describe, expect, test } from 'vitest'
import { accessKinds } from '../reference/access-kinds.cases.ts'
import { Answers } from '../reference/play.ts'
import { suiteOf } from '../reference/suite.ts'

/** Webhooks, reviews, tokens and signing requests are refused as the reference refuses them, in its words. */
describe('what says who may do what', () => {
  const suite = suiteOf(new Answers('access-kinds'))

  test('every case has a name of its own', () => {
    expect(new Set(accessKinds.map((c) => c.name)).size).toBe(accessKinds.length)
  })

  test.each(accessKinds)('$name', (request) => suite.play(request))
})
