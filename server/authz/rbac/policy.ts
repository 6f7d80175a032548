import type { UserInfo } from '../../authn/contract.ts'
import type { ResourceCache } from '../../cache/resource-cache.ts'
import { follow } from '../follow.ts'
import type { Attributes } from '../contract.ts'
import { Binding, BindingIndex } from './bindings.ts'
import { FEW_BINDINGS, LargeUsers, ManyRules, type HeldRule, type UserInScopes } from './many-rules.ts'
import { rulesOf, type PolicyRule } from './rules.ts'

/** The caches of rbac.authorization.k8s.io. */
export interface RbacCaches {
  readonly roles: ResourceCache
  readonly clusterRoles: ResourceCache
  readonly roleBindings: ResourceCache
  readonly clusterRoleBindings: ResourceCache
}

/** Is told of rules that somebody has by a binding, and of bindings whose role is missing. False ends the visit. */
export interface RuleVisitor {
  rule(rule: PolicyRule, binding: Binding): boolean
  missing(binding: Binding): void
}

/**
 * Roles and bindings as they are cached at this moment (registry/rbac/validation, DefaultRuleResolver). Each object is parsed once, when it
 * changes; who asks for a user's rules looks at the bindings that name him or his groups and at no other.
 */
export class RbacPolicy {
  /** By namespace, '' for ClusterRoles, and name. */
  readonly #roles = new Map<string, Map<string, readonly PolicyRule[]>>()
  readonly #bindings = new Map<string, BindingIndex>()
  readonly #large = new LargeUsers()

  constructor(caches: RbacCaches) {
    this.#followRoles(caches.clusterRoles, (namespace) => namespace === '')
    this.#followRoles(caches.roles, (namespace) => namespace !== '')
    this.#followBindings(caches.clusterRoleBindings, (namespace) => namespace === '')
    this.#followBindings(caches.roleBindings, (namespace) => namespace !== '')
  }

  #followRoles(cache: ResourceCache, isOwn: (namespace: string) => boolean): void {
    follow(cache, {
      set: (entry) => {
        this.#large.forget()
        of(this.#roles, entry.namespace, () => new Map()).set(entry.name, rulesOf(entry.view()))
      },
      remove: (entry) => {
        this.#large.forget()
        const names = this.#roles.get(entry.namespace)
        names?.delete(entry.name)
        if (names?.size === 0) this.#roles.delete(entry.namespace)
      },
      clear: () => {
        this.#large.forget()
        clear(this.#roles, isOwn)
      },
    })
  }

  #followBindings(cache: ResourceCache, isOwn: (namespace: string) => boolean): void {
    follow(cache, {
      set: (entry) => {
        this.#large.forget()
        const binding = new Binding(entry.namespace, entry.name, entry.view())
        of(this.#bindings, entry.namespace, () => new BindingIndex()).set(binding)
      },
      remove: (entry) => {
        this.#large.forget()
        const index = this.#bindings.get(entry.namespace)
        index?.remove(entry.name)
        if (index?.size === 0) this.#bindings.delete(entry.namespace)
      },
      clear: () => {
        this.#large.forget()
        clear(this.#bindings, isOwn)
      },
    })
  }

  /** Visits the rules that a user has in the namespace of a request, the whole cluster's first; at least all that may allow it. */
  visit(user: UserInfo, about: Attributes, visitor: RuleVisitor): void {
    const { namespace } = about
    const large = this.#large.of(user)
    if (this.#visitIn('', user, large, about, visitor) && namespace !== '') this.#visitIn(namespace, user, large, about, visitor)
  }

  #visitIn(namespace: string, user: UserInfo, large: UserInScopes, about: Attributes, visitor: RuleVisitor): boolean {
    const index = this.#bindings.get(namespace)
    if (index === undefined) return true
    const many = index.hasMore(user, FEW_BINDINGS) ? large(namespace, () => this.#manyIn(namespace, index, user)) : undefined
    if (many !== undefined) {
      for (const { rule, binding } of many.about(about)) if (!visitor.rule(rule, binding)) return false
      for (const binding of many.missing) visitor.missing(binding)
      return true
    }
    for (const binding of index.of(user)) {
      const rules = this.rulesOfRole(binding.roleKind, binding.roleName, namespace)
      if (rules === undefined) visitor.missing(binding)
      else for (const rule of rules) if (!visitor.rule(rule, binding)) return false
    }
    return true
  }

  #manyIn(namespace: string, index: BindingIndex, user: UserInfo): ManyRules {
    const held: HeldRule[] = []
    const missing: Binding[] = []
    for (const binding of index.of(user)) {
      const rules = this.rulesOfRole(binding.roleKind, binding.roleName, namespace)
      if (rules === undefined) missing.push(binding)
      else for (const rule of rules) held.push({ rule, binding })
    }
    return new ManyRules(held, missing)
  }

  /** What a binding in `namespace` that refers to a role grants; undefined when there is no such role. */
  rulesOfRole(kind: string, name: string, namespace: string): readonly PolicyRule[] | undefined {
    return kind === 'Role' || kind === 'ClusterRole' ? this.#roles.get(kind === 'Role' ? namespace : '')?.get(name) : undefined
  }

  /** All rules that a user has in a namespace, those of each binding once, and the bindings whose role is missing. */
  rulesFor(user: UserInfo, namespace: string): { rules: PolicyRule[]; missing: Binding[] } {
    const rules: PolicyRule[] = []
    const missing: Binding[] = []
    for (const scope of namespace === '' ? [''] : ['', namespace]) {
      for (const binding of new Set(this.#bindings.get(scope)?.of(user))) {
        const found = this.rulesOfRole(binding.roleKind, binding.roleName, scope)
        if (found === undefined) missing.push(binding)
        else for (const rule of found) rules.push(rule)
      }
    }
    return { rules, missing }
  }
}

function of<T>(map: Map<string, T>, key: string, make: () => T): T {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = make()))
  return value
}

function clear(map: Map<string, unknown>, isOwn: (namespace: string) => boolean): void {
  for (const namespace of map.keys()) if (isOwn(namespace)) map.delete(namespace)
}
