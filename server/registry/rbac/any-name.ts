import { pathSegmentErrors } from '../../machinery/names.ts'

/** Names of roles and bindings: what a path can have. A prefix is judged as a whole name is (kubernetes `pkg/apis/rbac/validation`, ValidateRBACName). */
export const anyName = (name: string): string[] => pathSegmentErrors(name)
