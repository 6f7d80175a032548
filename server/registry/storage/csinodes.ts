import { validateCsiNode } from '../../apis/storage/v1/csinode.ts'
import { objectAt } from '../../machinery/json-walk.ts'
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
    // Of a gate that is off (CSIVolumeHealth).
    canonicalize: (obj) => void delete objectAt(obj, 'status')?.storageHealth,
  },
  table: table('Name|Drivers:integer|Age', name, count('spec.drivers'), age),
}
