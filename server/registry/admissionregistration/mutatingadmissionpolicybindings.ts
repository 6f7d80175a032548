import { defaultAdmissionPolicyBinding, validateMutatingBinding } from '../../apis/admissionregistration/v1/admissionpolicy.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { policyBindingTable } from './tables.ts'

export const mutatingadmissionpolicybindings: BuiltInKind = {
  group: 'admissionregistration.k8s.io',
  resource: 'mutatingadmissionpolicybindings',
  strategy: {
    anyFinalizer: true,
    generation: true,
    allowUnconditionalUpdate: false,
    default: defaultAdmissionPolicyBinding,
    ...validateWith(validateMutatingBinding),
  },
  table: policyBindingTable,
}
