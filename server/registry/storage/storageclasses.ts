import { defaultStorageClass, storageClassWarnings, validateStorageClass } from '../../apis/storage/v1/storageclass.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, flag, name, table, text } from '../generic/table-cells.ts'

export const storageclasses: BuiltInKind = {
  group: 'storage.k8s.io',
  resource: 'storageclasses',
  strategy: {
    returnDeletedObject: true,
    default: defaultStorageClass,
    ...validateWith(validateStorageClass, storageClassWarnings),
  },
  table: table(
    'Name|Provisioner|ReclaimPolicy|VolumeBindingMode|AllowVolumeExpansion|Age',
    name,
    text('provisioner'),
    text('reclaimPolicy', 'Delete'),
    text('volumeBindingMode', '<unset>'),
    flag('allowVolumeExpansion'),
    age,
  ),
}
