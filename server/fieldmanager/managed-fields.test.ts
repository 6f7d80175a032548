import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FieldSet } from './field-set.ts'
import {
  cappedManagers,
  decodeManagers,
  encodeManagers,
  isEntries,
  isReset,
  keyOf,
  managerId,
  type ManagedFieldsEntry,
  type Managers,
  type Owned,
} from './managed-fields.ts'
import { sets } from './testing/arbitraries.ts'

const at = (s: number): string => `2026-01-01T00:00:${String(s).padStart(2, '0')}Z`
const entry = (fields: Partial<ManagedFieldsEntry>): ManagedFieldsEntry => ({
  manager: 'm',
  operation: 'Update',
  apiVersion: 'v1',
  time: at(0),
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:data': {} },
  ...fields,
})

function managers(...all: (Partial<Owned> & { name: string; operation?: 'Apply' | 'Update'; subresource?: string })[]): Managers {
  return new Map(
    all.map(({ name, operation = 'Update', subresource = '', apiVersion = 'v1', set = FieldSet.of(['f:a']), time = at(0) }) => {
      const id = managerId(name, operation, apiVersion, subresource)
      return [keyOf(id), { id, apiVersion, set, time }] as const
    }),
  )
}

describe('entries', () => {
  test('round trip', () => {
    const one = fc.record({
      name: fc.constantFrom('a', 'b', ''),
      operation: fc.constantFrom('Apply' as const, 'Update' as const),
      subresource: fc.constantFrom('', 'status'),
      apiVersion: fc.constantFrom('v1', 'apps/v1'),
      set: sets,
      time: fc.integer({ min: 0, max: 59 }).map(at),
    })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 6 }), (all) => {
        const text = JSON.stringify(encodeManagers(managers(...all)))
        expect(JSON.stringify(encodeManagers(decodeManagers(JSON.parse(text) as ManagedFieldsEntry[])))).toBe(text)
      }),
    )
  })

  test('order: appliers, then time, name, version, subresource', () => {
    const all = managers(
      { name: 'b', time: at(1) },
      { name: 'c', time: at(2) },
      { name: 'b', time: at(1), subresource: 'status' },
      { name: 'a', time: at(1), apiVersion: 'v2' },
      { name: 'a', time: at(1) },
      { name: 'z', operation: 'Apply', time: at(9) },
    )
    expect(encodeManagers(all).map((e) => [e.manager, e.apiVersion, e.subresource ?? ''])).toEqual([
      ['z', 'v1', ''],
      ['a', 'v1', ''],
      ['a', 'v2', ''],
      ['b', 'v1', ''],
      ['b', 'v1', 'status'],
      ['c', 'v1', ''],
    ])
  })

  test('fields in the order of Go’s struct; what is empty is left out', () => {
    expect(JSON.stringify(encodeManagers(managers({ name: 'm', subresource: 'status' })))).toBe(
      '[{"manager":"m","operation":"Update","apiVersion":"v1","time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:a":{}},"subresource":"status"}]',
    )
    expect(encodeManagers(decodeManagers([{ operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1' }]))).toEqual([
      { operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} },
    ])
  })

  test('appliers are told apart by name and subresource, updaters by version too', () => {
    const both = (operation: 'Apply' | 'Update'): number =>
      decodeManagers([entry({ operation }), entry({ operation, apiVersion: 'v2' })]).size
    expect([both('Apply'), both('Update')]).toEqual([1, 2])
    expect(decodeManagers([entry({}), entry({ subresource: 'status' }), entry({ manager: 'n' })]).size).toBe(3)
  })

  test.each([
    ['no operation', { operation: '' }, 'operation must be `Apply` or `Update`'],
    ['another operation', { operation: 'Delete' }, 'operation must be `Apply` or `Update`'],
    ['no version', { apiVersion: '' }, 'apiVersion must not be empty'],
    ['no type', { fieldsType: '' }, 'missing fieldsType in managed fields entry 0'],
    ['another type', { fieldsType: 'FieldsV2' }, 'invalid fieldsType "FieldsV2" in managed fields entry 0'],
  ])('refused: %s', (_, fields, why) => {
    expect(() => decodeManagers([entry(fields as Partial<ManagedFieldsEntry>)])).toThrow(new TypeError(why))
  })

  test.each([
    [[], true],
    [[{}], true],
    [[null], true],
    [[{}, {}], false],
    [[entry({})], false],
    [undefined, false],
    [null, false],
  ])('reset %j: %s', (entries, reset) => {
    expect(isReset(entries)).toBe(reset)
  })

  test('a manager without a name is unknown', () => {
    expect(managerId('', 'Update', 'v1', '').manager).toBe('unknown')
  })
})

describe('no more than ten updaters', () => {
  const updaters = (n: number, f: (i: number) => object = () => ({})): Managers =>
    managers(...Array.from({ length: n }, (_, i) => ({ name: `u${i}`, time: at(i), set: FieldSet.of([`f:${i}`]), ...f(i) })))
  const seen = (m: Managers): string[] =>
    encodeManagers(m).map((e) => `${e.manager} ${e.apiVersion} ${e.time?.slice(-3, -1)} ${Object.keys(e.fieldsV1 ?? {}).join()}`)

  test('ten stay as they are', () => {
    const ten = updaters(10)
    expect(cappedManagers(ten)).toBe(ten)
  })

  test('of eleven, the two oldest become one, with the younger’s time', () => {
    const out = seen(cappedManagers(updaters(11)))
    expect(out).toHaveLength(10)
    expect(out.slice(0, 2)).toEqual(['ancient-changes v1 01 f:0,f:1', 'u2 v1 02 f:2'])
  })

  test('an earlier bucket takes the next ones', () => {
    const first = new Map([...cappedManagers(updaters(11)), ...managers({ name: 'u11', time: at(11), set: FieldSet.of(['f:11']) })])
    expect(seen(cappedManagers(first)).slice(0, 2)).toEqual(['ancient-changes v1 02 f:0,f:1,f:2', 'u3 v1 03 f:3'])
  })

  test('each version has a bucket of its own; a version with one updater keeps it', () => {
    const out = seen(cappedManagers(updaters(12, (i) => (i === 0 ? { apiVersion: 'v0' } : i === 3 ? { apiVersion: 'v2' } : {}))))
    expect(out).toHaveLength(10)
    expect(out.slice(0, 3)).toEqual(['u0 v0 00 f:0', 'u3 v2 03 f:3', 'ancient-changes v1 04 f:1,f:2,f:4'])
  })

  test('appliers do not count and are never put together', () => {
    const all = new Map([
      ...updaters(10),
      ...managers(...Array.from({ length: 12 }, (_, i) => ({ name: `a${i}`, operation: 'Apply' as const }))),
    ])
    expect(cappedManagers(all)).toBe(all)
  })

  test('nobody’s fields are lost, whatever the times', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 59 }), { minLength: 11, maxLength: 20 }), (times) => {
        const out = cappedManagers(updaters(times.length, (i) => ({ time: at(times[i]!) })))
        const owned = [...out.values()].reduce((all, o) => all.union(o.set), new FieldSet())
        expect(out.size).toBe(10)
        expect([...owned.paths()]).toHaveLength(times.length)
      }),
    )
  })
})

test('entries are a list of maps, whose fields are of their types', () => {
  const right = [[], [{}], [{}, {}], [{ manager: 'm', time: '2020-01-01T00:00:00Z', fieldsV1: 7 }], [{ manager: null, time: null }]]
  expect(right.map(isEntries)).toEqual(Array(5).fill(true))
  expect([undefined, null, '*', {}, [1], [{}, null], [[]]].map(isEntries)).toEqual(Array(7).fill(false))
  const wrong = [{ operation: 100 }, { time: 'default' }, { time: '' }, { time: 3 }, { subresource: {} }]
  expect(wrong.map((entry) => isEntries([entry]))).toEqual(Array(5).fill(false))
})
