import { expect, test } from 'vitest'
import { Tally } from './tally.ts'

const difference = (where: string, path: string) => ({ where, request: 'GET /x', path, reference: '1', ours: '2' })

test('an answer is counted once, as different when one of its differences is not on the list', () => {
  const listed = (where: string) => difference(where, 'body.columnDefinitions[0].description')
  const tally = new Tally()
  tally.add('discovery', 10, [
    listed('a/one'),
    listed('a/one'),
    listed('a/two'),
    difference('a/two', 'status'),
    difference('a/three', 'status'),
  ])
  tally.add('discovery', 5, [])
  tally.add('http', 2, [listed('b/one')])
  const lines = tally
    .table()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).join(' '))
  expect(lines.slice(0, 6)).toEqual([
    'scenarios answers equal on the list different',
    'discovery 2 15 12 1 2',
    'http 1 2 1 1 0',
    'all 3 17 13 2 2',
    '',
    'Answers on the list, by reason:',
  ])
  expect(lines[6]).toMatch(/^3 × sentences of the API documentation/)
})
