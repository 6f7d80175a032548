import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonError, parseRounded } from './json.ts'
import { parsingRounded } from './json-turns.ts'
import { atOnce } from './slice.ts'

/** As if it were long. */
const read = (text: string): unknown => atOnce(parsingRounded(text, 0))
const either = (parse: () => unknown): unknown => {
  try {
    return { value: parse() }
  } catch (e) {
    if (!(e instanceof JsonError)) throw e
    return { error: e.message }
  }
}

describe('a long text', () => {
  const hard = fc.string({
    unit: fc.constantFrom('"', '\\', 'u', '0', '{', '}', '[', ']', ',', ':', ' ', '\n', 'é', '1', '-', '.', 'e', 't'),
  })
  const key = fc.oneof(fc.constantFrom('', '0', '10', 'constructor', 'a'), hard)
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.oneof(hard, fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)),
      fc.array(tie('node'), { maxLength: 4 }),
      fc.dictionary(key, tie('node'), { maxKeys: 4 }),
    ),
  }))

  test('is read as the engine reads it, with its own order of fields', () => {
    fc.assert(
      fc.property(node, fc.constantFrom(0, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent)
        expect(JSON.stringify(read(text))).toBe(JSON.stringify(JSON.parse(text)))
      }),
      { numRuns: 1000 },
    )
  })

  test('that is no JSON is refused in the same words, cut or changed anywhere', () => {
    fc.assert(
      fc.property(node, fc.nat(), hard, (value, at, instead) => {
        const text = JSON.stringify(value)
        const changed = text.slice(0, at % (text.length + 1)) + instead + text.slice((at % (text.length + 1)) + 1)
        expect(either(() => read(changed))).toEqual(either(() => parseRounded(changed)))
      }),
      { numRuns: 1000 },
    )
  })

  test.each([
    '',
    '1 2',
    '{"a":1,}',
    '[1,]',
    '{"a"}',
    '[,1]',
    '{1:2}',
    '01',
    '-',
    '"\\',
    '"a',
    'nul',
    '"\\ud83d"',
    '{"a":1,"a":2}',
    '{"2":1,"1":2}',
    '1e5',
  ])('%j is what it is to the engine', (text) => expect(either(() => read(text))).toEqual(either(() => parseRounded(text))))

  test('a field called __proto__ is a field', () => {
    const value = read('{"__proto__":{"a":1},"__proto__":{"b":2}}') as object
    expect([Object.getPrototypeOf(value), Object.entries(value)]).toEqual([Object.prototype, [['__proto__', { b: 2 }]]])
  })

  test('with too many levels is refused where they begin', () => {
    expect(() => read('['.repeat(2001) + ']'.repeat(2001))).toThrow("invalid character '[' exceeded max depth")
    expect(() => read('{"a":'.repeat(2001) + '1' + '}'.repeat(2001))).toThrow("invalid character '{' exceeded max depth")
    expect(read('['.repeat(2000) + ']'.repeat(2000))).toEqual(JSON.parse('['.repeat(2000) + ']'.repeat(2000)))
  })

  test('pauses the more often the more values it has', () => {
    const pauses = (n: number): number => {
      const work = parsingRounded(`[${'{"a":[1]},'.repeat(n)}1]`)
      let count = 0
      while (work.next().done !== true) count++
      return count
    }
    // All work shares one count, so that it may pause once more or less.
    const [few, many] = [pauses(20_000), pauses(40_000)]
    expect([Math.abs(few - 29), Math.abs(many - 58)].every((off) => off <= 1)).toBe(true)
  })
})
