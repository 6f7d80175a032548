import type { BuiltInKind } from '../definition.ts'
import { createdAt } from '../generic/table-cells.ts'

export const csistoragecapacities: BuiltInKind = {
  group: 'storage.k8s.io',
  resource: 'csistoragecapacities',
  strategy: {
    allowUnconditionalUpdate: false,
  },
  table: createdAt,
}
