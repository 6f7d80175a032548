import { defaultRoleBinding, roleBindingValidation } from '../../apis/rbac/v1/rolebinding.ts'
import { pathSegmentErrors } from '../../machinery/names.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { bindingTable } from './binding-table.ts'

export const clusterrolebindings: BuiltInKind = {
  group: 'rbac.authorization.k8s.io',
  resource: 'clusterrolebindings',
  strategy: {
    allowCreateOnUpdate: true,
    nameErrors: pathSegmentErrors,
    default: defaultRoleBinding,
    ...validateWith(roleBindingValidation(false)),
  },
  table: bindingTable,
}
