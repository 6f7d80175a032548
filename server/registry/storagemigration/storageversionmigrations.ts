import {
  validateStorageVersionMigration,
  validateStorageVersionMigrationStatus,
} from '../../apis/storagemigration/v1/storageversionmigration.ts'
import { listAt, textAt } from '../../machinery/json-walk.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { name, table, type Cell } from '../generic/table-cells.ts'

const migrationStatus: Cell = (o) => {
  const types = ['Running', 'Failed', 'Succeeded']
  const last = listAt(o, 'status.conditions').findLast((c) => textAt(c, 'status') === 'True' && types.includes(textAt(c, 'type')))
  return last === undefined ? 'Unknown' : textAt(last, 'type')
}

export const storageversionmigrations: BuiltInKind = {
  group: 'storagemigration.k8s.io',
  resource: 'storageversionmigrations',
  strategy: {
    ...validateWith(validateStorageVersionMigration),
    validateStatusUpdate: validateStorageVersionMigrationStatus,
    allowUnconditionalUpdate: false,
    resetMetadataForStatus: true,
  },
  table: table(
    'Name:string|Resource|Status',
    name,
    (o) => [textAt(o, 'spec.resource.resource'), textAt(o, 'spec.resource.group')].filter((t) => t !== '').join('.'),
    migrationStatus,
  ),
  storage: { version: 'v1beta1' },
}
