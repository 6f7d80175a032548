import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FieldSet } from './field-set.ts'
import { dense, KIND, mapOf, objects, STRING } from './testing/arbitraries.ts'
import { compareObjects, fieldsOf, mergeObjects, withoutItems } from './testing/at-once.ts'

const texts = (set: FieldSet): string[] => [...set.paths()].map((p) => p.join(' '))
const found = (left: unknown, right: unknown): Record<string, string[]> => {
  const { removed, modified, added } = compareObjects(KIND, { spec: left }, { spec: right })
  const short = (set: FieldSet): string[] => texts(set).map((t) => t.replace('f:spec ', ''))
  return { removed: short(removed), modified: short(modified), added: short(added) }
}
const nothing = { removed: [], modified: [], added: [] }

describe('laws', () => {
  test('an object does not differ from itself', () => {
    fc.assert(
      fc.property(objects, (o) => {
        expect(found(o.spec, structuredClone(o.spec))).toEqual(nothing)
      }),
    )
  })

  test('the other way round, what was added is removed and what changed has changed', () => {
    fc.assert(
      fc.property(objects, objects, (a, b) => {
        const [there, back] = [compareObjects(KIND, a, b), compareObjects(KIND, b, a)]
        expect(texts(there.added)).toEqual(texts(back.removed))
        expect(texts(there.removed)).toEqual(texts(back.added))
        expect(texts(there.modified)).toEqual(texts(back.modified))
      }),
    )
  })

  test('no path is of two kinds, what is added stands in the right object and what is removed in the left', () => {
    fc.assert(
      fc.property(dense, dense, (a, b) => {
        const { removed, modified, added } = compareObjects(KIND, a, b)
        expect([removed.intersection(added), removed.intersection(modified), added.intersection(modified)].map((s) => s.empty)).toEqual([
          true,
          true,
          true,
        ])
        const [left, right] = [fieldsOf(KIND, a).withNamedFields(KIND), fieldsOf(KIND, b).withNamedFields(KIND)]
        expect(texts(added.difference(right))).toEqual([])
        expect(texts(removed.difference(left))).toEqual([])
      }),
    )
  })

  test('a merge removes nothing, and only its leaves change anything', () => {
    fc.assert(
      fc.property(dense, dense, (a, b) => {
        const { removed, modified, added } = compareObjects(KIND, a, mergeObjects(KIND, a, b))
        expect(texts(removed)).toEqual([])
        expect(texts(modified.union(added).difference(fieldsOf(KIND, b).withNamedFields(KIND)))).toEqual([])
      }),
    )
  })
})

test.each(['constructor', 'toString', '__proto__'])('%s is a name like others', (name) => {
  const [none, one] = [{ a: 'b' }, { a: 'b', [name]: 'c' }]
  expect(texts(compareObjects(mapOf(STRING), none, one).added)).toEqual([`f:${name}`])
  expect(texts(compareObjects(mapOf(STRING), one, none).removed)).toEqual([`f:${name}`])
})

describe('cases', () => {
  test.each([
    ['a scalar changes', { replicas: 1 }, { replicas: 2 }, { ...nothing, modified: ['f:replicas'] }],
    ['1 and 1.0 are one value, 1 and big 1 too', { replicas: 1 }, { replicas: 1n }, nothing],
    ['a text is no number', { free: { p: '1' } }, { free: { p: 1 } }, { ...nothing, modified: ['f:free f:p'] }],
    ['null appears', {}, { replicas: null }, { ...nothing, added: ['f:replicas'] }],
    ['an atomic list changes as a whole', { args: ['a'] }, { args: ['a', 'b'] }, { ...nothing, modified: ['f:args'] }],
    ['an atomic map too', { selector: { a: '1' } }, { selector: { a: '1', b: '2' } }, { ...nothing, modified: ['f:selector'] }],
    [
      'an item goes, another comes',
      { containers: [{ name: 'a', image: 'i' }] },
      { containers: [{ name: 'b' }] },
      {
        removed: ['f:containers k:{"name":"a"}', 'f:containers k:{"name":"a"} f:image', 'f:containers k:{"name":"a"} f:name'],
        modified: [],
        added: ['f:containers k:{"name":"b"}', 'f:containers k:{"name":"b"} f:name'],
      },
    ],
    ['order is no difference', { containers: [{ name: 'a' }, { name: 'b' }] }, { containers: [{ name: 'b' }, { name: 'a' }] }, nothing],
    [
      'a default spelled out is the same item with one more field',
      { ports: [{ port: 80 }] },
      { ports: [{ port: 80, protocol: 'TCP' }] },
      { ...nothing, added: ['f:ports k:{"port":80,"protocol":"TCP"} f:protocol'] },
    ],
    ['an empty map is a value', {}, { nested: {} }, { ...nothing, added: ['f:nested'] }],
    ['a field that no schema knows is nobody’s', {}, { unknown: 1 }, nothing],
    [
      'a second item of one name makes the name one value',
      { containers: [{ name: 'a' }] },
      { containers: [{ name: 'a' }, { name: 'a', image: 'x' }] },
      {
        removed: ['f:containers k:{"name":"a"}', 'f:containers k:{"name":"a"} f:name'],
        modified: [],
        added: ['f:containers k:{"name":"a"}'],
      },
    ],
    [
      'items of one name change',
      { containers: [{ name: 'a' }, { name: 'a' }] },
      { containers: [{ name: 'a' }, { name: 'a', image: 'x' }] },
      { ...nothing, modified: ['f:containers k:{"name":"a"}'] },
    ],
    [
      'one of two of a name goes',
      { containers: [{ name: 'a' }, { name: 'a' }] },
      { containers: [{ name: 'a' }] },
      {
        removed: ['f:containers k:{"name":"a"}'],
        modified: [],
        added: ['f:containers k:{"name":"a"}', 'f:containers k:{"name":"a"} f:name'],
      },
    ],
    [
      'untyped data is compared by what it is',
      { free: { q: [1] } },
      { free: { q: { a: 1 } } },
      { ...nothing, added: ['f:free f:q f:a'], modified: ['f:free f:q'] },
    ],
  ])('%s', (_, left, right, result) => {
    expect(found(left, right)).toEqual(result)
  })

  test('what is new is listed with every field, to the leaves', () => {
    expect(found({}, { nested: { b: { c: '1' } } }).added).toEqual(['f:nested', 'f:nested f:b', 'f:nested f:b f:c'])
  })
})

test('fields and items that are taken out do not stand there any more', () => {
  fc.assert(
    fc.property(objects, objects, (a, b) => {
      const gone = fieldsOf(KIND, a).intersection(fieldsOf(KIND, b))
      const left = withoutItems(KIND, a, gone)
      expect(texts(fieldsOf(KIND, left).intersection(gone))).toEqual([])
    }),
  )
})
