import { alwaysAllowAuthorizer } from './always-allow.ts'
import { alwaysDenyAuthorizer } from './always-deny.ts'
import type { Authorizer } from './contract.ts'
import { kubeletClientAuthorizer } from './kubelet-client.ts'
import { mastersAuthorizer } from './masters.ts'
import { rbacAuthorizer } from './rbac/authorizer.ts'
import type { RbacPolicy } from './rbac/policy.ts'
import { unionAuthorizer } from './union.ts'

/** What authorizers look things up in. */
export interface AuthorizationSources {
  readonly rbac: RbacPolicy
}

/** What `--authorization-mode` names. Node grants nothing until node identities are judged apart. */
const modes: Readonly<Record<string, (sources: AuthorizationSources) => readonly Authorizer[]>> = {
  AlwaysAllow: () => [alwaysAllowAuthorizer],
  AlwaysDeny: () => [alwaysDenyAuthorizer],
  RBAC: ({ rbac }) => [rbacAuthorizer(rbac)],
  Node: () => [],
}

/** The authorizers of these modes in their order, after system:masters, whom no mode binds, and the server as kubelets know it. Unknown modes throw. */
export function authorizerOf(chosen: readonly string[], sources: AuthorizationSources): Authorizer {
  const authorizers = chosen.map((mode) => {
    if (!Object.hasOwn(modes, mode)) throw new Error(`authorization-mode ${JSON.stringify(mode)} is not a valid mode`)
    return modes[mode]!(sources)
  })
  return unionAuthorizer([mastersAuthorizer, kubeletClientAuthorizer, ...authorizers.flat()])
}
