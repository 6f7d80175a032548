import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fieldElement, fieldName, isField, itemElement, ItemError, printPath, sortElements } from './path-element.ts'
import { listOf, NUMBER, setOf, STRING, struct } from './testing/arbitraries.ts'

const ports = listOf(['port', 'protocol'], struct({ port: NUMBER, protocol: STRING }), { protocol: 'TCP' }).list!
const named = listOf(['name'], struct({ name: STRING })).list!
const set = setOf(STRING).list!

describe('what names an item', () => {
  test.each([
    ['one key', named, { name: 'a', x: 1 }, 'k:{"name":"a"}'],
    ['a key with quotes', named, { name: 'a"b' }, 'k:{"name":"a\\"b"}'],
    ['two keys, in order of their names', ports, { protocol: 'UDP', port: 53 }, 'k:{"port":53,"protocol":"UDP"}'],
    ['a key left out that has a default', ports, { port: 53 }, 'k:{"port":53,"protocol":"TCP"}'],
    ['only the default', ports, {}, 'k:{"protocol":"TCP"}'],
    ['an explicit null is a value', ports, { port: 53, protocol: null }, 'k:{"port":53,"protocol":null}'],
    ['a value of a set', set, 'a"b', 'v:"a\\"b"'],
    ['a number', set, 7, 'v:7'],
    ['a big number', set, 9223372036854775807n, 'v:9223372036854775807'],
    ['a boolean', set, false, 'v:false'],
  ])('%s', (_, list, item, pe) => {
    expect(itemElement(list, item)).toBe(pe)
  })

  test.each([
    [
      'no key at all',
      named,
      { x: 1 },
      `associative list with keys has an element that omits all key fields ["name"] (and doesn't have default values for any key fields)`,
    ],
    ['null among items with keys', named, null, 'associative list with keys may not have a null element'],
    ['a scalar among items with keys', named, 'a', 'associative list with keys may not have non-map elements'],
    ['a list among items with keys', named, [], 'associative list with keys may not have non-map elements'],
    ['a map in a set', set, {}, "associative list without keys has an element that's a map type"],
    ['a list in a set', set, [], 'not supported: associative list with lists as elements'],
    ['null in a set', set, null, "associative list without keys has an element that's an explicit null"],
  ])('%s has no name', (_, list, item, why) => {
    expect(() => itemElement(list, item)).toThrow(new ItemError(why))
  })

  test('a key of the prototype does not count', () => {
    expect(() => itemElement(listOf(['toString'], STRING).list!, {})).toThrow(ItemError)
  })
})

test('field names', () => {
  expect([fieldElement('a.b'), fieldName('f:a:b'), isField('f:x'), isField('k:{}')]).toEqual(['f:a.b', 'a:b', true, false])
})

test('as messages print a path', () => {
  expect(printPath(['f:spec', 'f:ports', 'k:{"port":80,"protocol":"TCP"}', 'f:name'])).toBe('.spec.ports[port=80,protocol="TCP"].name')
  expect(printPath(['f:finalizers', 'v:"a/b"'])).toBe('.finalizers[="a/b"]')
  expect(printPath(['f:l', 'v:3'])).toBe('.l[=3]')
  expect(printPath(['i:4', 'f:x'])).toBe('[4].x')
})

/** structured-merge-diff `value/value.go`, ToString */
test.each([
  ['k:{"a":{"y":1,"x":"b"}}', '[a=x="b"y=1]'],
  ['k:{"a":{}}', '[a=]'],
  ['k:{"a":[1,"b",[true],null]}', '[a=[1,"b",[true],null]]'],
  ['k:{"a":null}', '[a=null]'],
  ['k:{"a":9223372036854775807}', '[a=9223372036854775807]'],
  ['k:{"a":1e21}', '[a=1e+21]'],
  ['k:{"a":0.25}', '[a=0.25]'],
  [String.raw`v:"\u0001\u202e"`, String.raw`[="\x01\u202e"]`],
])('a message prints %s', (pe, text) => {
  expect(printPath([pe])).toBe(text)
})

describe('order', () => {
  test('values of every kind', () => {
    const inOrder = ['1', '"a"', 'false', 'true', '[]', '[1]', '["a"]', '{}', '{"a":1}', '{"a":2}', '{"a":2,"b":1}', '{"b":1}', 'null']
    const named = inOrder.map((value) => `k:{"a":${value}}`)
    expect(sortElements(named.toReversed())).toEqual(named)
  })

  const scalar = fc.oneof(fc.constantFrom('a', 'b', 'ab'), fc.integer({ min: 0, max: 12 }), fc.boolean())
  const keys = fc.dictionary(fc.constantFrom('a', 'b', 'c'), scalar, { minKeys: 1, maxKeys: 3 })
  const element = fc.oneof(
    fc.constantFrom('f:a', 'f:b', 'f:', 'i:1', 'i:2', 'i:10'),
    keys.map((k) => `k:${JSON.stringify(k)}`),
    scalar.map((v) => `v:${JSON.stringify(v)}`),
  )

  test('is total: a sort does not depend on where it began', () => {
    fc.assert(
      fc.property(fc.uniqueArray(element, { maxLength: 8 }), (all) => {
        const once = sortElements([...all])
        expect(sortElements([...all].reverse())).toEqual(once)
        once.forEach((a, i) => once.slice(i + 1).forEach((b) => expect(sortElements([b, a])).toEqual([a, b])))
      }),
    )
  })

  test('fewer keys first, names of keys before their values, numbers by size', () => {
    const all = ['k:{"a":10}', 'k:{"a":9}', 'k:{"a":9,"b":1}', 'k:{"b":1}', 'v:"a"', 'v:2', 'v:true', 'f:z', 'i:0']
    expect(sortElements([...all])).toEqual([
      'f:z',
      'k:{"a":9}',
      'k:{"a":9,"b":1}',
      'k:{"a":10}',
      'k:{"b":1}',
      'v:2',
      'v:"a"',
      'v:true',
      'i:0',
    ])
  })
})
