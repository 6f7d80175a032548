import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonNumber } from '../machinery/numbers.ts'
import { FieldSet } from './field-set.ts'
import { sameValue } from './structure.ts'
import { KIND, objects } from './testing/arbitraries.ts'
import { checkObject, fieldsOf, mergeObjects, withoutItems } from './testing/at-once.ts'

const merged = (left: unknown, right: unknown): unknown => (mergeObjects(KIND, { spec: left }, { spec: right }) as { spec: unknown }).spec
const names = (...all: string[]): { containers: { name: string }[] } => ({ containers: all.map((name) => ({ name })) })

describe('laws', () => {
  test('an object laid over itself changes nothing', () => {
    fc.assert(
      fc.property(objects, (o) => {
        expect(mergeObjects(KIND, o, structuredClone(o))).toEqual(o)
      }),
    )
  })

  test('twice is once, and neither side is changed', () => {
    fc.assert(
      fc.property(objects, objects, (a, b) => {
        const before = JSON.stringify([a, b])
        const once = mergeObjects(KIND, a, b)
        expect(mergeObjects(KIND, once, b)).toEqual(once)
        expect(JSON.stringify([a, b])).toBe(before)
      }),
    )
  })

  test('every field of both is in it', () => {
    fc.assert(
      fc.property(objects, objects, (a, b) => {
        const whole = fieldsOf(KIND, mergeObjects(KIND, a, b))
        const [mine, theirs] = [fieldsOf(KIND, b).withNamedFields(KIND), fieldsOf(KIND, a).withNamedFields(KIND)]
        expect(mine.union(theirs).difference(whole.withNamedFields(KIND)).empty).toBe(true)
      }),
    )
  })

  test('an object without all that it says is nothing, and without nothing is itself', () => {
    fc.assert(
      fc.property(objects, (o) => {
        expect(withoutItems(KIND, o, new FieldSet())).toEqual(o)
        expect(withoutItems(KIND, o, fieldsOf(KIND, o).withNamedFields(KIND))).toBeUndefined()
      }),
    )
  })
})

/** Each beginning of the second list says which order the reference gives (structured-merge-diff, merge of associative lists). */
describe('lists with keys keep an order', () => {
  test.each([
    ['new ones at the end', 'ab', 'abc', 'abc'],
    ['new ones before, as the partial object has them', 'ab', 'ca', 'cab'],
    ['the partial object’s order wins among shared ones', 'abc', 'ca', 'bca'],
    ['others keep their place before a shared one', 'axb', 'ab', 'axb'],
    ['all turned round', 'abc', 'cba', 'cba'],
    ['nothing shared: the live ones first', 'ab', 'cd', 'abcd'],
    ['a single one in the middle', 'abc', 'b', 'abc'],
    ['between two shared ones', 'ab', 'axb', 'axb'],
    ['two moved', 'abcd', 'dxb', 'acdxb'],
  ])('%s', (_, live, applied, result) => {
    expect(merged(names(...live), names(...applied))).toEqual(names(...result))
  })

  test('no item is lost or doubled, and shared ones come in the order of the partial object', () => {
    const list = fc.uniqueArray(fc.constantFrom(...'abcdef'), { maxLength: 6 })
    fc.assert(
      fc.property(list, list, (live, applied) => {
        const out = (merged(names(...live), names(...applied)) as { containers: { name: string }[] }).containers.map((c) => c.name)
        expect([...out].sort()).toEqual([...new Set([...live, ...applied])].sort())
        expect(out.filter((n) => applied.includes(n))).toEqual(applied)
        expect(out.filter((n) => !applied.includes(n))).toEqual(live.filter((n) => !applied.includes(n)))
      }),
    )
  })

  test('duplicates stay unless the partial object has one of their name', () => {
    const live = { containers: [{ name: 'a', image: '1' }, { name: 'a', image: '2' }, { name: 'b' }] }
    expect(merged(live, names('b'))).toEqual(live)
    expect(merged(live, { containers: [{ name: 'a', image: '3' }] })).toEqual({ containers: [{ name: 'a', image: '3' }, { name: 'b' }] })
  })

  test('sets are put together', () => {
    expect(mergeObjects(KIND, { metadata: { finalizers: ['a', 'b'] } }, { metadata: { finalizers: ['c', 'a'] } })).toEqual({
      metadata: { finalizers: ['c', 'a', 'b'] },
    })
  })

  test('n items take n steps', () => {
    const count = (n: number): number => {
      let steps = 0
      const item = (i: number): object =>
        new Proxy(
          { name: `n${i}` },
          {
            getOwnPropertyDescriptor: (o, k) => (steps++, Reflect.getOwnPropertyDescriptor(o, k)),
            get: (o, k) => (steps++, Reflect.get(o, k)),
          },
        )
      merged({ containers: Array.from({ length: n }, (_, i) => item(i)) }, { containers: Array.from({ length: n }, (_, i) => item(n - i)) })
      return steps
    }
    expect(count(400)).toBeLessThanOrEqual(2.1 * count(200))
  })
})

describe('what is replaced and what is merged', () => {
  test.each([
    ['an atomic list', { args: ['a'] }, { args: ['b'] }, { args: ['b'] }],
    ['an atomic map', { selector: { a: '1' } }, { selector: { b: '2' } }, { selector: { b: '2' } }],
    ['a map', { nested: { a: '1', b: { c: '1' } } }, { nested: { b: { d: 1 } } }, { nested: { a: '1', b: { c: '1', d: 1 } } }],
    ['null is a value', { replicas: 1 }, { replicas: null }, { replicas: null }],
    ['an empty map over a map leaves it', { nested: { a: '1' } }, { nested: {} }, { nested: { a: '1' } }],
    [
      'a field called __proto__',
      { free: {} },
      JSON.parse('{"free":{"__proto__":"x"}}') as object,
      JSON.parse('{"free":{"__proto__":"x"}}') as object,
    ],
  ])('%s', (_, live, applied, result) => {
    const out = merged(live, applied)
    expect(out).toEqual(result)
    expect(Object.keys((out as { free?: object }).free ?? {})).toEqual(Object.keys((result as { free?: object }).free ?? {}))
  })
})

describe('what a partial object breaks', () => {
  test('is told of what is nested deeper than the stack is', () => {
    const levels = 50_000
    let deep: unknown = 1
    for (let i = 0; i < levels; i++) deep = i % 2 === 0 ? { a: deep } : [deep]
    const [text] = checkObject(KIND, { spec: { nested: { a: deep } } })
    expect(text).toContain(
      '.spec.nested.a: expected string, got &value.valueUnstructured{Value:[]interface {}{map[string]interface {}{"a":[',
    )
    expect(text!.split('{"a":')).toHaveLength(levels / 2 + 1)
    expect(checkObject(KIND, { spec: { paused: deep } })[0]).toContain('expected boolean, got &{[map[a:[map[a:')
  })

  test.each([
    ['a field that is not declared', { x: 1 }, ['.spec.x: field not declared in schema']],
    ['a text for a number', { replicas: 'a' }, ['.spec.replicas: expected numeric (int or float), got string']],
    ['a number for a text', { nested: { a: 1 } }, ['.spec.nested.a: expected string, got &value.valueUnstructured{Value:1}']],
    ['a text for a boolean', { paused: 'yes' }, ['.spec.paused: expected boolean, got &{yes}']],
    ['a list for a map', { nested: [1] }, ['.spec.nested: expected map, got &{[1]}']],
    ['a number for a map, with a spelling of its own', { nested: new JsonNumber('1E-2') }, ['.spec.nested: expected map, got &{0.01}']],
    ['a map for a list', { args: { a: 1 } }, ['.spec.args: expected list, got &{map[a:1]}']],
    [
      'an item without its key',
      { containers: [{ image: 'x' }] },
      [
        `.spec.containers: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn't have default values for any key fields)`,
      ],
    ],
    ['two items of one name', names('a', 'a'), ['.spec.containers: duplicate entries for key [name="a"]']],
    [
      'a default and the same spelled out',
      { ports: [{ port: 1 }, { port: 1, protocol: 'TCP' }] },
      ['.spec.ports: duplicate entries for key [port=1,protocol="TCP"]'],
    ],
    [
      'something inside an item',
      { containers: [{ name: 'a', image: 1 }] },
      ['.spec.containers[name="a"].image: expected string, got &value.valueUnstructured{Value:1}'],
    ],
    ['something inside a list without names', { args: [1] }, ['.spec.args[0]: expected string, got &value.valueUnstructured{Value:1}']],
    ['nulls are fine', { replicas: null, nested: null, args: null, containers: null }, []],
    [
      'two of them',
      { paused: 1, replicas: true },
      ['.spec.paused: expected boolean, got &{1}', '.spec.replicas: expected numeric (int or float), got bool'],
    ],
  ])('%s', (_, spec, errors) => {
    expect(checkObject(KIND, { spec })).toEqual(errors)
  })

  test('objects of the kind break nothing', () => {
    fc.assert(
      fc.property(objects, (o) => {
        expect(checkObject(KIND, o)).toEqual([])
      }),
    )
  })
})

describe('equal as data', () => {
  test.each([
    [1, BigInt(1), true],
    ['1', BigInt(1), false],
    [0, -0, true],
    [3, new JsonNumber('3.0'), true],
    ['3.0', new JsonNumber('3.0'), false],
    [new JsonNumber('1e1'), BigInt(10), true],
    [new JsonNumber('1e1'), {}, false],
    [null, undefined, false],
    [[], {}, false],
    [[1, 2], [2, 1], false],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: undefined }, { b: undefined }, false],
    [{}, { a: 1 }, false],
  ])('%o and %o: %s', (a, b, same) => {
    expect([sameValue(a, b), sameValue(b, a)]).toEqual([same, same])
  })
})
