import { expect, test } from 'vitest'
import { scheme } from '../scheme/index.ts'
import { groupsWith } from './groups.ts'
import type { Delegate } from './snapshot.ts'

const BUILT_IN = scheme.groups
const delegate = (group: string, version: string, groupPriority: number, versionPriority = 15): Delegate =>
  ({ group, version, groupPriority, versionPriority, resources: [] }) as unknown as Delegate
const names = (...delegates: Delegate[]): string[] => groupsWith(BUILT_IN, [], delegates).map(({ name }) => name)
const own = BUILT_IN.map(({ name }) => name)

test('groups of other servers stand where the highest priority of their versions puts them', () => {
  const before = (name: string, made: string[]): string | undefined => made[made.indexOf(name) - 1]
  const last = names(delegate('a.io', 'v1', 1))
  expect(last).toEqual([...own, 'a.io'])
  const first = names(delegate('a.io', 'v1', 20_000), delegate('a.io', 'v1alpha1', 1), delegate('b.io', 'v1', 17_350))
  expect(before('a.io', first)).toBe('apiregistration.k8s.io')
  expect(before('b.io', first)).toBe('batch')
  expect(first.filter((name) => !name.endsWith('.io') || own.includes(name))).toEqual(own)
  // Of one priority, by name.
  const equal = names(delegate('a.io', 'v1', 17_400), delegate('z.io', 'v1', 17_400))
  expect(equal.slice(equal.indexOf('batch') - 1, equal.indexOf('batch') + 2)).toEqual(['a.io', 'batch', 'z.io'])
})

test('one more version may raise a built-in group, and never lowers it', () => {
  expect(names(delegate('batch', 'v9', 1))).toEqual(own)
  const raised = names(delegate('batch', 'v9', 19_000))
  expect(raised.indexOf('batch')).toBe(raised.indexOf('apiregistration.k8s.io') + 1)
  expect(raised.filter((name) => name !== 'batch')).toEqual(own.filter((name) => name !== 'batch'))
})
