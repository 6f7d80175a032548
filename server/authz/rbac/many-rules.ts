import type { UserInfo } from '../../authn/contract.ts'
import type { Attributes } from '../contract.ts'
import type { Binding } from './bindings.ts'
import type { PolicyRule } from './rules.ts'

/** A rule that somebody has, and by which binding. */
export interface HeldRule {
  readonly rule: PolicyRule
  readonly binding: Binding
}

/** What somebody has in one scope by many bindings, found by what a rule is about. */
export class ManyRules {
  /** By resource, or resource and subresource. */
  readonly #byResource = new Map<string, HeldRule[]>()
  /** Those that no resource's name finds: of URLs, and with a `*`. */
  readonly #others: HeldRule[] = []
  readonly missing: readonly Binding[]
  /** Places in lists that these take. */
  readonly size: number

  constructor(rules: Iterable<HeldRule>, missing: readonly Binding[]) {
    this.missing = missing
    let size = missing.length
    for (const held of rules) {
      const { resources, nonResourceURLs } = held.rule
      if (nonResourceURLs.length > 0 || resources.some((name) => name.startsWith('*'))) {
        this.#others.push(held)
        size++
        continue
      }
      size += resources.length
      for (const name of resources) {
        const known = this.#byResource.get(name)
        if (known === undefined) this.#byResource.set(name, [held])
        else known.push(held)
      }
    }
    this.size = size
  }

  /** All rules that may allow a request. */
  *about({ isResourceRequest, resource, subresource }: Attributes): IterableIterator<HeldRule> {
    yield* this.#others
    if (isResourceRequest) yield* this.#byResource.get(subresource === '' ? resource : `${resource}/${subresource}`) ?? []
  }
}

/** So many bindings of one user in one scope are looked through faster than they are found. */
export const FEW_BINDINGS = 32
const MAX_USERS = 256
const MAX_SIZE = 200_000

/**
 * Users who have many bindings, by the groups that they are in. What they may do is put in order when they ask a second time, and forgotten
 * when a role or a binding changes: a decision then costs what the rules about its resource cost, not what all of theirs do.
 */
export class LargeUsers {
  /** By groups, then by namespace and name; undefined where somebody has asked once. */
  readonly #known = new Map<string, Map<string, ManyRules | undefined>>()
  /** Who is logged in has the same list at every request. */
  readonly #joined = new WeakMap<readonly string[], string>()
  #size = 0

  forget(): void {
    if (this.#known.size === 0) return
    this.#known.clear()
    this.#size = 0
  }

  /** For one decision: a key of hundreds of groups takes longer than all else. */
  of(user: UserInfo): UserInScopes {
    let scopes: Map<string, ManyRules | undefined> | undefined
    return (namespace, make) => {
      scopes ??= this.#scopesOf(user)
      const key = `${namespace}\n${user.name}`
      const known = scopes.get(key)
      if (known !== undefined) return known
      const made = scopes.has(key) ? make() : undefined
      scopes.set(key, made)
      this.#size += 1 + (made?.size ?? 0)
      return made
    }
  }

  #scopesOf({ groups }: UserInfo): Map<string, ManyRules | undefined> {
    let joined = this.#joined.get(groups)
    if (joined === undefined) this.#joined.set(groups, (joined = groups.join('\n')))
    const known = this.#known.get(joined)
    if (known !== undefined && this.#size < MAX_SIZE) return known
    if (this.#known.size >= MAX_USERS || this.#size >= MAX_SIZE) this.forget()
    const made = new Map<string, ManyRules | undefined>()
    this.#known.set(joined, made)
    return made
  }
}

/** What a user may do in a namespace; `make` is called at the second question, at the first there is nothing. */
export type UserInScopes = (namespace: string, make: () => ManyRules) => ManyRules | undefined
