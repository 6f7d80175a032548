import { expect, test } from 'vitest'
import { signed } from './signed.ts'

test.each([
  [0, '0'],
  [1234567, '+1234567'],
  [-3, '−3'],
  [0.1 + 0.2, '+0.3'],
  [-2.5e-9, '−2.5e-9'],
  [1e21, '+1e+21'],
])('%d', (delta, text) => {
  expect(signed(delta)).toBe(text)
})
