import { expect, test } from 'vitest'
import type { ReplicaSet } from '../../client/objects.ts'
import { available } from './math.ts'

test('pods that a set is about to lose are not counted on', () => {
  const set = (replicas: number, availableReplicas?: number): ReplicaSet => ({
    ...{ metadata: { name: 's' }, spec: { replicas } },
    status: { replicas: 5, ...(availableReplicas === undefined ? {} : { availableReplicas }) },
  })
  expect([set(3), set(3, 2), set(3, 3), set(2, 3), set(0, 3)].map(available)).toEqual([0, 2, 3, 2, 0])
})
