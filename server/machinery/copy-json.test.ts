import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { copyingJson, copyJson } from './copy-json.ts'
import { JsonNumber } from './numbers.ts'
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

test('a value that is nested as deeply as one likes is copied', () => {
  let [value, depth]: [unknown, number] = ['end', 0]
  for (; depth < 100_000; depth++) value = depth % 2 === 0 ? [value] : { below: value }
  let copy = atOnce(copyingJson(value))
  expect(copy === value).toBe(false)
  for (; depth > 0; depth--) copy = Array.isArray(copy) ? copy[0] : (copy as { below: unknown }).below
  expect(copy).toBe('end')
})

test('a number keeps its spelling', () => {
  const spelt = new JsonNumber('1.0')
  expect(atOnce(copyingJson({ a: [spelt], b: spelt }))).toEqual({ a: [spelt], b: spelt })
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
