import { growth } from '../machinery/testing/steps.ts'
import { expect, test } from 'vitest'
import { FieldSet } from './field-set.ts'
import { cappedManagers, keyOf, managerId, type Managers } from './managed-fields.ts'

const updaters = (n: number): Managers =>
  new Map(
    Array.from({ length: n }, (_, i) => {
      const id = managerId(`u${i}`, 'Update', 'v1', '')
      return [keyOf(id), { id, apiVersion: 'v1', set: FieldSet.of(['f:data', `f:${i}`]), time: '2026-01-01T00:00:00Z' }] as const
    }),
  )

test('twice as many updaters of an object are put together in at most twice the time', () => {
  expect(growth(1000, updaters, cappedManagers)).toBeLessThan(2.4)
})
