import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { copyingJson, copyJson } from './copy-json.ts'
import { atOnce } from './slice.ts'

/** Every object and array in a value. */
function parts(value: unknown): object[] {
  return typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(parts)] : []
}

const copies: readonly [string, (value: unknown) => unknown][] = [
  ['at once', copyJson],
  ['in turns', (value) => atOnce(copyingJson(value))],
]

describe.each(copies)('a copy %s', (_, copyOf) => {
  test('says the same and shares nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const copy = copyOf(value)
        expect(JSON.stringify(copy)).toBe(JSON.stringify(value))
        const before = new Set(parts(value))
        expect(parts(copy).filter((p) => before.has(p))).toEqual([])
      }),
    )
  })

  test('a field named __proto__ stays a field', () => {
    const value = JSON.parse('{"__proto__":{"polluted":{"deep":1}},"a":1}') as Record<string, unknown>
    const copy = copyOf(value)
    expect(JSON.stringify(copy)).toBe(JSON.stringify(value))
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
  })
})

test('a large value is copied with pauses', () => {
  const value = {
    many: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, 'v'])),
    list: Array.from({ length: 10_000 }, (_, i) => ({ i })),
  }
  const work = copyingJson(value)
  let pauses = 0
  let step = work.next()
  for (; step.done !== true; step = work.next()) pauses++
  expect(step.value).toEqual(value)
  expect(pauses).toBeGreaterThan(8)
})
