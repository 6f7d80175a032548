import { groupMasters } from '../authn/contract.ts'
import { allow, noOpinion, type Authorizer } from './contract.ts'

/** Members of system:masters may do everything, whatever else is decided. */
export const mastersAuthorizer: Authorizer = {
  authorize: (user) => (user.groups.includes(groupMasters) ? allow : noOpinion),
}
