import type { AccountLookup, FoundObject } from '../authn/service-account-bound.ts'
import type { SecretLookup } from '../authn/bootstrap-token.ts'
import { NodeGraph } from '../authz/node/graph.ts'
import { RbacPolicy } from '../authz/rbac/policy.ts'
import type { Entry } from '../cache/entry.ts'
import type { ResourceCache } from '../cache/resource-cache.ts'
import type { LegacyTokenTracking } from './legacy-token-tracking.ts'
import type { Registry } from '../registry/registry.ts'

type TokenUse = Pick<LegacyTokenTracking, 'noteUse'>

/** What ways to log in look up: objects by name, whenever a token comes. */
export interface AuthenticationLookups {
  readonly accounts: AccountLookup
  readonly secrets: SecretLookup
}

/** @param tracking hears when a token that a secret keeps is used */
export function authenticationLookups(registry: Registry, tracking: TokenUse): AuthenticationLookups {
  return { accounts: accountLookup(registry, tracking), secrets: (namespace, name) => registry.store('secrets').cached(namespace, name) }
}

/** From the cache where it has the object; a token whose object seems to be gone is looked up once more. */
function accountLookup(registry: Registry, tracking: TokenUse): AccountLookup {
  const found = (entry: Entry | undefined): FoundObject | undefined => foundObject(entry, tracking)
  return {
    find(kind, namespace, name) {
      const store = registry.store(kind)
      const cached = found(store.cached(namespace, name))
      // A secret that has just got its token may not be in the cache like that.
      if (cached !== undefined && (kind !== 'secrets' || cached.token !== undefined)) return cached
      return store.find(namespace, name).then(found)
    },
  }
}

function foundObject(entry: Entry | undefined, tracking: TokenUse): FoundObject | undefined {
  const object = entry?.object()
  const meta = object?.metadata
  if (meta?.uid === undefined) return undefined
  const { token } = (object?.data ?? {}) as { token?: string }
  const secrets = (object as { secrets?: readonly { name?: string }[] } | undefined)?.secrets?.map((secret) => secret.name ?? '')
  const invalid = (meta.labels?.['kubernetes.io/legacy-token-invalid-since'] ?? '') !== ''
  const { uid, deletionTimestamp = null, namespace = '', name = '' } = meta
  if (token === undefined) return { uid, deletionTimestamp, ...(secrets === undefined ? {} : { secrets }) }
  return { uid, deletionTimestamp, token, invalid, noteUse: () => tracking.noteUse(namespace, name, meta) }
}

/** What modes of authorization follow: roles and their bindings, and what pods of a node refer to. */
export function authorizationSources(registry: Registry): { rbac: RbacPolicy; nodes: NodeGraph } {
  const cache = (resource: string): ResourceCache => registry.store(resource).resource.cache
  const rbac = (resource: string): ResourceCache => cache(`${resource}.rbac.authorization.k8s.io`)
  return {
    rbac: new RbacPolicy({
      roles: rbac('roles'),
      clusterRoles: rbac('clusterroles'),
      roleBindings: rbac('rolebindings'),
      clusterRoleBindings: rbac('clusterrolebindings'),
    }),
    nodes: new NodeGraph({
      pods: cache('pods'),
      persistentVolumes: cache('persistentvolumes'),
      volumeAttachments: cache('volumeattachments.storage.k8s.io'),
      resourceSlices: cache('resourceslices.resource.k8s.io'),
      podCertificateRequests: cache('podcertificaterequests.certificates.k8s.io'),
    }),
  }
}
