import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FieldSet, type FieldsV1 } from './field-set.ts'
import { paths as somePath, sets, KIND } from './testing/arbitraries.ts'

const pathsOf = (set: FieldSet): string[] => [...set.paths()].map((p) => p.join(' '))
const model = (set: FieldSet): Set<string> => new Set(pathsOf(set))
const sorted = (all: Iterable<string>): string[] => [...all].sort()
const below = (path: string, others: ReadonlySet<string>): boolean => [...others].some((o) => path === o || path.startsWith(`${o} `))

/** The operations against sets of whole paths, where each law is one line. */
describe('as sets of paths', () => {
  const holds = (op: (a: FieldSet, b: FieldSet) => FieldSet, law: (path: string, a: Set<string>, b: Set<string>) => boolean): void =>
    fc.assert(
      fc.property(sets, sets, (x, y) => {
        const [a, b] = [model(x), model(y)]
        const before = [pathsOf(x), pathsOf(y)]
        expect(sorted(pathsOf(op(x, y)))).toEqual(sorted([...new Set([...a, ...b])].filter((path) => law(path, a, b))))
        expect([pathsOf(x), pathsOf(y)]).toEqual(before)
      }),
    )

  test('union has the paths of either', () =>
    holds(
      (a, b) => a.union(b),
      () => true,
    ))
  test('the union of many has the paths of each', () =>
    holds(
      (a, b) => FieldSet.unionOf([a, b, new FieldSet(), a]),
      () => true,
    ))
  test('intersection has the paths of both', () =>
    holds(
      (a, b) => a.intersection(b),
      (p, a, b) => a.has(p) && b.has(p),
    ))
  test('difference leaves out exactly the paths of the other', () =>
    holds(
      (a, b) => a.difference(b),
      (p, a, b) => a.has(p) && !b.has(p),
    ))
  test('recursiveDifference leaves out what is below them too', () =>
    holds(
      (a, b) => a.recursiveDifference(b),
      (p, a, b) => a.has(p) && !below(p, b),
    ))
  test('within has those that begin with a path of the other', () =>
    holds(
      (a, b) => a.within(b),
      (p, a, b) => a.has(p) && below(p, b),
    ))

  test('has, empty and equals agree with the paths', () => {
    fc.assert(
      fc.property(sets, sets, somePath, (x, y, path) => {
        expect(x.has(path)).toBe(model(x).has(path.join(' ')))
        expect(x.empty).toBe(model(x).size === 0)
        expect(x.equals(y)).toBe(sorted(model(x)).join() === sorted(model(y)).join())
      }),
    )
  })

  test('what was taken out and put back is the whole again', () => {
    fc.assert(
      fc.property(sets, sets, (x, y) => {
        expect(pathsOf(x.difference(y).union(x.intersection(y)))).toEqual(pathsOf(x))
      }),
    )
  })

  test('with nothing on the other side the set itself comes back', () => {
    const set = FieldSet.of(['f:a'])
    const none = new FieldSet()
    expect([set.union(none), none.union(set), set.difference(none), set.recursiveDifference(none)].every((s) => s === set)).toBe(true)
  })
})

describe('FieldsV1', () => {
  test('round trip, through JSON', () => {
    fc.assert(
      fc.property(sets, (set) => {
        const text = JSON.stringify(set.toFieldsV1())
        const again = FieldSet.fromFieldsV1(JSON.parse(text) as FieldsV1)
        expect(pathsOf(again)).toEqual(pathsOf(set))
        expect(JSON.stringify(again.toFieldsV1())).toBe(text)
      }),
    )
  })

  test('fields come before keys, values and places; numbers by size; a path that ends has its dot', () => {
    const set = FieldSet.of(
      ['i:10'],
      ['i:9'],
      ['v:10'],
      ['v:9'],
      ['k:{"name":"b"}'],
      ['k:{"name":"a"}', 'f:x'],
      ['f:b'],
      ['f:a', 'f:z'],
      ['f:a'],
    )
    expect(JSON.stringify(set.toFieldsV1())).toBe(
      '{"f:a":{".":{},"f:z":{}},"f:b":{},"k:{\\"name\\":\\"a\\"}":{"f:x":{}},"k:{\\"name\\":\\"b\\"}":{},"v:9":{},"v:10":{},"i:9":{},"i:10":{}}',
    )
  })

  test('names in the order of their bytes, where UTF-16 has another', () => {
    const names = ['f:\u{10000}', 'f:\uffee']
    expect(Object.keys(FieldSet.of(...names.map((n) => [n])).toFieldsV1())).toEqual(['f:\uffee', 'f:\u{10000}'])
  })

  test('elements of a kind that is not known are passed over with what is below them', () => {
    expect(pathsOf(FieldSet.fromFieldsV1({ 'x:y': { 'f:a': {} }, 'f:b': {} }))).toEqual(['f:b'])
  })

  test.each([
    ['keys in another order', 'k:{"protocol":"TCP","port":80}', 'k:{"port":80,"protocol":"TCP"}'],
    ['spaces', 'k:{ "name" : "a" }', 'k:{"name":"a"}'],
    ['a value with escapes', 'v:"\\u0061"', 'v:"a"'],
    ['a place', 'i:07', 'i:7'],
  ])('one spelling: %s', (_, from, to) => {
    expect(pathsOf(FieldSet.fromFieldsV1({ [from]: {} }))).toEqual([to])
  })

  test.each([
    ['a field without a colon', { x: {} }],
    ['keys that are no JSON', { 'k:{': {} }],
    ['a value that is no JSON', { 'v:a': {} }],
    ['a scalar where a set should be', { 'f:a': 1 as unknown as FieldsV1 }],
    ['a place that is no number', { 'i:x': {} }],
    ['a place with something after it', { 'i:1x': {} }],
    ['keys that are no object', { 'k:[]': {} }],
  ])('refused: %s', (_, fields) => {
    expect(() => FieldSet.fromFieldsV1(fields as FieldsV1)).toThrow(TypeError)
  })

  test('null and nothing are empty', () => {
    expect([FieldSet.fromFieldsV1(null).empty, FieldSet.fromFieldsV1(undefined).empty, FieldSet.fromFieldsV1({}).empty]).toEqual([
      true,
      true,
      true,
    ])
  })
})

test('withNamedFields: declared fields on the way become members, names of maps and keys of items do not', () => {
  const set = FieldSet.of(
    ['f:metadata', 'f:labels', 'f:a'],
    ['f:spec', 'f:containers', 'k:{"name":"c"}', 'f:env', 'k:{"name":"e"}', 'f:value'],
  )
  expect(pathsOf(set.withNamedFields(KIND))).toEqual([
    'f:metadata',
    'f:spec',
    'f:metadata f:labels',
    'f:metadata f:labels f:a',
    'f:spec f:containers',
    'f:spec f:containers k:{"name":"c"} f:env',
    'f:spec f:containers k:{"name":"c"} f:env k:{"name":"e"} f:value',
  ])
})
