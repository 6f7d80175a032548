import { defaultRoleBinding, roleBindingValidation } from '../../apis/rbac/v1/rolebinding.ts'
import { anyName } from './any-name.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { bindingTable } from './binding-table.ts'

export const rolebindings: BuiltInKind = {
  group: 'rbac.authorization.k8s.io',
  resource: 'rolebindings',
  strategy: {
    allowCreateOnUpdate: true,
    nameErrors: anyName,
    default: defaultRoleBinding,
    ...validateWith(roleBindingValidation(true)),
  },
  table: bindingTable,
}
