import type { Node, NodeSelectorRequirement, NodeSelectorTerm, PodSpec, Strings } from './objects.ts'

const INTEGER = /^[+-]?\d+$/

/** One requirement against a value; undefined is a missing label. Unknown operators match nothing. */
function meets(r: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (r.operator) {
    case 'In':
      return value !== undefined && (r.values ?? []).includes(value)
    case 'NotIn':
      return value === undefined || !(r.values ?? []).includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
    case 'Lt': {
      const bound = r.values?.[0]
      if (value === undefined || bound === undefined || !INTEGER.test(value) || !INTEGER.test(bound)) return false
      const [a, b] = [BigInt(value.replace('+', '')), BigInt(bound.replace('+', ''))]
      return r.operator === 'Gt' ? a > b : a < b
    }
    default:
      return false
  }
}

function labelOf(labels: Strings | undefined, key: string): string | undefined {
  return labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined
}

/** Every requirement of a term must hold; a term without any matches nothing. The only field is metadata.name. */
export function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const expressions = term.matchExpressions ?? []
  const fields = term.matchFields ?? []
  if (expressions.length === 0 && fields.length === 0) return false
  return (
    expressions.every((r) => meets(r, labelOf(node.metadata.labels, r.key))) &&
    fields.every((r) => r.key === 'metadata.name' && meets(r, node.metadata.name))
  )
}

export interface RequiredAffinity {
  selector: Strings | undefined
  /** ORed; undefined where the pod has no required node affinity. */
  terms: readonly NodeSelectorTerm[] | undefined
}

/** What the pod demands of its node, or undefined when it demands nothing. */
export function requiredAffinity(spec: PodSpec | undefined): RequiredAffinity | undefined {
  const selector = spec?.nodeSelector
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  const hasSelector = selector !== undefined && Object.keys(selector).length > 0
  return hasSelector || terms !== undefined ? { selector: hasSelector ? selector : undefined, terms } : undefined
}

export function matchesRequired(required: RequiredAffinity, node: Node): boolean {
  for (const [key, value] of Object.entries(required.selector ?? {})) {
    if (labelOf(node.metadata.labels, key) !== value) return false
  }
  return required.terms === undefined || required.terms.some((t) => matchesTerm(t, node))
}

/**
 * The only nodes that can match, when every term pins metadata.name; undefined when some term leaves it open.
 * An empty set means that each term contradicts itself.
 */
export function pinnedNodes(terms: readonly NodeSelectorTerm[] | undefined): Set<string> | undefined {
  if (terms === undefined || terms.length === 0) return undefined
  const all = new Set<string>()
  for (const term of terms) {
    let names: Set<string> | undefined
    for (const r of term.matchFields ?? []) {
      if (r.key !== 'metadata.name' || r.operator !== 'In') continue
      const values = new Set(r.values ?? [])
      names = names === undefined ? values : new Set([...names].filter((n) => values.has(n)))
    }
    if (names === undefined) return undefined
    for (const name of names) all.add(name)
  }
  return all
}
