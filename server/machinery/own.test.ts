import { expect, test } from 'vitest'
import { ownValue } from './own.ts'

test('a table has what was put into it', () => {
  expect(ownValue({ a: 1 }, 'a')).toBe(1)
  for (const name of ['b', 'constructor', '__proto__', 'toString', 'hasOwnProperty']) expect(ownValue({ a: 1 }, name)).toBeUndefined()
})
