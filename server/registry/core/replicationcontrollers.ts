import { defaultReplicationController } from '../../apis/core/v1/replicationcontroller.ts'
import { valueAt } from '../../machinery/json-walk.ts'
import { replicaTable } from '../apps/replica-table.ts'
import { scale } from '../apps/scale.ts'
import type { BuiltInKind } from '../definition.ts'
import { labels } from '../generic/table-cells.ts'

export const replicationcontrollers: BuiltInKind = {
  group: '',
  resource: 'replicationcontrollers',
  strategy: {
    generation: true,
    defaultGarbageCollectionPolicy: 'OrphanDependents',
    default: defaultReplicationController,
    prepareForCreate: (obj) => void (obj.status = { replicas: 0 }),
  },
  selectableFields: { 'status.replicas': (o) => String(valueAt(o, 'status.replicas') ?? 0) },
  table: replicaTable(labels('spec.selector')),
  subresources: { scale },
  storage: { prefix: 'controllers' },
}
