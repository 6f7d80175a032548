import { validateCsiStorageCapacity } from '../../apis/storage/v1/csistoragecapacity.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { createdAt } from '../generic/table-cells.ts'

export const csistoragecapacities: BuiltInKind = {
  group: 'storage.k8s.io',
  resource: 'csistoragecapacities',
  strategy: {
    ...validateWith(validateCsiStorageCapacity),
    allowUnconditionalUpdate: false,
  },
  table: createdAt,
}
