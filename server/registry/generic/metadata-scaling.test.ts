import { growth } from '../../machinery/testing/steps.ts'
import { expect, test } from 'vitest'
import type { ObjectMeta } from '../../machinery/types.ts'
import { dedupeOwners } from './metadata.ts'

const owner = (uid: string) => ({ apiVersion: 'v1', kind: 'Pod', name: 'p', uid })

test.each<[string, (i: number) => string]>([
  ['different owners', (i) => `u${i}`],
  ['equal owners', () => 'u'],
  ['pairs of owners', (i) => `u${i >> 1}`],
])('twice as many %s take twice as long', (_, uid) => {
  const make = (n: number): ObjectMeta => ({ ownerReferences: Array.from({ length: n }, (_, i) => owner(uid(i))) })
  expect(growth(1000, make, (meta) => dedupeOwners({ ...meta }, () => {}))).toBeLessThan(2.2)
})

test('equal owners are kept once, and named', () => {
  const meta: ObjectMeta = { ownerReferences: [owner('a'), owner('b'), owner('a'), { ...owner('a'), name: 'q' }] }
  const warned: string[] = []
  dedupeOwners(meta, (text) => warned.push(text))
  expect(meta.ownerReferences).toEqual([owner('a'), owner('b'), { ...owner('a'), name: 'q' }])
  expect(warned).toEqual([expect.stringMatching(/duplicate UID\(s\) observed: a$/)])
})
