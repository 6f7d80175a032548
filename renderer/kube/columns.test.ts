import { expect, test } from 'vitest'
import { worstFirst } from './columns.ts'
import type { Tone } from './types.ts'

test('status words sort by how soon they ask for a look, then as words', () => {
  const words: [string, Tone][] = [
    ['ScaledToZero', 'muted'],
    ['Available', 'ok'],
    ['Progressing', 'busy'],
    ['NotReady', 'warn'],
    ['Unavailable', 'bad'],
    ['FailedCreate', 'bad'],
  ]
  const sorted = words.map(([text, tone]) => ({ text, order: worstFirst({ text, tone }) })).sort((a, b) => (a.order < b.order ? -1 : 1))
  expect(sorted.map(({ text }) => text)).toEqual(['FailedCreate', 'Unavailable', 'NotReady', 'Progressing', 'Available', 'ScaledToZero'])
})

test('no word at all comes last', () => {
  expect(worstFirst(undefined) > worstFirst({ text: 'zzz', tone: 'muted' })).toBe(true)
})
