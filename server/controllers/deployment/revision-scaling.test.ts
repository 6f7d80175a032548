import { growth } from '../../machinery/testing/steps.ts'
import { expect, test } from 'vitest'
import { remember } from './revision.ts'

test('a history of twice as many revisions takes twice as long to shorten', () => {
  expect(
    growth(
      2000,
      (n) => '1,'.repeat(2 * n),
      (history) => remember(history, '2'),
    ),
  ).toBeLessThan(2.4)
})

test('the newest revisions stay, as many as fit into 2000 characters', () => {
  expect(remember('', '1')).toBe('1')
  expect(remember('1,2', '3')).toBe('1,2,3')
  const history = remember(Array.from({ length: 1000 }, (_, i) => String(1000 + i)).join(','), '2000')
  expect(history.length).toBeLessThanOrEqual(2000)
  expect(history.length).toBeGreaterThan(2000 - 5)
  expect(history.endsWith(',1998,1999,2000')).toBe(true)
  expect(remember('x'.repeat(3000), '2')).toBe('2')
  expect(remember('1', 'x'.repeat(3000))).toBe('x'.repeat(3000))
})
