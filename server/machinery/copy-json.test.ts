import fc from 'fast-check'
import { expect, test } from 'vitest'
import { copyJson } from './copy-json.ts'

/** Every object and array in a value. */
function parts(value: unknown): object[] {
  return typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(parts)] : []
}

test('says the same and shares nothing', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const copy = copyJson(value)
      expect(JSON.stringify(copy)).toBe(JSON.stringify(value))
      const before = new Set(parts(value))
      expect(parts(copy).filter((p) => before.has(p))).toEqual([])
    }),
  )
})

test('a field named __proto__ stays a field', () => {
  const value = JSON.parse('{"__proto__":{"polluted":{"deep":1}},"a":1}') as Record<string, unknown>
  const copy = copyJson(value)
  expect(JSON.stringify(copy)).toBe(JSON.stringify(value))
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
})
