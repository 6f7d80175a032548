import { matchesLabel } from './filter.ts'

/** metav1.LabelSelector. */
export interface LabelSelector {
  matchLabels?: Record<string, string>
  matchExpressions?: { key: string; operator: string; values?: string[] }[]
}

const ops: Record<string, 'in' | 'notin' | 'exists' | 'absent'> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: 'absent' }

/** As the API machinery has it: no selector selects nothing, an empty one everything. An operator that is not known selects nothing. */
export function selects(selector: LabelSelector | undefined | null, labels: Record<string, string> | undefined): boolean {
  if (!selector) return false
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels?.[key] === value)
  return (
    equal &&
    (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const op = ops[operator]
      return op !== undefined && matchesLabel({ kind: 'label', not: false, key, op, values }, labels)
    })
  )
}

const written: Record<string, (key: string, values: string) => string> = {
  In: (key, values) => `${key} in (${values})`,
  NotIn: (key, values) => `${key} notin (${values})`,
  Exists: (key) => key,
  DoesNotExist: (key) => `!${key}`,
}

/** As kubectl and the `labelSelector` parameter take it (apimachinery pkg/labels); '' for one that selects everything. */
export const labelSelectorText = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string =>
  [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.flatMap(({ key, operator, values = [] }) => written[operator]?.(key, values.join(',')) ?? []),
  ].join(',')
