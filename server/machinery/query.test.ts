import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { isYes, parseGoBool, parseGoInt64, parseQuery } from './query.ts'

// Each as Go 1.26's url.ParseQuery reads it.
test.each<[search: string, values: Record<string, string[]>]>([
  ['', {}],
  ['a=1&b=2&a=3', { a: ['1', '3'], b: ['2'] }],
  ['a', { a: [''] }],
  ['a=', { a: [''] }],
  ['=x', { '': ['x'] }],
  ['&&a=1&', { a: ['1'] }],
  ['a=b=c', { a: ['b=c'] }],
  ['a=1;b=2&c=3', { c: ['3'] }],
  ['a=%zz&a=2', { a: ['2'] }],
  ['a=%&b=%2&c=%2g&d=%', {}],
  ['%zz=1', {}],
  ['w%61tch=%41+%2B', { watch: ['A +'] }],
  ['a=%ff%41', { a: ['\ufffdA'] }],
  ['a=%E4%B8%AD%E4%B8', { a: ['中\ufffd'] }],
  ['a=%ff%zz', {}],
  ['constructor=1&__proto__=2', { constructor: ['1'], ['__proto__']: ['2'] }],
])('%j', (search, values) => {
  const query = parseQuery(search)
  for (const name of ['', 'a', 'b', 'c', 'd', 'watch', 'constructor', '__proto__']) {
    const wanted = Object.hasOwn(values, name) ? values[name]! : []
    expect([name, ...query.getAll(name)]).toEqual([name, ...wanted])
    expect(query.get(name)).toBe(wanted[0])
    expect(query.has(name)).toBe(wanted.length > 0)
  }
})

test('what URLSearchParams writes is read as it was', () => {
  const pair = fc.tuple(fc.string({ minLength: 1 }), fc.string({ unit: 'grapheme' }))
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 5 }), (pairs) => {
      const sane = pairs.map(([k, v]): [string, string] => [k.toWellFormed(), v.toWellFormed()])
      const query = parseQuery(new URLSearchParams(sane).toString())
      for (const [name] of sane) expect(query.getAll(name)).toEqual(sane.filter(([k]) => k === name).map(([, v]) => v))
    }),
  )
})

test('more than 10,000 pairs are none', () => {
  expect(parseQuery(`a=1${'&'.repeat(9_999)}`).get('a')).toBe('1')
  expect(parseQuery(`a=1${'&'.repeat(10_000)}`).get('a')).toBeUndefined()
  expect(parseQuery(`${'&b'.repeat(9_999)}`).getAll('b')).toHaveLength(9_999)
})

test('booleans', () => {
  expect([undefined, '0', 'false', 'FaLsE'].map(isYes)).toEqual([false, false, false, false])
  expect(['', '1', 'f', 'F', 'no', 'true'].map(isYes)).toEqual([true, true, true, true, true, true])
  expect(['1', 't', 'T', 'TRUE', 'true', 'True'].map(parseGoBool)).toEqual(Array(6).fill(true))
  expect(['0', 'f', 'F', 'FALSE', 'false', 'False'].map(parseGoBool)).toEqual(Array(6).fill(false))
  expect(['', 'yes', 'tRUE', 'FaLse'].map(parseGoBool)).toEqual(Array(4).fill(undefined))
})

test('integers of 64 bits', () => {
  expect(['0', '-0', '+5', '-7', '0000000000000000000000008'].map(parseGoInt64)).toEqual([0n, 0n, 5n, -7n, 8n])
  expect(['9223372036854775807', '-9223372036854775808'].map(parseGoInt64)).toEqual([2n ** 63n - 1n, -(2n ** 63n)])
  const refused = ['', '+', '-', 'x', '1_0', '0x1', ' 1', '1 ', '9223372036854775808', '-9223372036854775809', '1'.repeat(20)]
  expect(refused.map(parseGoInt64)).toEqual(Array(refused.length).fill(undefined))
})

test('no pair costs an exception, whatever its escapes are', () => {
  const decode = vi.spyOn(globalThis, 'decodeURIComponent')
  for (const pair of ['%', '%z', '%ff', '%C3', 'a=%E4%B8', 'é%41', '%41']) parseQuery(`${pair}&`.repeat(10))
  expect(decode.mock.results.length).toBeGreaterThan(0)
  expect(decode.mock.results.filter((r) => r.type === 'throw')).toEqual([])
  decode.mockRestore()
})
