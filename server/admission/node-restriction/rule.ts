import type { Authorizer } from '../../authz/contract.ts'
import type { Entry } from '../../cache/entry.ts'
import { notFound } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { AdmissionAttributes } from '../contract.ts'

/** Kinds that a node's request speaks of, in the words of an error about one that is missing. */
export const LOOKED_UP = {
  pod: 'pods',
  node: 'nodes',
  serviceaccount: 'serviceaccounts',
  persistentvolumeclaim: 'persistentvolumeclaims',
  persistentvolume: 'persistentvolumes',
  csidriver: 'csidrivers.storage.k8s.io',
} as const
export type LookedUp = keyof typeof LOOKED_UP

export interface NodeRestrictionDependencies {
  readonly authorizer: Authorizer
  /** A token that a pod's node asks for may be for anybody. */
  readonly anyAudience: boolean
  /** Of all the kinds in `LOOKED_UP`, by its value. */
  lookup(resource: string): {
    cached(namespace: string, name: string): Entry | undefined
    /** The newest state. */
    fresh(namespace: string, name: string): Promise<Entry | undefined>
  }
}

/** One request of a node. */
export interface NodeRequest {
  readonly a: AdmissionAttributes
  readonly node: string
  readonly authorizer: Authorizer
  readonly anyAudience: boolean
  /** @throws the 404 of upstream's listers, which name the kind in the singular. */
  get(kind: LookedUp, namespace: string, name: string): Promise<KubeObject>
}

/** Undefined: the node may. A text: why it may not, for a 403. Throws what is no 403. */
export type Rule = (request: NodeRequest) => string | undefined | Promise<string | undefined>

export function nodeRequest(
  { authorizer, anyAudience, lookup }: NodeRestrictionDependencies,
  a: AdmissionAttributes,
  node: string,
): NodeRequest {
  return {
    ...{ a, node, authorizer, anyAudience },
    async get(kind, namespace, name) {
      const from = lookup(LOOKED_UP[kind])
      // A node may speak of what it has just been told of by another server.
      const entry = name === '' ? undefined : (from.cached(namespace, name) ?? (await from.fresh(namespace, name)))
      if (entry !== undefined) return entry.object()
      const [, group = ''] = LOOKED_UP[kind].split(/\.(.*)/s)
      throw notFound({ group, resource: kind }, name)
    },
  }
}

/** What the plugin asks of the authorizer beyond the request itself: whether there is a rule that names this. */
export async function mayBeAuthorized({ a, authorizer }: NodeRequest, verb: string, resource: string, name: string): Promise<boolean> {
  const { decision } = await authorizer.authorize(a.user, {
    ...{ isResourceRequest: true, verb, path: '', apiGroup: a.resource.group, apiVersion: a.resource.version },
    ...{ namespace: a.namespace, resource, subresource: '', name, fieldSelector: '', labelSelector: '' },
  })
  return decision === 'allow'
}
