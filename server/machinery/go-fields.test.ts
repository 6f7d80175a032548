import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GoFields } from './go-fields.ts'

const of = (value: object): GoFields => new GoFields(value as Record<string, unknown>, 'Status')

test('what is missing or null is zero', () => {
  for (const value of [{}, { a: null }]) {
    const fields = of(value)
    expect([
      fields.text('a'),
      fields.bool('a'),
      fields.texts('a'),
      fields.textLists('a'),
      fields.optional('a'),
      fields.objects('a'),
    ]).toEqual([...['', false, [], {}, undefined, []]])
    expect(fields.object('a').text('b')).toBe('')
  }
  expect(of({ a: [null, 'x'], b: { c: null, d: ['e', null] } }).texts('a')).toEqual(['', 'x'])
  expect(of({ b: { c: null, d: ['e', null] } }).textLists('b')).toEqual({ c: [], d: ['e', ''] })
})

test.each([
  [{ a: 1 }, (f: GoFields) => f.text('a'), 'number into Go struct field Status.a of type string'],
  [{ a: 'x' }, (f: GoFields) => f.bool('a'), 'string into Go struct field Status.a of type bool'],
  [{ a: {} }, (f: GoFields) => f.texts('a'), 'object into Go struct field Status.a of type []string'],
  [{ a: [true] }, (f: GoFields) => f.texts('a'), 'bool into Go struct field Status.a of type string'],
  [{ a: [] }, (f: GoFields) => f.object('a', 'User'), 'array into Go struct field Status.a of type User'],
  [{ a: { b: 1 } }, (f: GoFields) => f.object('a', 'User').text('b'), 'number into Go struct field User.a.b of type string'],
  [{ a: { b: 'x' } }, (f: GoFields) => f.textLists('a', 'v1.Extra'), 'string into Go struct field Status.a of type v1.Extra'],
  [{ a: ['x'] }, (f: GoFields) => f.objects('a'), 'string into Go struct field Status.a of type Status'],
])('%j is refused', (value, read, words) => {
  expect(() => read(of(value))).toThrow(`json: cannot unmarshal ${words}`)
})

test('no value makes a reader give something of another type', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (a) => {
      const read = <T>(f: (fields: GoFields) => T): T | undefined => {
        try {
          return f(of({ a }))
        } catch (e) {
          expect((e as Error).message).toMatch(/^json: cannot unmarshal /)
          return undefined
        }
      }
      expect(typeof (read((f) => f.text('a')) ?? '')).toBe('string')
      for (const text of read((f) => f.texts('a')) ?? []) expect(typeof text).toBe('string')
      for (const list of Object.values(read((f) => f.textLists('a')) ?? {})) for (const text of list) expect(typeof text).toBe('string')
    }),
  )
})
