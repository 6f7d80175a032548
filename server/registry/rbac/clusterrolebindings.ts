import { defaultRoleBinding, roleBindingValidation } from '../../apis/rbac/v1/rolebinding.ts'
import { anyName } from './any-name.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { bindingTable } from './binding-table.ts'

export const clusterrolebindings: BuiltInKind = {
  group: 'rbac.authorization.k8s.io',
  resource: 'clusterrolebindings',
  strategy: {
    allowCreateOnUpdate: true,
    nameErrors: anyName,
    default: defaultRoleBinding,
    ...validateWith(roleBindingValidation(false)),
  },
  table: bindingTable,
}
