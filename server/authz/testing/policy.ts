import { ResourceCache } from '../../cache/resource-cache.ts'
import { withResourceVersion } from '../../cache/stored-json.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { mastersAuthorizer } from '../masters.ts'
import { rbacAuthorizer } from '../rbac/authorizer.ts'
import { defaultPolicy } from '../rbac/bootstrap-policy.ts'
import { RbacPolicy } from '../rbac/policy.ts'
import { unionAuthorizer } from '../union.ts'
import type { Authorizer } from '../contract.ts'

/** A cache of objects without a store. */
export class TestCache {
  readonly cache: ResourceCache
  readonly #prefix: string
  #revision = 0

  constructor(resource: string, namespaced: boolean, fields: Readonly<Record<string, (obj: KubeObject) => string>> = {}) {
    this.#prefix = `/registry/${resource}/`
    this.cache = new ResourceCache({
      prefix: this.#prefix,
      namespaced,
      fieldNames: Object.keys(fields),
      indexOf: (obj) => ({ labels: obj.metadata.labels, fields: Object.values(fields).map((f) => f(obj)) }),
      decode: withResourceVersion,
    })
  }

  put(...objects: KubeObject[]): void {
    for (const obj of objects) {
      const revision = ++this.#revision
      this.cache.apply({ type: 'put', key: this.#keyOf(obj), value: Buffer.from(JSON.stringify(obj)), revision, createRevision: revision })
    }
  }

  delete({ metadata }: Pick<KubeObject, 'metadata'>): void {
    this.cache.apply({ type: 'delete', key: this.#keyOf({ metadata }), revision: ++this.#revision })
  }

  /** As at the start, and after history was lost. */
  load(...objects: KubeObject[]): void {
    const modRevision = ++this.#revision
    const items = objects.map((obj) => ({
      ...{ key: this.#keyOf(obj), value: Buffer.from(JSON.stringify(obj)), modRevision, createRevision: modRevision, version: 1 },
    }))
    this.cache.load(
      items.sort((a, b) => (a.key < b.key ? -1 : 1)),
      modRevision,
    )
  }

  #keyOf({ metadata: { namespace, name = '' } }: Pick<KubeObject, 'metadata'>): string {
    return `${this.#prefix}${namespace === undefined ? '' : `${namespace}/`}${name}`
  }
}

/** Roles and bindings in memory, and what is decided by them. */
export class TestPolicy {
  readonly roles = new TestCache('roles', true)
  readonly clusterroles = new TestCache('clusterroles', false)
  readonly rolebindings = new TestCache('rolebindings', true)
  readonly clusterrolebindings = new TestCache('clusterrolebindings', false)
  readonly policy = new RbacPolicy({
    roles: this.roles.cache,
    clusterRoles: this.clusterroles.cache,
    roleBindings: this.rolebindings.cache,
    clusterRoleBindings: this.clusterrolebindings.cache,
  })
  readonly authorizer = rbacAuthorizer(this.policy)
}

/** What kube-apiserver allows without any role of a user's own. */
export function defaultAuthorizer(): Authorizer {
  const test = new TestPolicy()
  for (const { resource, object } of defaultPolicy()) test[resource].put(object)
  return unionAuthorizer([mastersAuthorizer, test.authorizer])
}
