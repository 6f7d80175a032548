import { growth } from '../machinery/testing/steps.ts'
import { expect, test } from 'vitest'
import { unknownFields } from './json-patch.ts'
import { duplicateFields } from './parse.ts'

const body = (n: number, one: (i: number) => string): string => `{${Array.from({ length: n }, (_, i) => one(i)).join()}}`

test.each([
  ['equal fields', (n: number) => body(n, () => '"a":1')],
  ['pairs of fields', (n: number) => body(n, (i) => `"a${i >> 1}":1`)],
])('the faults of a patch with twice as many %s are found in twice the time', (_, make) => {
  expect(growth(1000, make, (text) => duplicateFields(text, JSON.parse(text)))).toBeLessThan(2.3)
})

test('unknown fields of operations', () => {
  const make = (n: number): object[] => Array.from({ length: n }, (_, i) => ({ [`x${i}`]: 1 }))
  expect(growth(1000, make, (patch) => [unknownFields(patch), patch.map((op) => op)])).toBeLessThan(2.2)
})

test('a hundred are told', () => {
  const text = body(500, (i) => `"a${i >> 1}":1`)
  const found = duplicateFields(text, JSON.parse(text))
  expect([found.length, found[0], found[99]]).toEqual([100, 'duplicate field "a0"', 'duplicate field "a99"'])
  expect(unknownFields(Array.from({ length: 200 }, () => ({ op: 'add', x: 1 })))).toHaveLength(100)
})
