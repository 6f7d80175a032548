import { runtimeClassWarnings, validateRuntimeClass } from '../../apis/node/v1/runtimeclass.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, name, table, text } from '../generic/table-cells.ts'

export const runtimeclasses: BuiltInKind = {
  group: 'node.k8s.io',
  resource: 'runtimeclasses',
  strategy: {
    anyFinalizer: true,
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: false,
    ...validateWith(validateRuntimeClass, runtimeClassWarnings),
  },
  table: table('Name|Handler|Age', name, text('handler'), age),
}
