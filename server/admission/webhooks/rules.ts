import type { GroupVersionResource, RuleObject } from './contract.ts'

/** What a rule looks at. */
export interface Matched extends GroupVersionResource {
  readonly operation: string
  readonly subresource: string
  /** Of the object; '' for one of the cluster. Namespaces are of the cluster. */
  readonly namespace: string
}

/** Which requests a webhook is for (apiserver `plugin/webhook/predicates/rules`). Made once a configuration. */
export class Rule {
  readonly #rule: RuleObject
  readonly #resources: readonly (readonly [resource: string, subresource: string])[]

  constructor(rule: RuleObject) {
    this.#rule = rule
    this.#resources = (rule.resources ?? []).map((text) => {
      const slash = text.indexOf('/')
      return slash < 0 ? [text, ''] : [text.slice(0, slash), text.slice(slash + 1)]
    })
  }

  matches(m: Matched): boolean {
    const { operations, apiGroups, apiVersions } = this.#rule
    return (
      this.#inScope(m) &&
      has(operations, m.operation) &&
      has(apiGroups, m.group) &&
      has(apiVersions, m.version) &&
      this.#resources.some(([resource, sub]) => is(resource, m.resource) && is(sub, m.subresource))
    )
  }

  #inScope({ namespace, group, version, resource }: Matched): boolean {
    const { scope = '*' } = this.#rule
    if (scope === '*') return true
    const isNamespace = group === '' && version === 'v1' && resource === 'namespaces'
    return (scope === 'Namespaced') === (!isNamespace && namespace !== '')
  }
}

const is = (pattern: string, value: string): boolean => pattern === '*' || pattern === value
const has = (patterns: readonly string[] | undefined, value: string): boolean => patterns?.some((p) => is(p, value)) === true
