import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { parseJson } from './json.ts'

test.each<[string, unknown]>([
  ['9223372036854775807', 9223372036854775807n],
  ['-9223372036854775808', -9223372036854775808n],
  ['9007199254740993', 9007199254740993n],
  ['9007199254740991', 9007199254740991],
  ['18446744073709551615', 18446744073709551615n],
  ['1234567890123456.5', 1234567890123456.5],
  ['1e300', 1e300],
  ['"9007199254740993"', '9007199254740993'],
])('%s', (text, value) => {
  expect(parseJson(`{"a":[${text}]}`)).toStrictEqual({ a: [value] })
  expect(JSON.stringify(parseJson(`{"a":[${text}]}`))).toBe(
    JSON.stringify({ a: [0] }).replace('0', () => (text === '1e300' ? '1e+300' : text)),
  )
})

test('any integer is parsed, cloned for a worker, written as JSON and shown as YAML digit for digit', () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n })), fc.string(), (list, name) => {
      const text = `{"name":${JSON.stringify(name)},"list":[${list.join(',')}]}`
      const value = structuredClone(parseJson(text)) as { list: unknown[] }
      expect(JSON.stringify(value)).toBe(text)
      expect(stringify(value.list)).toBe(list.length === 0 ? '[]\n' : list.map((n) => `- ${n}\n`).join(''))
    }),
  )
})

test('what is no JSON is an error', () => {
  expect(() => parseJson('{"a":12345678901234567890')).toThrow(SyntaxError)
})
