import { ofTaintRule, withDeclared } from '../../apis/resource/v1/declared-rules.ts'
import {
  defaultTaintRule,
  restampTaintRule,
  validateDeviceTaintRule,
  validateDeviceTaintRuleStatus,
} from '../../apis/resource/v1/devicetaint.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, name, sinceField, table, text } from '../generic/table-cells.ts'

export const devicetaintrules: BuiltInKind = {
  group: 'resource.k8s.io',
  resource: 'devicetaintrules',
  strategy: {
    nameOnCreateOnly: true,
    generation: true,
    allowUnconditionalUpdate: false,
    resetMetadataForStatus: true,
    ...validateWith(validateDeviceTaintRule),
    validateRules: withDeclared(ofTaintRule),
    validateStatusUpdate: (obj) => validateDeviceTaintRuleStatus(obj, undefined),
    default: defaultTaintRule,
    prepareForUpdate: (obj, old, ctx) => restampTaintRule(obj, old, ctx.clock.now()),
  },
  statusTable: false,
  table: table(
    'Name|Key|Value|Effect|TimeAdded|Age',
    name,
    text('spec.taint.key'),
    text('spec.taint.value'),
    text('spec.taint.effect'),
    sinceField('spec.taint.timeAdded', ''),
    age,
  ),
  storage: { version: 'v1beta2' },
}
