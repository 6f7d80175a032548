import { expect, test } from 'vitest'
import type { RequestContext } from '../request/context.ts'
import { withGoaway } from './goaway.ts'

/** The headers that the filter sets, for one number that the dice show. */
function headersOf(protocol: 'h2' | 'http/1.1', dice: number): Record<string, unknown> {
  const set: Record<string, unknown> = {}
  const exchange = { protocol, setHeader: (name: string, value: unknown) => (set[name] = value) }
  void withGoaway(0.02, () => dice)(() => undefined)({ exchange } as unknown as RequestContext)
  return set
}

test('a request in so many is the last one of its HTTP/2 connection', () => {
  expect(headersOf('h2', 0.019)).toEqual({ connection: 'close' })
  expect(headersOf('h2', 0.02)).toEqual({})
  expect(headersOf('http/1.1', 0)).toEqual({})
})
