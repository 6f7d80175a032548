import { alwaysAllowAuthorizer } from './always-allow.ts'
import { alwaysDenyAuthorizer } from './always-deny.ts'
import type { Authorizer, Decision } from './contract.ts'
import { kubeletClientAuthorizer } from './kubelet-client.ts'
import { mastersAuthorizer } from './masters.ts'
import { nodeAuthorizer } from './node/authorizer.ts'
import type { NodeGraph } from './node/graph.ts'
import { rbacAuthorizer } from './rbac/authorizer.ts'
import { nodeRules } from './rbac/bootstrap-policy.ts'
import type { RbacPolicy } from './rbac/policy.ts'
import { unionAuthorizer } from './union.ts'
import type { WebhookAuthorizerObserver } from './webhook-metrics.ts'
import { webhookAuthorizer, type WebhookAuthorizerOptions } from './webhook.ts'

/** What authorizers look things up in. */
export interface AuthorizationSources {
  readonly rbac: RbacPolicy
  readonly nodes: Pick<NodeGraph, 'reaches'>
}

/** One of the authorizers that are asked, in their order. */
export interface ConfiguredAuthorizer {
  /** What `--authorization-mode` names. */
  readonly type: string
  /** Of a webhook: how it is asked. */
  readonly webhook?: WebhookAuthorizerOptions
  /** Of ABAC, which has been read already. */
  readonly abac?: Authorizer
}

const modes: Readonly<Record<string, (sources: AuthorizationSources) => Authorizer>> = {
  AlwaysAllow: () => alwaysAllowAuthorizer,
  AlwaysDeny: () => alwaysDenyAuthorizer,
  RBAC: ({ rbac }) => rbacAuthorizer(rbac),
  Node: ({ nodes }) => nodeAuthorizer(nodes, nodeRules()),
}

/** Hears what configured authorizers do. */
export interface AuthorizationObserver {
  /** A decision; to have no opinion is none. */
  decided(type: string, name: string, decision: 'allow' | 'deny'): void
  readonly webhooks: WebhookAuthorizerObserver
}

function counted(authorizer: Authorizer, type: string, name: string, observer?: AuthorizationObserver): Authorizer {
  if (observer === undefined) return authorizer
  const told = (d: Decision): Decision => {
    if (d.decision !== 'no-opinion') observer.decided(type, name, d.decision)
    return d
  }
  const { name: reason, rulesFor } = authorizer
  return {
    ...(reason === undefined ? {} : { name: reason }),
    authorize: (user, attributes) => {
      const decision = authorizer.authorize(user, attributes)
      return decision instanceof Promise ? decision.then(told) : told(decision)
    },
    ...(rulesFor === undefined ? {} : { rulesFor: rulesFor.bind(authorizer) }),
  }
}

/** These authorizers in their order, after system:masters, whom no mode binds, and the server as kubelets know it. Unknown modes throw. */
export function authorizerOf(
  chosen: readonly ConfiguredAuthorizer[],
  sources: AuthorizationSources,
  observer?: AuthorizationObserver,
): Authorizer {
  const authorizers = chosen.map(({ type, webhook, abac }) => {
    if (webhook !== undefined) return counted(webhookAuthorizer(webhook, observer?.webhooks), type, webhook.name, observer)
    if (abac !== undefined) return counted(abac, type, type.toLowerCase(), observer)
    if (!Object.hasOwn(modes, type)) throw new Error(`authorization-mode ${JSON.stringify(type)} is not a valid mode`)
    return counted(modes[type]!(sources), type, type.toLowerCase(), observer)
  })
  return unionAuthorizer([mastersAuthorizer, kubeletClientAuthorizer, ...authorizers])
}
