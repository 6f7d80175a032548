import { defaultPriorityLevelConfiguration } from '../../apis/flowcontrol/v1/prioritylevelconfiguration.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { validateFlowConditions } from '../../apis/flowcontrol/v1/flowschema-rules.ts'
import { validatePriorityLevel } from '../../apis/flowcontrol/v1/prioritylevelconfiguration-rules.ts'
import { age, name, table, text } from '../generic/table-cells.ts'

const LIMITED = 'spec.limited'

const QUEUING = `${LIMITED}.limitResponse.queuing`

export const prioritylevelconfigurations: BuiltInKind = {
  group: 'flowcontrol.apiserver.k8s.io',
  resource: 'prioritylevelconfigurations',
  strategy: {
    generation: true,
    resetMetadataForStatus: 'all',
    default: defaultPriorityLevelConfiguration,
    ...validateWith(validatePriorityLevel),
    validateStatusUpdate: (obj) => validateFlowConditions(obj, undefined),
  },
  table: table(
    'Name|Type|NominalConcurrencyShares|Queues|HandSize|QueueLengthLimit|Age',
    name,
    text('spec.type'),
    text(`${LIMITED}.nominalConcurrencyShares`, '<none>'),
    text(`${QUEUING}.queues`, '<none>'),
    text(`${QUEUING}.handSize`, '<none>'),
    text(`${QUEUING}.queueLengthLimit`, '<none>'),
    age,
  ),
}
