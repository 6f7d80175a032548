import type { BuiltInKind } from '../definition.ts'
import { age, name, table, text } from '../generic/table-cells.ts'

export const volumeattributesclasses: BuiltInKind = {
  group: 'storage.k8s.io',
  resource: 'volumeattributesclasses',
  strategy: {
    returnDeletedObject: true,
  },
  table: table('Name|DriverName|Age', name, text('driverName'), age),
}
