import { describe, expect, test, vi } from 'vitest'
import { Answers } from '../reference/play.ts'
import { suiteOf } from '../reference/suite.ts'
import { writers } from '../reference/writers.cases.ts'

/** Where the writes of several clients meet: each answer is the reference's, managed fields and the order of causes included. */
describe('several writers', () => {
  const suite = suiteOf(new Answers('writers'))

  test('every case has a name of its own', () => {
    expect(new Set(writers.map((c) => c.name)).size).toBe(writers.length)
  })

  test.each(writers)('$name', async (request) => {
    // A definition is served a little after it is accepted.
    if (request.path.startsWith('/apis/writers.')) {
      await vi.waitFor(
        async () => expect((await suite.api.send('GET', '/apis/writers.example.com/v1/things', {})).status).toBe(200),
        10_000,
      )
    }
    await suite.play(request)
  })
})
