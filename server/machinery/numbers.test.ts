import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { copyJson } from './copy-json.ts'
import { hasLongDigits, hasLongNumbers } from './json-scan.ts'
import { JsonNumber, goFloat, jsonKind, literalOf, numberOf, parseIntegers, parseNumbers, withoutSpellings } from './numbers.ts'
import { int64 } from './testing/numbers.ts'

const digits = fc.stringMatching(/^\d{1,24}$/).map((text) => text.replace(/^0+(?=\d)/, ''))
/** Any number literal of JSON. */
const literal = fc
  .tuple(
    fc.constantFrom('', '-'),
    digits,
    fc.option(fc.stringMatching(/^\d{1,6}$/), { nil: undefined }),
    fc.option(fc.stringMatching(/^[eE][-+]?\d{1,3}$/), { nil: undefined }),
  )
  .map(([sign, whole, fraction, exponent]) => sign + whole + (fraction === undefined ? '' : `.${fraction}`) + (exponent ?? ''))

describe('a literal becomes', () => {
  test.each<[string, unknown]>([
    ['0', 0],
    ['42', 42],
    ['-9007199254740991', -9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['9223372036854775807', 9223372036854775807n],
    ['-9223372036854775808', -9223372036854775808n],
    ['9223372036854775808', new JsonNumber('9223372036854775808')],
    ['-9223372036854775809', new JsonNumber('-9223372036854775809')],
    // In its shortest form a float64 is a plain number, whole or not.
    ['9223372036854776000', 9223372036854775808],
    ['1e+21', 1e21],
    ['0.5', 0.5],
    ['3.0', new JsonNumber('3.0')],
    ['1e1', new JsonNumber('1e1')],
    ['0.10', new JsonNumber('0.10')],
    ['-0', new JsonNumber('-0')],
    ['1E400', new JsonNumber('1E400')],
  ])('%s', (text, value) => {
    expect(numberOf(text)).toStrictEqual(value)
    expect(parseNumbers(text)).toStrictEqual(value)
    expect(parseNumbers(`{"a":[1,${text}]}`)).toStrictEqual({ a: [1, value] })
    expect(jsonKind(value)).toBe('number')
  })
})

describe('any number', () => {
  test('is written as it was read, between blanks and in any place', () => {
    fc.assert(
      fc.property(fc.array(literal, { minLength: 1 }), fc.constantFrom('', ' ', '\n\t'), (all, gap) => {
        const text = `{"list":[${all.map((each) => gap + each).join(`${gap},`)}],"s":"a: ${all[0]}","o":{"k":${gap}${all[0]}}}`
        const compact = `{"list":[${all.join(',')}],"s":"a: ${all[0]}","o":{"k":${all[0]}}}`
        const value = parseNumbers(text) as { list: unknown[] }
        expect(JSON.stringify(value)).toBe(compact)
        expect(value.list.map(literalOf)).toEqual(all)
        expect(JSON.stringify(copyJson(value))).toBe(compact)
        expect(isDeepStrictEqual(copyJson(value), value)).toBe(true)
      }),
    )
  })

  test('keeps its float64 when the spelling goes', () => {
    fc.assert(
      fc.property(literal, (text) => {
        expect(Number(withoutSpellings([numberOf(text)])![0 as never])).toBe(Number(text))
      }),
    )
  })

  test('in an answer of a server is exact when it is an int64', () => {
    fc.assert(
      fc.property(fc.array(int64), (list) => {
        const text = JSON.stringify({ list, name: 'x' })
        expect(parseIntegers(text)).toStrictEqual({ list, name: 'x' })
        expect(parseNumbers(text)).toStrictEqual({ list, name: 'x' })
      }),
    )
  })
})

test('equal spellings are equal, others are not', () => {
  expect(isDeepStrictEqual(numberOf('3.0'), numberOf('3.0'))).toBe(true)
  expect(isDeepStrictEqual(numberOf('3.0'), numberOf('3'))).toBe(false)
  expect(isDeepStrictEqual(numberOf('9007199254740993'), numberOf('9007199254740992'))).toBe(false)
  expect(structuredClone({ a: 9007199254740993n })).toEqual({ a: 9007199254740993n })
})

describe('a run of sixteen digits', () => {
  test('is found wherever it stands', () => {
    for (let before = 0; before < 40; before++) {
      for (const run of [15, 16, 17, 31, 32, 33]) {
        const text = `${'x'.repeat(before)}${'7'.repeat(run)}${'y'.repeat(before % 5)}`
        expect(hasLongDigits(text), `${before} ${run}`).toBe(run >= 16)
      }
    }
  })

  test('is what a regular expression finds', () => {
    const piece = fc.oneof(fc.stringMatching(/^\d{1,20}$/), fc.stringMatching(/^[a-f:"]{1,9}$/))
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('')
        expect(hasLongDigits(text)).toBe(/\d{16}/.test(text))
      }),
      { numRuns: 1000 },
    )
  })
})

// What kube-apiserver 1.37.2 wrote as YAML for these floats.
test.each<[number, string]>([
  [3, '3'],
  [0.1, '0.1'],
  [0.000001, '1e-06'],
  [1e-7, '1e-07'],
  [1234567.5, '1.2345675e+06'],
  [1e6, '1e+06'],
  [1e20, '1e+20'],
  [1e21, '1e+21'],
  [18446744073709552000, '1.8446744073709552e+19'],
  [-0, '-0'],
  [123456.5, '123456.5'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [0, '0'],
  [-1e100, '-1e+100'],
  [Infinity, '+Inf'],
  [-Infinity, '-Inf'],
  [NaN, 'NaN'],
])('the float %d is printed as %s', (value, text) => {
  expect(goFloat(value)).toBe(text)
})

test.each([
  ['{"a":1234567890123456}', true],
  ['{"a":"1234567890123456"}', false],
  ['{"a":"\\"1234567890123456","b":12345}', false],
  ['{"1234567890123456":"x","b":-9007199254740993}', true],
  ['{"a":"1234567890123456","b":true}', false],
])('%s: has a long number: %s', (text, expected) => expect(hasLongNumbers(text)).toBe(expected))
