import { defaultAdmissionPolicy, mutatingPolicyErrors } from '../../apis/admissionregistration/v1/admissionpolicy.ts'
import type { BuiltInKind } from '../definition.ts'
import { age, count, name, table } from '../generic/table-cells.ts'
import { paramKind } from './tables.ts'

export const mutatingadmissionpolicies: BuiltInKind = {
  group: 'admissionregistration.k8s.io',
  resource: 'mutatingadmissionpolicies',
  strategy: {
    anyFinalizer: true,
    generation: true,
    allowUnconditionalUpdate: false,
    default: defaultAdmissionPolicy,
    validateRules: mutatingPolicyErrors,
  },
  table: table('Name|Mutations:integer|ParamKind|Age', name, count('spec.mutations'), paramKind, age),
}
