import { dropDisabledOfTemplate } from '../../apis/core/v1/disabled-fields.ts'
import { claimSizeWarnings } from '../../apis/core/v1/persistentvolumeclaim-rules.ts'
import { defaultStatefulSet, validateStatefulSet, validateStatefulSetStatus } from '../../apis/apps/v1/statefulset.ts'
import { objectsAt, valueAt } from '../../machinery/json-walk.ts'
import { nameIsLabel } from '../../machinery/names.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { BuiltInKind } from '../definition.ts'
import type { StrategyContext } from '../generic/strategy.ts'
import { age, containers, name, table } from '../generic/table-cells.ts'
import { scale } from './scale.ts'
import { warnOfTemplate, warnOfWorkload } from './workload-warnings.ts'

/** @param below what an update's warnings put behind a claim */
function warnOfSet(obj: KubeObject, ctx: StrategyContext, below: '' | '.Spec'): void {
  for (const [i, claim] of objectsAt(obj, 'spec.volumeClaimTemplates').entries())
    for (const text of claimSizeWarnings(claim, `spec.volumeClaimTemplates[${i}]${below}`)) ctx.warn(text)
  if (((valueAt(obj, 'spec.revisionHistoryLimit') ?? 0) as number) < 0)
    ctx.warn('spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended')
}

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
      if (errors.length === 0) {
        warnOfWorkload(obj, ctx)
        warnOfSet(obj, ctx, '')
      }
      return errors
    },
    validateUpdate(obj, old, ctx) {
      const errors = validateStatefulSet(obj, old)
      if (errors.length > 0) return errors
      if (obj.metadata.generation !== old.metadata.generation) warnOfTemplate(obj, ctx)
      warnOfSet(obj, ctx, '.Spec')
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
