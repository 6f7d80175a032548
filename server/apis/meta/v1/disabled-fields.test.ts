import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../../../machinery/types.ts'
import { disabledFields } from './disabled-fields.ts'

const drop = disabledFields([
  { gate: 'One', paths: ['spec.one', 'spec.list[].one', 'spec.map{}.one'] },
  { gate: 'Two', paths: ['spec.list[].deep.two'], emptied: true },
])
const object = (spec: unknown): KubeObject => ({ metadata: { name: 'a' }, spec }) as unknown as KubeObject

function dropped(spec: unknown, old?: unknown): unknown {
  const obj = object(spec)
  drop(obj, old === undefined ? undefined : object(old))
  return obj.spec
}

describe('fields of features that are off', () => {
  test('go, in lists and maps too', () => {
    expect(dropped({ one: 1, a: 1, list: [{ one: 1 }, { b: 2 }, null], map: { x: { one: 1, c: 3 } } })).toEqual({
      ...{ a: 1, list: [{}, { b: 2 }, null], map: { x: { c: 3 } } },
    })
  })

  test('with the object that is left empty, where that is so', () => {
    expect(dropped({ list: [{ deep: { two: 1 } }, { deep: { two: 1, more: 2 } }, { deep: {} }] })).toEqual({
      list: [{}, { deep: { more: 2 } }, { deep: {} }],
    })
  })

  test('stay with a value that is not of the feature', () => {
    const without = disabledFields([{ gate: 'One', paths: ['spec.list[].policy!Always', 'spec.other'] }])
    const left = (spec: unknown, old?: unknown): unknown => {
      const obj = object(spec)
      without(obj, old === undefined ? undefined : object(old))
      return obj.spec
    }
    const list = [{ policy: 'Always' }, { policy: 'Never' }]
    expect(left({ list, other: 1 })).toEqual({ list: [{ policy: 'Always' }, {}] })
    const always = { list: [{ policy: 'Always' }] }
    expect(left({ ...always, other: 1 }, always)).toEqual(always)
    expect(left({ other: 1 }, { list: [{ policy: 'Never' }] })).toEqual({ other: 1 })
  })

  test('stay where the object has some of the same feature already', () => {
    expect(dropped({ one: 1, list: [{ one: 2, deep: { two: 3 } }] }, { list: [{ one: 1 }] })).toEqual({ one: 1, list: [{ one: 2 }] })
    expect(dropped({ one: [1] }, { one: [] })).toEqual({})
    expect(dropped({ one: 1 }, { one: null })).toEqual({})
    expect(dropped({ one: 1 }, { a: 1 })).toEqual({})
  })

  test('that are of another type than the table says are left to validation', () => {
    expect(dropped({ list: 'text', map: [{ one: 1 }] })).toEqual({ list: 'text', map: [{}] })
    expect(dropped(null)).toBe(null)
  })
})
