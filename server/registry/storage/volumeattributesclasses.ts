import { validateVolumeAttributesClass } from '../../apis/storage/v1/volumeattributesclass.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, name, table, text } from '../generic/table-cells.ts'

export const volumeattributesclasses: BuiltInKind = {
  group: 'storage.k8s.io',
  resource: 'volumeattributesclasses',
  strategy: {
    ...validateWith(validateVolumeAttributesClass),
    returnDeletedObject: true,
  },
  table: table('Name|DriverName|Age', name, text('driverName'), age),
}
