import { growth } from './testing/steps.ts'
import { expect, test } from 'vitest'
import { tryQuantity } from './quantity.ts'

test.each([
  ['digits', (n: number) => '9'.repeat(n)],
  ['zeros behind', (n: number) => `1${'0'.repeat(n)}`],
  ['zeros before', (n: number) => `${'0'.repeat(n)}1`],
  ['zeros before, and no number', (n: number) => `${'0'.repeat(n)}x`],
  ['a fraction', (n: number) => `0.${'0'.repeat(n)}1`],
  ['an exponent', (n: number) => `1e${'0'.repeat(n)}1`],
  ['letters', (n: number) => `1${'E'.repeat(n)}`],
  ['letters, and no suffix', (n: number) => `1${'E'.repeat(n)}x`],
  ['spaces', (n: number) => `${' '.repeat(n)}1${' '.repeat(n)}x`],
])('a text of %s twice as long takes twice the steps', (_, text) => {
  expect(growth(5_000, text, tryQuantity)).toBeLessThan(2.1)
})
