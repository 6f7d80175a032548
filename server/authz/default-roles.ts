import { groupAuthenticated, groupUnauthenticated, type UserInfo } from '../authn/contract.ts'
import { noOpinion, type Attributes, type Authorizer, type Decision } from './contract.ts'

interface Rule {
  /** The default cluster role that grants this in Kubernetes. */
  readonly role: string
  readonly groups: readonly string[]
  readonly verbs: readonly string[]
  /** A trailing `*` stands for any rest. */
  readonly paths?: readonly string[]
  readonly apiGroup?: string
  readonly resources?: readonly string[]
}

const everyone = [groupAuthenticated, groupUnauthenticated]

/** What the default roles grant to everyone and to everyone who has logged in. */
const rules: readonly Rule[] = [
  {
    role: 'system:public-info-viewer',
    groups: everyone,
    verbs: ['get'],
    paths: ['/livez', '/readyz', '/healthz', '/version', '/version/'],
  },
  {
    role: 'system:discovery',
    groups: [groupAuthenticated],
    verbs: ['get'],
    paths: ['/openapi', '/openapi/*', '/api', '/api/*', '/apis', '/apis/*'],
  },
  {
    role: 'system:basic-user',
    groups: [groupAuthenticated],
    verbs: ['create'],
    apiGroup: 'authorization.k8s.io',
    resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
  },
  {
    role: 'system:basic-user',
    groups: [groupAuthenticated],
    verbs: ['create'],
    apiGroup: 'authentication.k8s.io',
    resources: ['selfsubjectreviews'],
  },
]

const allowed: ReadonlyMap<Rule, Decision> = new Map(
  rules.map((rule) => [rule, { decision: 'allow', reason: `granted by the default cluster role ${rule.role}` }]),
)

/** The rights that need no role objects to be stored. */
export const defaultRolesAuthorizer: Authorizer = {
  authorize(user, attributes) {
    for (const rule of rules) if (grants(rule, user, attributes)) return allowed.get(rule)!
    return noOpinion
  },
  rulesFor(user) {
    const own = rules.filter((r) => r.groups.some((g) => user.groups.includes(g)))
    return {
      resourceRules: own.flatMap((r) =>
        r.resources === undefined ? [] : [{ verbs: r.verbs, apiGroups: [r.apiGroup ?? ''], resources: r.resources }],
      ),
      nonResourceRules: own.flatMap((r) => (r.paths === undefined ? [] : [{ verbs: r.verbs, nonResourceURLs: r.paths }])),
    }
  },
}

function grants(rule: Rule, user: UserInfo, a: Attributes): boolean {
  if (!rule.verbs.includes(a.verb) || !rule.groups.some((g) => user.groups.includes(g))) return false
  if (!a.isResourceRequest) return rule.paths?.some((p) => matches(p, a.path)) ?? false
  return rule.apiGroup === a.apiGroup && a.subresource === '' && (rule.resources?.includes(a.resource) ?? false)
}

const matches = (pattern: string, path: string): boolean =>
  pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern
