import { expect, test } from 'vitest'
import { changeOf, mostPins, pinKey, readPins, type Word } from './pins.ts'

const ok: Word = { text: 'Running', tone: 'ok' }
const busy: Word = { text: 'Pending', tone: 'busy' }
const warn: Word = { text: 'NotReady', tone: 'warn' }
const bad: Word = { text: 'CrashLoopBackOff', tone: 'bad' }
const worse: Word = { text: 'Error', tone: 'bad' }

test.each<[Word | 'gone' | undefined, Word | 'gone', ReturnType<typeof changeOf>]>([
  [undefined, bad, undefined],
  [undefined, 'gone', undefined],
  [ok, bad, 'worse'],
  [ok, warn, 'worse'],
  [ok, busy, undefined],
  [busy, bad, 'worse'],
  [bad, bad, undefined],
  [bad, worse, 'worse'],
  [warn, bad, 'worse'],
  [bad, warn, undefined],
  [bad, busy, undefined],
  [bad, ok, 'well'],
  [busy, ok, undefined],
  [ok, 'gone', 'gone'],
  ['gone', 'gone', undefined],
  ['gone', bad, 'worse'],
  ['gone', ok, undefined],
])('from %j to %j: %s', (before, after, told) => expect(changeOf(before, after)).toBe(told))

test('what is kept is read as far as it is pins, and no more than can be watched', () => {
  const pin = { context: 'local', resource: 'pods', namespace: 'n', name: 'a' }
  expect(readPins(JSON.stringify([pin, { ...pin, name: 7 }, null, { ...pin, name: '' }]))).toEqual([pin])
  expect([readPins('nonsense'), readPins('{}'), readPins(null)]).toEqual([[], [], []])
  expect(readPins(JSON.stringify(Array.from({ length: mostPins + 5 }, (_, n) => ({ ...pin, name: `p${n}` }))))).toHaveLength(mostPins)
  expect(pinKey(pin)).not.toBe(pinKey({ ...pin, context: 'other' }))
})
