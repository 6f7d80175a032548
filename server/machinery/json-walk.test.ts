import { expect, test } from 'vitest'
import { ensureObject, fillUnset, fillZero, isSet, listAt, numberAt, objectAt, objectsAt, textAt, textsAt, valueAt } from './json-walk.ts'

const obj = { a: { b: { c: 'x', n: 0, big: 9007199254740993n, list: [{ d: 1 }, null, 'y'], none: null } }, top: 't' }

test('readers find what is there', () => {
  expect(valueAt(obj, 'a.b.c')).toBe('x')
  expect(valueAt(obj, 'top')).toBe('t')
  expect(textAt(obj, 'a.b.c')).toBe('x')
  expect(numberAt(obj, 'a.b.n')).toBe(0)
  expect(numberAt(obj, 'a.b.big')).toBe(9007199254740993n)
  expect(objectAt(obj, 'a.b')).toBe(obj.a.b)
  expect(listAt(obj, 'a.b.list')).toBe(obj.a.b.list)
  expect(objectsAt(obj, 'a.b.list')).toEqual([{ d: 1 }])
  expect(textsAt({ t: ['a'] }, 't')).toEqual(['a'])
})

test.each(['x', 'a.x.y', 'top.length.x', 'a.b.none.x', 'a.b.list.x'])('nothing at %s', (path) => {
  expect([valueAt(obj, path), objectAt(obj, path), numberAt(obj, path)]).toEqual([undefined, undefined, undefined])
  expect([listAt(obj, path), objectsAt(obj, path), textsAt(obj, path), textAt(obj, path), isSet(obj, path)]).toEqual([
    [],
    [],
    [],
    '',
    false,
  ])
  for (const none of [undefined, null, 5, 'text']) expect(valueAt(none, path)).toBeUndefined()
})

test('values of another type are not taken for what they are not', () => {
  expect(objectAt(obj, 'a.b.list')).toBeUndefined()
  expect(objectAt(obj, 'a.b.none')).toBeUndefined()
  expect([textAt(obj, 'a.b.n'), numberAt(obj, 'a.b.c'), listAt(obj, 'a.b')]).toEqual(['', undefined, []])
  expect([isSet(obj, 'a.b.n'), isSet(obj, 'a.b.none')]).toEqual([true, false])
})

test('fillUnset leaves zeros, fillZero does not; what is filled in is a copy', () => {
  const values = { zero: 1, empty: 'e', no: true, none: 2, missing: ['m'] }
  const start = (): Record<string, unknown> => ({ zero: 0, empty: '', no: false, none: null })
  const [unset, zero] = [start(), start()]
  fillUnset(unset, values)
  fillZero(zero, values)
  expect(unset).toEqual({ zero: 0, empty: '', no: false, none: 2, missing: ['m'] })
  expect(zero).toEqual(values)
  expect(zero.missing).not.toBe(values.missing)
  expect(() => (fillUnset(undefined, values), fillZero(undefined, values))).not.toThrow()
})

test('ensureObject returns the object that is there, or puts one', () => {
  const target: Record<string, unknown> = { has: { a: 1 } }
  expect(ensureObject(target, 'has')).toBe(target.has)
  ensureObject(target, 'new').b = 2
  expect(target.new).toEqual({ b: 2 })
})
