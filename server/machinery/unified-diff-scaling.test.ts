import { growth } from './testing/steps.ts'
import { expect, test } from 'vitest'
import { unifiedDiff } from './unified-diff.ts'

const lines = (n: number, one: (i: number) => string): string => Array.from({ length: n }, (_, i) => one(i)).join('\n')

test.each<[string, (n: number) => [string, string]]>([
  ['in reverse', (n) => [lines(n, (i) => `l${i}`), lines(n, (i) => `l${n - i}`)]],
  ['of two kinds', (n) => [lines(n, (i) => (i % 3 === 0 ? `l${i}` : '{')), lines(n, (i) => (i % 3 === 0 ? `l${n - i}` : '{'))]],
  ['each found often', (n) => [lines(n, (i) => `l${i % Math.ceil(n / 90)}`), lines(n, (i) => `l${(i * 7) % Math.ceil(n / 90)}`)]],
])('a diff of twice as many lines %s takes at most twice as long', (_, make) => {
  expect(growth(3000, make, ([a, b]) => unifiedDiff(a, b))).toBeLessThan(2.4)
})
