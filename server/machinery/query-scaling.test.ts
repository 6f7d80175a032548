import { growth } from './testing/steps.ts'
import { expect, test } from 'vitest'
import { parseQuery } from './query.ts'

test.each([
  ['pairs without =', (n: number) => 'a&'.repeat(n)],
  ['empty pairs after a bad escape', (n: number) => `watch%${'&'.repeat(n)}`],
  ['pairs', (n: number) => 'a=b&'.repeat(n)],
  ['names', (n: number) => Array.from({ length: n }, (_, i) => `n${i}`).join('&')],
  ['bad escapes', (n: number) => '%&'.repeat(n)],
  ['bytes that are no UTF-8', (n: number) => `a=${'%ff'.repeat(n)}`],
  ['escapes in one value, the last one bad', (n: number) => `a=${'%41'.repeat(n)}%`],
  ['signs of equality', (n: number) => '='.repeat(n)],
])('a query of twice as many %s takes twice as long', (_, make) => {
  expect(growth(2000, make, parseQuery)).toBeLessThan(2.3)
})
