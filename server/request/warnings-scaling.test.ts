import { growth } from '../machinery/testing/steps.ts'
import { expect, test } from 'vitest'
import { WarningRecorder } from './warnings.ts'

test.each([
  ['different texts', (n: number) => Array.from({ length: n }, (_, i) => `warning ${i}`)],
  ['equal texts', (n: number) => Array.from({ length: n }, () => 'the same')],
  ['texts that cannot be sent', (n: number) => Array.from({ length: n }, (_, i) => `${i}\n`)],
  ['characters', (n: number) => ['x'.repeat(n)]],
])('recording twice as many %s takes at most twice as long', (_, make) => {
  const record = (texts: readonly string[]): void => {
    const w = new WarningRecorder()
    for (const text of texts) w.push(text)
  }
  expect(growth(4000, make, record)).toBeLessThan(2.2)
})
