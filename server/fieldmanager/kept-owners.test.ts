import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FieldSet } from './field-set.ts'
import { keptOwners } from './kept-owners.ts'
import { fieldElement } from './path-element.ts'
import { dense, KIND } from './testing/arbitraries.ts'
import { compareObjects, fieldsOf } from './testing/at-once.ts'

const NOBODYS = FieldSet.of([fieldElement('kind')])

/** The same object with some of its scalars changed, and some of its lists cut: `pick` says which. */
function changed(value: unknown, pick: () => boolean): unknown {
  if (Array.isArray(value)) return (pick() ? value.slice(1) : value).map((item) => changed(item, pick))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, changed(item, pick)]))
  if (!pick()) return value
  return typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : typeof value === 'string' ? `${value}x` : value
}

const pairs = fc
  .tuple(dense, dense, fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }), fc.integer({ min: 0, max: 2 }))
  .map(([a, b, picks, how]): [unknown, unknown] => {
    let i = 0
    const rarely = (): boolean => picks[i++ % picks.length]! && i % 3 === 0
    return how === 0 ? [a, b] : [a, changed(structuredClone(a), rarely)]
  })

test('what it says is what the comparison says', () => {
  const seen = { changed: 0, unchanged: 0, compared: 0 }
  fc.assert(
    fc.property(pairs, dense, dense, fc.boolean(), ([live, next], mine, theirs, ownsAll) => {
      const own = fieldsOf(KIND, ownsAll ? live : mine).withNamedFields(KIND)
      const others = ownsAll ? [] : [fieldsOf(KIND, theirs)]
      const answer = keptOwners(KIND, live, next, { own, others, nobodys: NOBODYS })
      const { added, removed, modified } = compareObjects(KIND, live, next)
      const differs = modified.difference(NOBODYS)
      seen[answer ?? 'compared']++
      if (answer === undefined) return
      expect([added, removed].every((set) => set.difference(NOBODYS).empty)).toBe(true)
      expect(differs.empty).toBe(answer === 'unchanged')
      expect(own.includes(differs)).toBe(true)
      for (const other of others) expect(other.isDisjoint(differs)).toBe(true)
    }),
    { numRuns: 2000 },
  )
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20)
})
