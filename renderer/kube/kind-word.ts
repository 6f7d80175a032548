import type { Resource } from './resource.ts'

type Named = Pick<Resource, 'kind' | 'plural'>

/**
 * A kind as a word in a sentence about `count` of its objects: `1 Pod`, `3 Pods`, `2 NetworkPolicies`. The plural is the API's own
 * (`networkpolicies`), in the kind's spelling as far as both agree. Languages without a plural, as Chinese, keep the kind as it is.
 */
export function kindWord(resource: Named, count: number, language: string): string {
  const rules = pluralRules(language)
  if (rules.resolvedOptions().pluralCategories.length === 1 || rules.select(count) === 'one') return resource.kind
  return pluralOf(resource)
}

function pluralOf({ kind, plural }: Named): string {
  const lower = kind.toLowerCase()
  let same = 0
  while (same < lower.length && lower[same] === plural[same]) same++
  // A CustomResourceDefinition may call its plural anything.
  return same === 0 ? plural : kind.slice(0, same) + plural.slice(same)
}

const known = new Map<string, Intl.PluralRules>()
function pluralRules(language: string): Intl.PluralRules {
  let rules = known.get(language)
  if (!rules) known.set(language, (rules = new Intl.PluralRules(language)))
  return rules
}
