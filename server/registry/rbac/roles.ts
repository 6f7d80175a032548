import { roleValidation } from '../../apis/rbac/v1/role.ts'
import { anyName } from './any-name.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { createdAt } from '../generic/table-cells.ts'

export const roles: BuiltInKind = {
  group: 'rbac.authorization.k8s.io',
  resource: 'roles',
  strategy: {
    allowCreateOnUpdate: true,
    nameErrors: anyName,
    ...validateWith(roleValidation(true)),
  },
  table: createdAt,
}
