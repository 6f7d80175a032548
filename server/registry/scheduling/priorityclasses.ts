import { defaultPriorityClass, validatePriorityClass } from '../../apis/scheduling/v1/priorityclass.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, flag, name, number, table, text } from '../generic/table-cells.ts'

export const priorityclasses: BuiltInKind = {
  group: 'scheduling.k8s.io',
  resource: 'priorityclasses',
  strategy: {
    nameOnCreateOnly: true,
    default: defaultPriorityClass,
    // Its generation is set and never counted.
    prepareForCreate: (obj) => void (obj.metadata.generation = 1),
    ...validateWith(validatePriorityClass),
  },
  table: table(
    'Name|Value:integer|Global-Default:boolean|Age|PreemptionPolicy',
    name,
    number('value'),
    flag('globalDefault'),
    age,
    text('preemptionPolicy'),
  ),
}
