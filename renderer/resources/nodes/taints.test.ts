import { expect, test } from 'vitest'
import { noTaints, taintsAfter, taintText } from './taints.ts'
import type { Node } from './types.ts'

const node: Node = {
  metadata: { name: 'n' },
  spec: {
    taints: [
      { key: 'a', effect: 'NoSchedule' },
      { key: 'b', value: '1', effect: 'NoExecute', timeAdded: 'then' },
    ],
  },
}

test('taints are added, replaced by key and effect, and removed; the others keep their time', () => {
  expect(node.spec?.taints?.map(taintText)).toEqual(['a:NoSchedule', 'b=1:NoExecute'])
  expect(taintsAfter(node, noTaints)).toBeUndefined()
  const added = [
    { key: ' a ', value: 'x', effect: 'NoSchedule' },
    { key: 'c', value: '', effect: 'PreferNoSchedule' },
  ]
  expect(taintsAfter(node, { removed: [], added })).toEqual([
    { key: 'b', value: '1', effect: 'NoExecute', timeAdded: 'then' },
    { key: 'a', value: 'x', effect: 'NoSchedule' },
    { key: 'c', effect: 'PreferNoSchedule' },
  ])
  expect(taintsAfter(node, { removed: ['b=1:NoExecute'], added: [] })).toEqual([{ key: 'a', effect: 'NoSchedule' }])
  expect(taintsAfter(node, { removed: ['z:NoExecute'], added: [{ key: 'b', value: '1', effect: 'NoExecute' }] })).toBeUndefined()
})
