import { validateVolumeAttachment } from '../../apis/storage/v1/volumeattachment.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith, type TableDefinition } from '../generic/strategy.ts'
import { age, flag, name, table, text } from '../generic/table-cells.ts'

export const volumeattachments: BuiltInKind = {
  group: 'storage.k8s.io',
  resource: 'volumeattachments',
  strategy: {
    ...validateWith(validateVolumeAttachment),
    validateStatusUpdate: validateVolumeAttachment,
    allowUnconditionalUpdate: false,
    returnDeletedObject: true,
    resetMetadataForStatus: true,
  },
  table: withAttacherName(
    table(
      'Name|Attacher|PV|Node|Attached:boolean|Age',
      name,
      text('spec.attacher'),
      text('spec.source.persistentVolumeName'),
      text('spec.nodeName'),
      flag('status.attached'),
      age,
    ),
  ),
}

function withAttacherName(t: TableDefinition): TableDefinition {
  return { ...t, columns: t.columns.map((c) => (c.name === 'Attacher' ? { ...c, format: 'name' } : c)) }
}
