import type { LabelSelector } from '../../kube/label-selector.ts'
import { type Resource, resourceKey } from '../../kube/resource.ts'

/** RuleWithOperations of admissionregistration.k8s.io. */
export interface Rule {
  operations?: string[]
  apiGroups?: string[]
  apiVersions?: string[]
  resources?: string[]
  scope?: string
}

export interface MatchConstraints {
  resourceRules?: (Rule & { resourceNames?: string[] })[]
  excludeResourceRules?: (Rule & { resourceNames?: string[] })[]
  namespaceSelector?: LabelSelector
  objectSelector?: LabelSelector
  matchPolicy?: string
}

const names = (of: readonly string[] | undefined, name: string): boolean => of?.some((one) => one === '*' || one === name) ?? false

// A rule's resources name a kind, or what is below it: `pods`, `pods/status`, `pods/*`, `*`, `*/scale`, `*/*`.
export function resourceMatches(pattern: string, plural: string, subresource: string): boolean {
  const [resource = '', sub = ''] = pattern.split('/')
  // `*` is every kind, without what is below it; only a `*` behind the slash means those (apiserver pkg/admission/plugin/webhook/predicates/rules).
  return (resource === '*' || resource === plural) && (sub === subresource || sub === '*')
}

/** The kinds that a rule covers among those that the cluster serves, with which of their subresources; `plural` first. */
export function coveredKinds(rules: readonly Rule[], all: readonly Resource[]): { resource: Resource; parts: string[] }[] {
  return all.flatMap((resource) => {
    const parts = ['', ...resource.subresources].filter((sub) =>
      rules.some(
        ({ apiGroups, apiVersions, resources = [], scope = '*' }) =>
          names(apiGroups, resource.group) &&
          names(apiVersions, resource.version) &&
          (scope === '*' || (scope === 'Namespaced') === resource.namespaced) &&
          resources.some((pattern) => resourceMatches(pattern, resource.plural, sub)),
      ),
    )
    return parts.length === 0
      ? []
      : [{ resource, parts: parts.map((sub) => (sub ? `${resourceKey(resource)}/${sub}` : resourceKey(resource))) }]
  })
}

/** A rule as one reads it: `CREATE UPDATE apps/v1 deployments`. */
export const ruleText = ({ operations = [], apiGroups = [], apiVersions = [], resources = [], scope }: Rule): string =>
  [
    operations.join(' '),
    `${apiGroups.map((group) => group || 'core').join(',')}/${apiVersions.join(',')}`,
    resources.join(', '),
    scope && scope !== '*' ? scope : '',
  ]
    .filter(Boolean)
    .join(' · ')
