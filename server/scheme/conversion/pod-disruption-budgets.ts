type Json = Record<string, unknown>

/** Stands in a budget's selector where v1 and v1beta1 mean different things by an empty one (k8s.io/kubernetes pkg/apis/policy). */
const LABEL = 'pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match'

/** A budget of policy/v1beta1, where an empty selector is for no pod, as v1 says it. */
export function budgetFromV1beta1(object: Json): Json {
  const spec = object.spec as Json | undefined
  const selector = spec?.selector as Json | undefined
  if (spec === undefined || selector === undefined) return object
  const expressions = (selector.matchExpressions ?? []) as readonly Json[]
  const hasLabels = Object.keys((selector.matchLabels ?? {}) as Json).length > 0
  if (!hasLabels && expressions.length === 0) return withSelector(object, { matchExpressions: [{ key: LABEL, operator: 'Exists' }] })
  const [first] = expressions
  if (!hasLabels && expressions.length === 1 && first!.key === LABEL && first!.operator === 'DoesNotExist') return withSelector(object, {})
  return withSelector(object, { ...selector, matchExpressions: expressions.filter(({ key }) => key !== LABEL) })
}

const withSelector = (object: Json, selector: Json): Json => ({ ...object, spec: { ...(object.spec as Json), selector } })
