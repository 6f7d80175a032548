import { expect, test } from 'vitest'
import { circlesIn, roomsOf, type Imports } from './circles.ts'

const imports = (of: Record<string, string[]>): Imports => new Map(Object.entries(of).map(([from, to]) => [from, new Set(to)]))

test('the shortest way around is told, once', () => {
  const circles = circlesIn(imports({ a: ['b', 'x'], b: ['c', 'd'], c: ['d'], d: ['a'], x: ['y'], y: [] }))
  expect(circles).toEqual([
    ['a', 'b', 'd', 'a'],
    ['c', 'd', 'a', 'b', 'c'],
  ])
  expect(circlesIn(imports({ a: ['b', 'c'], b: ['c'], c: [] }))).toEqual([])
  expect(circlesIn(imports({ a: ['a'] }))).toEqual([['a', 'a']])
})

test('rooms are those of the rules, and tests are in none', () => {
  const files = imports({
    'server/registry/registry.ts': ['server/registry/generic/store.ts', 'server/registry/core/pods/index.ts'],
    'server/registry/core/pods/index.ts': ['server/registry/definition.ts', 'server/apis/core/v1/pod.ts'],
    'server/registry/generic/store.test.ts': ['server/control-plane.ts'],
    'server/control-plane/kinds.ts': ['server/registry/core/pods/index.ts'],
  })
  expect(roomsOf(files)).toEqual(
    imports({
      registry: ['registry-generic', 'registry-resources'],
      'registry-resources': ['registry', 'apis'],
      'server-main': ['registry-resources'],
    }),
  )
  expect(circlesIn(roomsOf(files))).toEqual([['registry', 'registry-resources', 'registry']])
})
