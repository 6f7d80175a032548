import { defaultAdmissionPolicy, validateMutatingPolicy } from '../../apis/admissionregistration/v1/admissionpolicy.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, count, name, table } from '../generic/table-cells.ts'
import { paramKind } from './tables.ts'

export const mutatingadmissionpolicies: BuiltInKind = {
  group: 'admissionregistration.k8s.io',
  resource: 'mutatingadmissionpolicies',
  strategy: {
    generation: true,
    allowUnconditionalUpdate: false,
    default: defaultAdmissionPolicy,
    ...validateWith(validateMutatingPolicy),
  },
  table: table('Name|Mutations:integer|ParamKind|Age', name, count('spec.mutations'), paramKind, age),
}
