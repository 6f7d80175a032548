import { expect, test } from 'vitest'
import type { KubeObject } from '../../../machinery/types.ts'
import { validateStorageClass } from './storageclass.ts'

test('of terms that are all the same no more is told than of any object', () => {
  const allowedTopologies = Array.from({ length: 20_000 }, () => ({}))
  const object = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'c' }, provisioner: 'a.b/c', allowedTopologies }
  // Each is told as often as there are others: four hundred million times in all.
  expect(validateStorageClass(object as KubeObject, undefined).length).toBeLessThanOrEqual(10_000)
})
