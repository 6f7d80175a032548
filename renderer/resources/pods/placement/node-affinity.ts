import type { Node, NodeRequirement, NodeTerm } from '../../nodes/types.ts'
import type { Pod } from '../types.ts'

const integer = /^[+-]?\d+$/

function meets({ operator, values = [] }: NodeRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
    case 'Lt': {
      const [bound = ''] = values
      if (value === undefined || !integer.test(value) || !integer.test(bound)) return false
      const [a, b] = [BigInt(value.replace('+', '')), BigInt(bound.replace('+', ''))]
      return operator === 'Gt' ? a > b : a < b
    }
    default:
      return false
  }
}

export const labelOf = (labels: Record<string, string> | undefined, key: string): string | undefined =>
  labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined

/** All of a term has to hold; one that says nothing finds nothing. A node without a name is known by its labels alone. */
export function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeTerm, labels: Labels, name?: string): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false
  return (
    matchExpressions.every((one) => meets(one, labelOf(labels, one.key))) &&
    matchFields.every((one) => one.key === 'metadata.name' && meets(one, name))
  )
}

type Labels = Record<string, string> | undefined

/** Its nodeSelector and what its node affinity requires. */
export function fitsAffinity(pod: Pod, { metadata }: Node): boolean {
  if (!Object.entries(pod.spec?.nodeSelector ?? {}).every(([key, value]) => labelOf(metadata.labels, key) === value)) return false
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return !required || (required.nodeSelectorTerms ?? []).some((term) => matchesTerm(term, metadata.labels, metadata.name))
}

/** Every term names nodes, and none of them can be meant. */
export function contradictsItself(pod: Pod): boolean {
  const terms = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  return terms.length > 0 && terms.every(({ matchFields = [] }) => namesNobody(matchFields))
}

function namesNobody(matchFields: readonly NodeRequirement[]): boolean {
  const lists = matchFields.filter(({ key, operator }) => key === 'metadata.name' && operator === 'In').map(({ values = [] }) => values)
  const [first, ...others] = lists
  return first !== undefined && !first.some((name) => others.every((list) => list.includes(name)))
}
