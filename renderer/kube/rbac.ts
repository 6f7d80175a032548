import { readAccountName } from './acting.ts'

/** What roles and bindings of rbac.authorization.k8s.io/v1 say; whether a request is allowed is decided as the server's authorizer does. */
export interface PolicyRule {
  verbs?: string[]
  apiGroups?: string[]
  resources?: string[]
  resourceNames?: string[]
  nonResourceURLs?: string[]
}

export interface Subject {
  kind: 'User' | 'Group' | 'ServiceAccount'
  name: string
  namespace?: string
}

export interface RoleRef {
  kind: 'Role' | 'ClusterRole'
  name: string
}

export interface Role extends RoleRef {
  /** '' for a ClusterRole. */
  namespace: string
  rules: PolicyRule[]
}

export interface Binding {
  name: string
  /** '' for a ClusterRoleBinding: it gives everywhere. */
  namespace: string
  roleRef: RoleRef
  subjects: Subject[]
}

/** A request, as far as rules look at it. `resource` carries its subresource: `pods/log`. */
export type Question =
  | { verb: string; group: string; resource: string; name: string; namespace: string }
  /** Anything that is no resource: `/healthz`. */
  | { verb: string; path: string }

/** One way in which something is allowed to a subject. */
export interface Grant {
  subject: Subject
  binding: Binding
  role: Role
  rule: PolicyRule
}

const has = (list: string[] | undefined, ...wanted: string[]): boolean => list?.some((each) => wanted.includes(each)) ?? false

/** As `RuleAllows` of plugin/pkg/auth/authorizer/rbac and the matches of pkg/apis/rbac/v1/evaluation_helpers.go. */
export function ruleAllows(rule: PolicyRule, question: Question): boolean {
  if (!has(rule.verbs, '*', question.verb)) return false
  if ('path' in question) {
    return (
      rule.nonResourceURLs?.some(
        (url) => url === '*' || url === question.path || (url.endsWith('*') && question.path.startsWith(url.replace(/\*+$/, ''))),
      ) ?? false
    )
  }
  const [, subresource = ''] = question.resource.split(/\/(.*)/s)
  return (
    has(rule.apiGroups, '*', question.group) &&
    has(rule.resources, '*', question.resource, ...(subresource === '' ? [] : [`*/${subresource}`])) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(question.name))
  )
}

/** Roles and bindings as they can be read. */
export class Rbac {
  readonly bindings: readonly Binding[]
  readonly roles: readonly Role[]
  readonly #roles: Map<string, Role>

  constructor(roles: readonly Role[], bindings: readonly Binding[]) {
    this.bindings = bindings
    this.roles = roles
    this.#roles = new Map(roles.map((role) => [roleKey(role.kind, role.namespace, role.name), role]))
  }

  /** The role of a binding; undefined when there is none of that name, or it cannot be read: then it gives nothing that is known. */
  roleOf({ roleRef, namespace }: Binding): Role | undefined {
    return this.#roles.get(roleKey(roleRef.kind, roleRef.kind === 'Role' ? namespace : '', roleRef.name))
  }

  /** The bindings of a role. */
  bindingsOf(role: Pick<Role, 'kind' | 'namespace' | 'name'>): Binding[] {
    return this.bindings.filter(
      ({ roleRef, namespace }) =>
        roleRef.kind === role.kind && roleRef.name === role.name && (role.kind === 'ClusterRole' || namespace === role.namespace),
    )
  }

  /** Everybody whom a binding allows it, each with the first rule of each binding that does. */
  whoCan(question: Question): Grant[] {
    // What is asked about the whole cluster, or has no namespace, only ClusterRoleBindings give.
    const namespace = 'path' in question ? '' : question.namespace
    return this.bindings.flatMap((binding) => {
      if (binding.namespace !== '' && binding.namespace !== namespace) return []
      const role = this.roleOf(binding)
      const rule = role?.rules.find((each) => ruleAllows(each, question))
      return role && rule ? binding.subjects.map((subject) => ({ subject: placed(subject, binding), binding, role, rule })) : []
    })
  }

  /** Every rule that a user of this name and these groups has, those that are given to it by name before those of a group. */
  whatCan(user: string, groups: readonly string[]): Grant[] {
    const all = this.bindings.flatMap((binding) => {
      const subject = binding.subjects.find((each) => isSubject(placed(each, binding), user, groups))
      const role = subject && this.roleOf(binding)
      return role ? role.rules.map((rule) => ({ subject: placed(subject, binding), binding, role, rule })) : []
    })
    return all.sort((a, b) => Number(a.subject.kind === 'Group') - Number(b.subject.kind === 'Group'))
  }
}

const roleKey = (kind: string, namespace: string, name: string): string => `${kind}/${namespace}/${name}`

/** A service account without a namespace is one of its binding's. */
const placed = (subject: Subject, { namespace }: Binding): Subject =>
  subject.kind === 'ServiceAccount' && !subject.namespace ? { ...subject, namespace } : subject

export function isSubject(subject: Subject, user: string, groups: readonly string[]): boolean {
  if (subject.kind === 'User') return subject.name === user
  if (subject.kind === 'Group') return groups.includes(subject.name)
  const account = readAccountName(user)
  return account !== undefined && account.namespace === subject.namespace && account.name === subject.name
}

/** The groups that the server itself puts somebody into; those of a user beyond them only the authenticator knows. */
export function impliedGroups(user: string): string[] {
  if (user === 'system:anonymous') return ['system:unauthenticated']
  const account = readAccountName(user)
  return account
    ? ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`, 'system:authenticated']
    : ['system:authenticated']
}

/** Its members may do everything, whatever the rules say (`privilegedGroups` of the server's authorizer). */
export const privilegedGroup = 'system:masters'

/** What, which of it, and which verbs; resources as kubectl describe writes them: `pods/log`, `deployments.apps`, `*.*`. */
export function ruleCells({ verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): string[] {
  const named = apiGroups.flatMap((group) => resources.map((resource) => qualified(resource, group)))
  return [[...named, ...nonResourceURLs].join(', '), resourceNames.join(', '), verbs.join(', ')]
}

/** `deployments.apps/scale` of `deployments/scale` and `apps`. */
export function qualified(resource: string, group: string): string {
  if (group === '') return resource
  const [name = '', ...sub] = resource.split('/')
  return [`${name}.${group}`, ...sub].join('/')
}

/** The way back; what no group is named of is of the core group. */
export function unqualified(text: string): { group: string; resource: string } {
  const [key = '', ...sub] = text.split('/')
  const [plural = '', ...group] = key.split('.')
  return { group: group.join('.'), resource: [plural, ...sub].join('/') }
}
