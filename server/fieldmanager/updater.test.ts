import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { atOnce } from '../machinery/slice.ts'
import { FieldSet } from './field-set.ts'
import { keyOf, managerId, type Managers, type Owned } from './managed-fields.ts'
import { dense, KIND } from './testing/arbitraries.ts'
import { compareObjects, fieldsOf } from './testing/at-once.ts'
import { Updater, type TypedVersion } from './updater.ts'

const AT: TypedVersion = { apiVersion: 'v1', structure: KIND }
const updater = new Updater({
  version: (apiVersion) => (apiVersion === 'v1' ? AT : undefined),
  *convert(given) {
    yield
    return [...given]
  },
})
const owner = (manager: string, set: FieldSet): [string, Owned] => {
  const id = managerId(manager, 'Update', 'v1', '')
  return [keyOf(id), { id, apiVersion: 'v1', set, time: undefined }]
}
const [WRITER] = owner('writer', new FieldSet())

/** Paths of every manager once the writer has what it changed. */
function after(live: unknown, next: unknown, managers: Managers, writer: string | undefined): Record<string, string[]> {
  const { managers: left, owned } = atOnce(updater.update(live, next, AT, managers, writer))
  const all = new Map([...left].map(([key, { set }]) => [key, set]))
  if (!owned.empty) all.set(WRITER, all.get(WRITER)?.union(owned) ?? owned)
  return Object.fromEntries([...all].map(([key, set]) => [key, [...set.paths()].map((p) => p.join(' ')).sort()]))
}

/** So much of a set as the bits say, path by path. */
const some = (set: FieldSet, bits: readonly boolean[]): FieldSet =>
  FieldSet.of(...[...set.paths()].filter((_, i) => bits[i % bits.length] === true))

const bits = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 })

describe('an updater that takes nothing from others', () => {
  test('owns what it owned, and so do others, as if all had been worked out', () => {
    let kept = 0
    fc.assert(
      fc.property(dense, dense, bits, bits, fc.boolean(), (live, next, first, second, ownsChanges) => {
        const all = fieldsOf(KIND, live).withNamedFields(KIND)
        const { modified, added } = compareObjects(KIND, live, next)
        const changed = modified.union(added)
        const mine = some(all, first)
        const theirs = ownsChanges ? some(all, second).difference(changed) : some(all, second)
        const managers: Managers = new Map([owner('writer', mine), owner('other', theirs)])
        const { managers: same } = atOnce(updater.update(live, next, AT, managers, WRITER))
        if (same.get(WRITER)?.set === mine) kept++
        expect(after(live, next, managers, WRITER)).toEqual(after(live, next, managers, undefined))
      }),
      { numRuns: 500 },
    )
    expect(kept).toBeGreaterThan(0)
  })

  test('keeps the very set, whose bytes are made already', () => {
    const live = { spec: { replicas: 1, nested: { a: 'x' } } }
    const mine = fieldsOf(KIND, live)
    const managers: Managers = new Map([owner('writer', mine)])
    const { managers: left } = atOnce(updater.update(live, { spec: { replicas: 2, nested: { a: 'x' } } }, AT, managers, WRITER))
    expect(left.get(WRITER)!.set).toBe(mine)
  })
})

test('what is owned in another version is compared there', () => {
  const V2: TypedVersion = { apiVersion: 'v2', structure: KIND }
  const renaming = new Updater({
    version: (apiVersion) => [AT, V2].find((v) => v.apiVersion === apiVersion),
    // spec.replicas of v1 is spec.nested.b.d of v2.
    *convert(given, from) {
      yield
      return (given as { spec: { replicas: number } }[]).map(({ spec }) => {
        expect(from).toBe(AT)
        return { spec: { nested: { b: { d: spec.replicas } } } }
      })
    },
  })
  const id = managerId('other', 'Update', 'v2', '')
  const set = fieldsOf(KIND, { spec: { nested: { b: { d: 1 } } } })
  const managers: Managers = new Map([[keyOf(id), { id, apiVersion: 'v2', set, time: undefined }]])
  const { managers: left } = atOnce(renaming.update({ spec: { replicas: 1 } }, { spec: { replicas: 2 } }, AT, managers, WRITER))
  expect([...left]).toEqual([])
})

describe('sets', () => {
  test('one includes another when nothing is left of it, and they are disjoint when they have nothing in common', () => {
    fc.assert(
      fc.property(dense, bits, bits, (object, first, second) => {
        const all = fieldsOf(KIND, object).withNamedFields(KIND)
        const [a, b] = [some(all, first), some(all, second)]
        expect(a.includes(b)).toBe(b.difference(a).empty)
        expect(a.isDisjoint(b)).toBe(a.intersection(b).empty)
      }),
    )
  })
})
