import { expect, test } from 'vitest'
import { byName } from './order.ts'

test('kinds and names have one order in every language, and upper case decides only between equals', () => {
  const sorted = ['aardvark', 'api-1', 'ConfigMap', 'CSIDriver', 'Ingress', 'instance', 'zebra', 'Zone']
  expect(sorted.toReversed().sort(byName)).toEqual(sorted)
  expect(byName('pod', 'Pod')).toBe(-1)
})
