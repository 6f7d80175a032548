import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { copyJson } from './copy-json.ts'
import { parseNumbers } from './numbers.ts'
import { sameJson } from './same-json.ts'

const same = (a: string, b: string): boolean => sameJson(parseNumbers(a), parseNumbers(b))

describe('two values', () => {
  test.each([
    ['{"a":1,"b":[2]}', '{"b":[2],"a":1}', true],
    ['{"a":null}', '{}', false],
    ['{"a":null}', '{"b":null}', false],
    ['1.0', '1', false],
    ['1.0', '1.0', true],
    ['9007199254740993', '9007199254740992', false],
    ['"1"', '1', false],
    ['[]', '{}', false],
    ['{}', '[]', false],
    ['[1,2]', '[2,1]', false],
    ['[1]', '[1,1]', false],
  ])('%s and %s', (a, b, expected) => expect(same(a, b)).toBe(expected))

  test('a copy is the same, and one that is written otherwise is not', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(sameJson(a, copyJson(a))).toBe(true)
        const sorted = (value: unknown): string =>
          JSON.stringify(value, (_, v: unknown) =>
            typeof v === 'object' && v !== null && !Array.isArray(v)
              ? Object.fromEntries(Object.entries(v).sort(([x], [y]) => (x < y ? -1 : 1)))
              : v,
          )
        expect(sameJson(a, b)).toBe(sorted(a) === sorted(b))
      }),
    )
  })

  test('as deep as bodies may be', () => {
    const deep = (leaf: string): string => `${'{"a":'.repeat(2_000)}"${leaf}"${'}'.repeat(2_000)}`
    expect([same(deep('b'), deep('b')), same(deep('b'), deep('c'))]).toEqual([true, false])
  })
})
