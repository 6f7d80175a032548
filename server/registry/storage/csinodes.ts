import type { BuiltInKind } from '../definition.ts'
import { age, count, name, table } from '../generic/table-cells.ts'

export const csinodes: BuiltInKind = {
  group: 'storage.k8s.io',
  resource: 'csinodes',
  strategy: {
    allowUnconditionalUpdate: false,
    returnDeletedObject: true,
    resetMetadataForStatus: true,
  },
  table: table('Name|Drivers:integer|Age', name, count('spec.drivers'), age),
}
