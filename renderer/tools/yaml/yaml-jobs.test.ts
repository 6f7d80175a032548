import { expect, test } from 'vitest'
import { isLarge, largeText } from './yaml-jobs.ts'

test('an object is large by its texts, its keys and its many short values, wherever they stand', () => {
  const half = 'x'.repeat(largeText / 2)
  expect(isLarge({ data: { a: half } })).toBe(false)
  expect(isLarge({ data: { a: half }, more: [{ b: half }] })).toBe(true)
  expect(isLarge({ [half]: { [half]: 1 } })).toBe(true)
  expect(isLarge(Array.from({ length: largeText / 20 }, () => 1))).toBe(false)
  expect(isLarge(Array.from({ length: largeText / 8 }, () => null))).toBe(true)
  expect(isLarge(undefined)).toBe(false)
})
