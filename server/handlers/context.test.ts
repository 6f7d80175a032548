import { describe, expect, test } from 'vitest'
import { managerOf } from './context.ts'

/** The manager's name that stands for a client which names none (apiserver, managerOrUserAgent and prefixFromUserAgent). */
describe('a manager by its user agent', () => {
  test.each([
    ['kubectl/v1.37.2 (linux/amd64) kubernetes/abc', 'kubectl'],
    ['Mozilla', 'Mozilla'],
    ['/1.0', ''],
    ['', ''],
    ['my client/2', 'my client'],
    ['a\u0000b\tc/1', 'abc'],
    ['café/1', 'café'],
    ['a\u00a0b/1', 'ab'],
    ['x'.repeat(200), 'x'.repeat(128)],
    ['é'.repeat(70), 'é'.repeat(64)],
    [`${'x'.repeat(127)}é`, 'x'.repeat(127)],
  ])('%j', (agent, manager) => {
    expect(managerOf(agent)).toBe(manager)
  })
})
