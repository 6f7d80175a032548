import { defaultAdmissionPolicy, validatingPolicyErrors } from '../../apis/admissionregistration/v1/admissionpolicy.ts'
import { validatePolicyStatus } from '../../apis/admissionregistration/v1/admissionpolicy-status.ts'
import type { BuiltInKind } from '../definition.ts'
import { age, count, name, table } from '../generic/table-cells.ts'
import { paramKind } from './tables.ts'

export const validatingadmissionpolicies: BuiltInKind = {
  group: 'admissionregistration.k8s.io',
  resource: 'validatingadmissionpolicies',
  strategy: {
    anyFinalizer: true,
    generation: true,
    allowUnconditionalUpdate: false,
    allowCreateOnStatusApply: true,
    resetMetadataForStatus: true,
    default: defaultAdmissionPolicy,
    validateStatusUpdate: validatePolicyStatus,
    validateRules: validatingPolicyErrors,
  },
  table: table('Name|Validations:integer|ParamKind|Age', name, count('spec.validations'), paramKind, age),
}
