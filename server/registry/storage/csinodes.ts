import { validateCsiNode } from '../../apis/storage/v1/csinode.ts'
import { disabledFields } from '../../apis/meta/v1/disabled-fields.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, count, name, table } from '../generic/table-cells.ts'

export const csinodes: BuiltInKind = {
  group: 'storage.k8s.io',
  resource: 'csinodes',
  strategy: {
    ...validateWith(validateCsiNode),
    allowUnconditionalUpdate: false,
    returnDeletedObject: true,
    resetMetadataForStatus: true,
    nameNotOnStatus: true,
    dropDisabled: disabledFields([{ gate: 'CSIVolumeHealth', paths: ['status.storageHealth'] }]),
  },
  table: table('Name|Drivers:integer|Age', name, count('spec.drivers'), age),
}
