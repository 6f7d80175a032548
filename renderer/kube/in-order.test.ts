import { expect, test } from 'vitest'
import { inOrder } from './in-order.ts'

test('what comes in any order stands in one', () => {
  const known = new Map([
    ['services', 3],
    ['secrets', 0],
    ['elsewhere', 9],
    ['namespaces', 1],
  ])
  expect([...inOrder(['namespaces', 'secrets', 'nodes', 'services'], known)]).toEqual([
    ['namespaces', 1],
    ['secrets', 0],
    ['services', 3],
  ])
})
