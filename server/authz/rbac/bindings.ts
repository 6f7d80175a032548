import { goQuote } from '../../machinery/go-quote.ts'
import { objectsAt, textAt } from '../../machinery/json-walk.ts'
import type { UserInfo } from '../../authn/contract.ts'
import type { Decision } from '../contract.ts'

/** Of a binding, whom it is for. */
interface Subject {
  readonly kind: string
  readonly name: string
  readonly namespace: string
  /** The user or group that it stands for; undefined for nobody. */
  readonly user: string | undefined
  readonly group: string | undefined
}

/** A RoleBinding, or with an empty namespace a ClusterRoleBinding, as decisions need it. */
export class Binding {
  readonly name: string
  readonly namespace: string
  readonly roleKind: string
  readonly roleName: string
  readonly subjects: readonly Subject[]
  readonly #allowed: Decision[] = []

  constructor(namespace: string, name: string, obj: object) {
    this.name = name
    this.namespace = namespace
    this.roleKind = textAt(obj, 'roleRef.kind')
    this.roleName = textAt(obj, 'roleRef.name')
    this.subjects = objectsAt(obj, 'subjects').map((s) => subjectOf(s, namespace))
  }

  /** The decision of one of its rules that allows, for a user whom it is for; the first subject that is meant is named. */
  allows(user: UserInfo): Decision {
    const i = Math.max(
      this.subjects.findIndex((s) => isMeant(s, user)),
      0,
    )
    return (this.#allowed[i] ??= { decision: 'allow', reason: `RBAC: allowed by ${this.#describe(this.subjects[i]!)}` })
  }

  #describe({ kind, name, namespace }: Subject): string {
    const own =
      this.namespace === '' ? `ClusterRoleBinding ${goQuote(this.name)}` : `RoleBinding ${goQuote(`${this.name}/${this.namespace}`)}`
    const whom = kind === 'ServiceAccount' ? `${name}/${namespace}` : name
    return `${own} of ${this.roleKind} ${goQuote(this.roleName)} to ${kind} ${goQuote(whom)}`
  }
}

const isMeant = ({ user, group }: Subject, who: UserInfo): boolean =>
  user !== undefined ? user === who.name : group !== undefined && who.groups.includes(group)

function subjectOf(obj: object, bindingNamespace: string): Subject {
  const [kind, name] = [textAt(obj, 'kind'), textAt(obj, 'name')]
  const namespace = textAt(obj, 'namespace') || bindingNamespace
  const account = kind === 'ServiceAccount' && namespace !== '' ? `system:serviceaccount:${namespace}:${name}` : undefined
  return { kind, name, namespace, user: kind === 'User' ? name : account, group: kind === 'Group' ? name : undefined }
}

/** The bindings of one namespace, or of the cluster, by those whom they are for. */
export class BindingIndex {
  readonly #byName = new Map<string, Binding>()
  readonly #users = new Map<string, Map<string, Binding>>()
  readonly #groups = new Map<string, Map<string, Binding>>()

  get size(): number {
    return this.#byName.size
  }

  set(binding: Binding): void {
    this.remove(binding.name)
    this.#byName.set(binding.name, binding)
    for (const { user, group } of binding.subjects) {
      if (user !== undefined) add(this.#users, user, binding)
      if (group !== undefined) add(this.#groups, group, binding)
    }
  }

  remove(name: string): void {
    const binding = this.#byName.get(name)
    if (binding === undefined) return
    this.#byName.delete(name)
    for (const { user, group } of binding.subjects) {
      if (user !== undefined) drop(this.#users, user, name)
      if (group !== undefined) drop(this.#groups, group, name)
    }
  }

  /** Whether more than `count` are, or may be, for a user: with so many groups nobody looks. */
  hasMore(user: UserInfo, count: number): boolean {
    if (user.groups.length > count) return true
    let found = this.#users.get(user.name)?.size ?? 0
    for (const group of user.groups) found += this.#groups.get(group)?.size ?? 0
    return found > count
  }

  /** Those that are for a user, himself or by a group; one that names him more than once comes more than once. */
  *of(user: UserInfo): IterableIterator<Binding> {
    const own = this.#users.get(user.name)
    if (own !== undefined) yield* own.values()
    for (const group of user.groups) {
      const shared = this.#groups.get(group)
      if (shared !== undefined) yield* shared.values()
    }
  }
}

function add(index: Map<string, Map<string, Binding>>, key: string, binding: Binding): void {
  const known = index.get(key)
  if (known === undefined) index.set(key, new Map([[binding.name, binding]]))
  else known.set(binding.name, binding)
}

function drop(index: Map<string, Map<string, Binding>>, key: string, name: string): void {
  const known = index.get(key)
  known?.delete(name)
  if (known?.size === 0) index.delete(key)
}
