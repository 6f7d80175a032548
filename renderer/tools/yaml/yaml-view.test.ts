import fc from 'fast-check'
import { expect, test } from 'vitest'
import { smallestChange, withoutManagedFields } from './change.ts'

test('applying the change to the one text gives the other', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n') })
  fc.assert(
    fc.property(text, text, (before, after) => {
      const change = smallestChange(before, after)
      if (!change) expect(before).toBe(after)
      else expect(before.slice(0, change.from) + change.insert + before.slice(change.to)).toBe(after)
    }),
  )
})

test('managedFields are left out of a copy', () => {
  const object = { metadata: { name: 'a', managedFields: [1] }, spec: {} }
  expect(withoutManagedFields(object)).toEqual({ metadata: { name: 'a' }, spec: {} })
  expect(object.metadata.managedFields).toEqual([1])
})
