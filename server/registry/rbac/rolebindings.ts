import { defaultRoleBinding, roleBindingValidation } from '../../apis/rbac/v1/rolebinding.ts'
import { pathSegmentErrors } from '../../machinery/names.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { bindingTable } from './binding-table.ts'

export const rolebindings: BuiltInKind = {
  group: 'rbac.authorization.k8s.io',
  resource: 'rolebindings',
  strategy: {
    allowCreateOnUpdate: true,
    nameErrors: pathSegmentErrors,
    default: defaultRoleBinding,
    ...validateWith(roleBindingValidation(true)),
  },
  table: bindingTable,
}
