import { alwaysAllowAuthorizer } from './always-allow.ts'
import { alwaysDenyAuthorizer } from './always-deny.ts'
import type { Authorizer } from './contract.ts'
import { kubeletClientAuthorizer } from './kubelet-client.ts'
import { mastersAuthorizer } from './masters.ts'
import { nodeAuthorizer } from './node/authorizer.ts'
import type { NodeGraph } from './node/graph.ts'
import { rbacAuthorizer } from './rbac/authorizer.ts'
import { nodeRules } from './rbac/bootstrap-policy.ts'
import type { RbacPolicy } from './rbac/policy.ts'
import { unionAuthorizer } from './union.ts'

/** What authorizers look things up in. */
export interface AuthorizationSources {
  readonly rbac: RbacPolicy
  readonly nodes: Pick<NodeGraph, 'reaches'>
}

/** What `--authorization-mode` names. */
const modes: Readonly<Record<string, (sources: AuthorizationSources) => readonly Authorizer[]>> = {
  AlwaysAllow: () => [alwaysAllowAuthorizer],
  AlwaysDeny: () => [alwaysDenyAuthorizer],
  RBAC: ({ rbac }) => [rbacAuthorizer(rbac)],
  Node: ({ nodes }) => [nodeAuthorizer(nodes, nodeRules())],
}

/** The authorizers of these modes in their order, after system:masters, whom no mode binds, and the server as kubelets know it. Unknown modes throw. */
export function authorizerOf(chosen: readonly string[], sources: AuthorizationSources): Authorizer {
  const authorizers = chosen.map((mode) => {
    if (!Object.hasOwn(modes, mode)) throw new Error(`authorization-mode ${JSON.stringify(mode)} is not a valid mode`)
    return modes[mode]!(sources)
  })
  return unionAuthorizer([mastersAuthorizer, kubeletClientAuthorizer, ...authorizers.flat()])
}
