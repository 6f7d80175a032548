import { alwaysAllowAuthorizer } from './always-allow.ts'
import { alwaysDenyAuthorizer } from './always-deny.ts'
import type { Authorizer } from './contract.ts'
import { defaultRolesAuthorizer } from './default-roles.ts'
import { kubeletClientAuthorizer } from './kubelet-client.ts'
import { mastersAuthorizer } from './masters.ts'
import { unionAuthorizer } from './union.ts'

/** What `--authorization-mode` names. Node grants nothing beyond the default roles until node identities are judged apart. */
const modes: Readonly<Record<string, readonly Authorizer[]>> = {
  AlwaysAllow: [alwaysAllowAuthorizer],
  AlwaysDeny: [alwaysDenyAuthorizer],
  RBAC: [defaultRolesAuthorizer],
  Node: [],
}

/** The authorizers of these modes in their order, after system:masters, whom no mode binds, and the server as kubelets know it. Unknown modes throw. */
export function authorizerOf(chosen: readonly string[]): Authorizer {
  const authorizers = chosen.map((mode) => {
    if (!Object.hasOwn(modes, mode)) throw new Error(`authorization-mode ${JSON.stringify(mode)} is not a valid mode`)
    return modes[mode]!
  })
  return unionAuthorizer([mastersAuthorizer, kubeletClientAuthorizer, ...authorizers.flat()])
}
