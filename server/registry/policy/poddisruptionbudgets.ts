import {
  defaultPodDisruptionBudget,
  NO_BUDGET,
  validatePodDisruptionBudget,
  validatePodDisruptionBudgetStatus,
} from '../../apis/policy/v1/poddisruptionbudget.ts'
import { valueAt } from '../../machinery/json-walk.ts'
import { pathSegmentErrors } from '../../machinery/names.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, name, number, table } from '../generic/table-cells.ts'

export const poddisruptionbudgets: BuiltInKind = {
  group: 'policy',
  resource: 'poddisruptionbudgets',
  strategy: {
    anyFinalizer: true,
    judgesMetadataLast: true,
    generation: true,
    allowUnconditionalUpdate: false,
    nameErrors: pathSegmentErrors,
    default: defaultPodDisruptionBudget,
    prepareForCreate: (obj) => void (obj.status = { ...NO_BUDGET }),
    ...validateWith(validatePodDisruptionBudget),
    validateStatusUpdate: (obj) => validatePodDisruptionBudgetStatus(obj, undefined),
  },
  table: table(
    'Name|Min Available|Max Unavailable|Allowed Disruptions:integer|Age',
    name,
    (o) => String(valueAt(o, 'spec.minAvailable') ?? 'N/A'),
    (o) => String(valueAt(o, 'spec.maxUnavailable') ?? 'N/A'),
    number('status.disruptionsAllowed'),
    age,
  ),
}
