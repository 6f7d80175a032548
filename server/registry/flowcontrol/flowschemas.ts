import { defaultFlowSchema } from '../../apis/flowcontrol/v1/flowschema.ts'
import { validateFlowConditions, validateFlowSchema } from '../../apis/flowcontrol/v1/flowschema-rules.ts'
import { listAt, textAt } from '../../machinery/json-walk.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, name, number, table, text, type Cell } from '../generic/table-cells.ts'

const dangling: Cell = (o) => {
  const c = listAt(o, 'status.conditions').find((x) => textAt(x, 'type') === 'Dangling')
  return c === undefined ? '?' : textAt(c, 'status')
}

export const flowschemas: BuiltInKind = {
  group: 'flowcontrol.apiserver.k8s.io',
  resource: 'flowschemas',
  strategy: {
    generation: true,
    resetMetadataForStatus: 'all',
    default: defaultFlowSchema,
    ...validateWith(validateFlowSchema),
    validateStatusUpdate: (obj) => validateFlowConditions(obj, undefined),
  },
  table: table(
    'Name|PriorityLevel|MatchingPrecedence|DistinguisherMethod|Age|MissingPL',
    name,
    text('spec.priorityLevelConfiguration.name'),
    number('spec.matchingPrecedence'),
    text('spec.distinguisherMethod.type', '<none>'),
    age,
    dangling,
  ),
}
