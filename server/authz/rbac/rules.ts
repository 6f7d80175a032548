import { goQuote } from '../../machinery/go-quote.ts'
import { objectsAt, textsAt } from '../../machinery/json-walk.ts'
import type { Pausing } from '../../machinery/slice.ts'
import type { Attributes } from '../contract.ts'

/** A rule of a Role or ClusterRole (rbac/v1, PolicyRule). A list that is absent in JSON is empty here. */
export interface PolicyRule {
  readonly verbs: readonly string[]
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames: readonly string[]
  readonly nonResourceURLs: readonly string[]
}

const NONE: readonly string[] = []
const listOf = (rule: object, field: string): readonly string[] => {
  const list = textsAt(rule, field)
  return list.length === 0 ? NONE : list
}

/** The rules of a role in its JSON form. */
export const rulesOf = (role: object): readonly PolicyRule[] => objectsAt(role, 'rules').map(ruleOf)

export const ruleOf = (rule: object): PolicyRule => ({
  verbs: listOf(rule, 'verbs'),
  apiGroups: listOf(rule, 'apiGroups'),
  resources: listOf(rule, 'resources'),
  resourceNames: listOf(rule, 'resourceNames'),
  nonResourceURLs: listOf(rule, 'nonResourceURLs'),
})

/** The rule as it is written into an object: empty lists are left out. */
export function ruleJson(rule: PolicyRule): Record<string, readonly string[]> {
  const { verbs, ...lists } = rule
  return { ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)), verbs }
}

const has = (list: readonly string[], wanted: string): boolean => list.includes('*') || list.includes(wanted)

/** Whether a rule allows a request (plugin/pkg/auth/authorizer/rbac, RuleAllows). */
export function ruleAllows(rule: PolicyRule, a: Attributes): boolean {
  if (!has(rule.verbs, a.verb)) return false
  if (!a.isResourceRequest) return rule.nonResourceURLs.some((url) => urlCovers(url, a.path))
  return (
    has(rule.apiGroups, a.apiGroup) &&
    resourceMatches(rule.resources, a.resource, a.subresource) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(a.name))
  )
}

function resourceMatches(allowed: readonly string[], resource: string, subresource: string): boolean {
  if (subresource === '') return has(allowed, resource)
  return has(allowed, `${resource}/${subresource}`) || allowed.includes(`*/${subresource}`)
}

const STAR = 42

/** A trailing `*` stands for any rest; several count as one. */
function urlCovers(pattern: string, path: string): boolean {
  if (pattern === path) return true
  let end = pattern.length
  while (end > 0 && pattern.charCodeAt(end - 1) === STAR) end--
  return end < pattern.length && path.startsWith(pattern.slice(0, end))
}

/** A rule as refusals print it: `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}`. */
export function describeRule(rule: PolicyRule): string {
  const fields: [string, readonly string[]][] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ]
  return `{${fields.flatMap(([name, list]) => (list.length === 0 ? [] : [`${name}:${goList(list)}`])).join(', ')}}`
}

/** A list of texts as Go's `%q` prints it. */
export const goList = (list: readonly string[]): string => `[${list.map(goQuote).join(' ')}]`

/** So many rules of one verb, group, resource and name are looked at apart; of a rule that makes more, all counts as missing that is not covered whole. */
const MAX_PARTS = 10_000

/**
 * What `wanted` grants and `held` does not, in rules of one verb, group, resource and name each (component-helpers
 * `auth/rbac/validation`, Covers). One held rule has to cover such a rule alone.
 */
export function* missingRules(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): Pausing<PolicyRule[]> {
  const missing: PolicyRule[] = []
  let left = MAX_PARTS
  for (const rule of wanted) {
    left -= countOfParts(rule)
    if (left < 0) {
      yield
      if (!held.some((own) => coversWhole(own, rule))) missing.push(rule)
      left = 0
      continue
    }
    for (const part of parts(rule)) {
      yield
      if (!held.some((own) => covers(own, part))) missing.push(part)
    }
  }
  return missing
}

/** Members of two lists that are compared with each other. */
const MAX_COMPARED = 1_000_000

const countOfParts = ({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): number =>
  verbs.length * (apiGroups.length * resources.length * Math.max(resourceNames.length, 1) + nonResourceURLs.length)

function* parts({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): IterableIterator<PolicyRule> {
  const names = resourceNames.length === 0 ? [NONE] : resourceNames.map((name) => [name])
  for (const group of apiGroups)
    for (const resource of resources)
      for (const verb of verbs)
        for (const name of names)
          yield { apiGroups: [group], resources: [resource], verbs: [verb], resourceNames: name, nonResourceURLs: NONE }
  for (const url of nonResourceURLs)
    for (const verb of verbs) yield { apiGroups: NONE, resources: NONE, verbs: [verb], resourceNames: NONE, nonResourceURLs: [url] }
}

function covers(own: PolicyRule, part: PolicyRule): boolean {
  const [resource] = part.resources
  const [url] = part.nonResourceURLs
  if (!has(own.verbs, part.verbs[0]!)) return false
  if (url !== undefined) return own.nonResourceURLs.some((pattern) => urlCovers(pattern, url))
  if (!has(own.apiGroups, part.apiGroups[0]!) || !resourceCovered(own.resources, resource!)) return false
  const [name] = part.resourceNames
  return own.resourceNames.length === 0 || (name !== undefined && own.resourceNames.includes(name))
}

/** Whether a held rule covers all of another one; of what is too long to compare, only that a `*` covers it. */
function coversWhole(own: PolicyRule, rule: PolicyRule): boolean {
  const all = (held: readonly string[], wanted: readonly string[]): boolean =>
    held.includes('*') || (held.length * wanted.length <= MAX_COMPARED && wanted.every((w) => held.includes(w)))
  if (!all(own.verbs, rule.verbs) || !all(own.nonResourceURLs, rule.nonResourceURLs)) return false
  if (rule.apiGroups.length === 0 || rule.resources.length === 0) return true
  if (!all(own.apiGroups, rule.apiGroups) || !all(own.resources, rule.resources)) return false
  return own.resourceNames.length === 0 || (rule.resourceNames.length > 0 && all(own.resourceNames, rule.resourceNames))
}

function resourceCovered(own: readonly string[], resource: string): boolean {
  if (has(own, resource)) return true
  const slash = resource.indexOf('/')
  return slash >= 0 && own.includes(`*${resource.slice(slash)}`)
}

/** Rules of one group and resource that differ in nothing but their verb, as one (registry/rbac/validation, CompactRules). */
export function compactRules(rules: readonly PolicyRule[]): PolicyRule[] {
  const simple = new Map<string, { -readonly [K in keyof PolicyRule]: PolicyRule[K] }>()
  const others: PolicyRule[] = []
  for (const rule of rules) {
    const { apiGroups, resources, resourceNames, nonResourceURLs } = rule
    if (resourceNames.length > 1 || nonResourceURLs.length > 0 || apiGroups.length !== 1 || resources.length !== 1) {
      others.push(rule)
      continue
    }
    const key = JSON.stringify([apiGroups, resources, resourceNames])
    const known = simple.get(key)
    if (known === undefined) simple.set(key, { ...rule, verbs: [...rule.verbs] })
    else (known.verbs as string[]).push(...rule.verbs)
  }
  return [...others, ...simple.values()]
}
