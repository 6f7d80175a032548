import { dropDisabledOfTemplate } from '../../apis/core/v1/disabled-fields.ts'
import {
  defaultReplicaSet,
  validateReplicaSet,
  validateReplicaSetStatusUpdate,
  validateReplicaSetUpdate,
} from '../../apis/apps/v1/replicaset.ts'
import type { ReplicaSet } from '../../apis/apps/v1/types.ts'
import { semanticEqual } from '../../apis/core/v1/semantic-equal.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { BuiltInKind } from '../definition.ts'
import type { Strategy } from '../generic/strategy.ts'
import { selector } from '../generic/table-cells.ts'
import { replicaTable } from './replica-table.ts'
import { scale } from './scale.ts'
import { warnOfTemplate, warnOfWorkload } from './workload-warnings.ts'

const replicaSet = (obj: KubeObject): ReplicaSet => obj as unknown as ReplicaSet

const strategy: Strategy = {
  nameOnCreateOnly: true,
  generation: true,
  dropDisabled: dropDisabledOfTemplate('spec.template'),
  default: (obj) => defaultReplicaSet(replicaSet(obj)),

  prepareForCreate(obj) {
    replicaSet(obj).status = { replicas: 0 }
    obj.metadata.generation = 1
  },

  validate(obj, ctx) {
    const errors = validateReplicaSet(replicaSet(obj))
    if (errors.length === 0) warnOfWorkload(obj, ctx)
    return errors
  },

  prepareForUpdate(obj, old) {
    const rs = replicaSet(obj)
    const before = replicaSet(old)
    rs.status = before.status ?? { replicas: 0 }
    if (!semanticEqual(rs.spec, before.spec)) rs.metadata.generation = (before.metadata.generation ?? 0) + 1
  },

  validateUpdate(obj, old, ctx) {
    const errors = validateReplicaSetUpdate(replicaSet(obj), replicaSet(old))
    if (errors.length === 0 && obj.metadata.generation !== old.metadata.generation) warnOfTemplate(obj, ctx)
    return errors
  },

  prepareForStatusUpdate(obj, old) {
    const rs = replicaSet(obj)
    rs.spec = replicaSet(old).spec
    rs.status = { ...rs.status, replicas: rs.status?.replicas ?? 0 }
  },

  validateStatusUpdate: (obj, old) => validateReplicaSetStatusUpdate(replicaSet(obj), replicaSet(old)),
}

export const replicasets: BuiltInKind = {
  group: 'apps',
  resource: 'replicasets',
  strategy,
  subresources: { scale },
  table: replicaTable(selector('spec.selector')),
}
