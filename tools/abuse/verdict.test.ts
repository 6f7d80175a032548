import { describe, expect, test } from 'vitest'
import { Tally, tallyText } from './tally.ts'
import { best, faults, type Row } from './verdict.ts'

const good: Row = { attack: 'a/b', answers: { 413: 1 }, objectMs: 5, livezMs: 9, failed: 0, ownLagMs: 1, queuedMs: 0, alive: true }

describe('a row alone is marked for', () => {
  test('nothing', () => expect(faults(good)).toEqual([]))
  test.each<[string, Partial<Row>, string]>([
    ['a wait for the object', { objectMs: 251 }, 'others waited 251 ms'],
    ['a wait for /livez', { livezMs: 300 }, 'others waited 300 ms'],
    ['death', { alive: false }, 'the server died'],
    ['requests of others', { failed: 2 }, '2 requests of others failed'],
    ['memory kept', { memory: { before: 200, peak: 900, after: 301 } }, '101 MB kept'],
    ['an attack that was none', { broken: 'no address' }, 'did not take place: no address'],
  ])('%s', (_, change, why) => expect(faults({ ...good, ...change })).toEqual([why]))
  test('not for memory that was given back, nor for exactly the limits', () => {
    expect(faults({ ...good, objectMs: 250, memory: { before: 200, peak: 900, after: 300 } })).toEqual([])
  })
})

test('a reference that did not answer has refused nothing', () => {
  expect(faults({ ...good, answers: { 201: 1 } }, { ...good, answers: { 'no answer': 1 } })).toEqual([])
})

describe('beside the reference it is marked for', () => {
  test.each<[string, Partial<Row>, Partial<Row>, string]>([
    ['a wait of another order', { objectMs: 200 }, { objectMs: 20 }, 'others waited 200 ms, at the reference 20 ms'],
    ['a 500', { answers: { 500: 1 } }, {}, 'fails with 500'],
    ['what the reference refuses', { answers: { 201: 1, 413: 4 } }, { answers: { 422: 5 } }, 'does what the reference refuses'],
    ['connections', { answers: { open: 3 } }, { answers: { closed: 3 } }, 'connections stay open'],
    ['no answer', { answers: { 'no answer': 1 } }, {}, 'does not answer in time'],
    [
      'more memory kept than there',
      { memory: { before: 100, peak: 900, after: 400 } },
      { memory: { before: 300, peak: 900, after: 500 } },
      '300 MB kept, at the reference 200',
    ],
  ])('%s', (_, ours, theirs, why) => expect(faults({ ...good, ...ours }, { ...good, ...theirs })).toEqual([why]))

  test('not for what is the same there, nor when it was away', () => {
    const both = { answers: { 500: 1, open: 1, 201: 1 } }
    expect(faults({ ...good, ...both }, { ...good, ...both })).toEqual([])
    expect(faults({ ...good, objectMs: 200 }, { ...good, livezMs: 150 })).toEqual([])
    expect(faults({ ...good, answers: { 500: 1 } }, { ...good, alive: false })).toEqual([])
    const [less, more] = [150, 600].map((kept) => ({ ...good, memory: { before: 300, peak: 900, after: 300 + kept } }))
    expect(faults(less!, more)).toEqual([])
  })
})

test('of several tries the best counts', () => {
  const [slow, dead, fine] = [
    { ...good, objectMs: 900 },
    { ...good, alive: false, failed: 3 },
    { ...good, objectMs: 7 },
  ]
  expect(best([slow, dead, fine])).toBe(fine)
  expect(best([dead, slow])).toBe(slow)
  expect(best([{ ...good, objectMs: 40 }, good])).toBe(good)
})

test('answers are told with the most frequent first', () => {
  const tally = new Tally()
  for (const answer of [200, 403, 403, 'GOAWAY 11', 'reset', 'closed']) tally.add(answer)
  expect(tallyText(tally.toJSON())).toBe('403 ×2, 200, GOAWAY 11, reset, …')
  expect(tallyText({})).toBe('nothing')
})
