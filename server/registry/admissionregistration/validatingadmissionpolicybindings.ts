import { defaultAdmissionPolicyBinding, validateValidatingBinding } from '../../apis/admissionregistration/v1/admissionpolicy.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { policyBindingTable } from './tables.ts'

export const validatingadmissionpolicybindings: BuiltInKind = {
  group: 'admissionregistration.k8s.io',
  resource: 'validatingadmissionpolicybindings',
  strategy: {
    anyFinalizer: true,
    generation: true,
    allowUnconditionalUpdate: false,
    default: defaultAdmissionPolicyBinding,
    ...validateWith(validateValidatingBinding),
  },
  table: policyBindingTable,
}
