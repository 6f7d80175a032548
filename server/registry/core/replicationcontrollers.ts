import { dropDisabledOfTemplate } from '../../apis/core/v1/disabled-fields.ts'
import { replicaCountErrors } from '../../apis/apps/v1/replicaset.ts'
import type { WorkloadStatus } from '../../apis/apps/v1/types.ts'
import { defaultReplicationController, validateReplicationController } from '../../apis/core/v1/replicationcontroller.ts'
import { valueAt } from '../../machinery/json-walk.ts'
import { replicaTable } from '../apps/replica-table.ts'
import { scale } from '../apps/scale.ts'
import { warnOfTemplate, warnOfWorkload } from '../apps/workload-warnings.ts'
import { nameIsLongName } from '../../machinery/names.ts'
import type { BuiltInKind } from '../definition.ts'
import { labels } from '../generic/table-cells.ts'

export const replicationcontrollers: BuiltInKind = {
  group: '',
  resource: 'replicationcontrollers',
  strategy: {
    // 1.37 declares what a name is, and says nothing of one that is to be made up.
    nameErrors: (name, prefix) => (prefix ? [] : nameIsLongName(name, prefix)),
    nameOnCreateOnly: true,
    generation: true,
    defaultGarbageCollectionPolicy: 'OrphanDependents',
    dropDisabled: dropDisabledOfTemplate('spec.template'),
    default: defaultReplicationController,
    prepareForCreate: (obj) => void (obj.status = { replicas: 0 }),
    validate(obj, ctx) {
      const errors = validateReplicationController(obj, undefined)
      if (errors.length === 0) warnOfWorkload(obj, ctx)
      return errors
    },
    validateUpdate(obj, old, ctx) {
      const errors = validateReplicationController(obj, old)
      if (errors.length === 0 && obj.metadata.generation !== old.metadata.generation) warnOfTemplate(obj, ctx)
      return errors
    },
    validateStatusUpdate: (obj) => replicaCountErrors((obj.status ?? {}) as WorkloadStatus),
  },
  selectableFields: { 'status.replicas': (o) => String(valueAt(o, 'status.replicas') ?? 0) },
  table: replicaTable(labels('spec.selector')),
  subresources: { scale },
  storage: { prefix: 'controllers' },
}
