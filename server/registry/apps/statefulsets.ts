import { dropDisabledOfTemplate } from '../../apis/core/v1/disabled-fields.ts'
import { defaultStatefulSet, validateStatefulSet, validateStatefulSetStatus } from '../../apis/apps/v1/statefulset.ts'
import { valueAt } from '../../machinery/json-walk.ts'
import { nameIsLabel } from '../../machinery/names.ts'
import type { BuiltInKind } from '../definition.ts'
import { age, containers, name, table } from '../generic/table-cells.ts'
import { scale } from './scale.ts'
import { warnOfTemplate, warnOfWorkload } from './workload-warnings.ts'

export const statefulsets: BuiltInKind = {
  group: 'apps',
  resource: 'statefulsets',
  strategy: {
    nameOnCreateOnly: true,
    generation: true,
    nameErrors: nameIsLabel,
    dropDisabled: dropDisabledOfTemplate('spec.template'),
    default: defaultStatefulSet,
    prepareForCreate: (obj) => void (obj.status = { replicas: 0, availableReplicas: 0 }),
    validate(obj, ctx) {
      const errors = validateStatefulSet(obj, undefined)
      if (errors.length === 0) warnOfWorkload(obj, ctx)
      return errors
    },
    validateUpdate(obj, old, ctx) {
      const errors = validateStatefulSet(obj, old)
      if (errors.length === 0 && obj.metadata.generation !== old.metadata.generation) warnOfTemplate(obj, ctx)
      return errors
    },
    validateStatusUpdate: validateStatefulSetStatus,
  },
  table: table(
    'Name|Ready|Age|*Containers|*Images',
    name,
    (o) => `${String(valueAt(o, 'status.readyReplicas') ?? 0)}/${String(valueAt(o, 'spec.replicas') ?? 0)}`,
    age,
    containers('spec.template'),
  ),
  subresources: { scale },
}
