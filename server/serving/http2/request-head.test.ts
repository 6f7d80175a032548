import { expect, test } from 'vitest'
import { identityHeadersOf } from '../../machinery/identity-headers.ts'
import { RequestHead } from './request-head.ts'

test('of headers that come again', () => {
  const head = new RequestHead(10_000, 1000, identityHeadersOf(['Teams'], []))
  const sent = {
    cookie: ['a=1', 'b=2'],
    accept: ['a', 'b'],
    authorization: ['Bearer first', 'Bearer second'],
    'impersonate-group': ['a, b', 'c'],
    teams: ['dev', 'ops, all'],
  }
  for (const [name, values] of Object.entries(sent)) for (const value of values) head.onHeader(name, value)
  expect({ ...head.headers }).toEqual({
    cookie: 'a=1; b=2',
    accept: 'a, b',
    authorization: 'Bearer first',
    'impersonate-group': 'a, b\nc',
    teams: 'dev\nops, all',
  })
})
