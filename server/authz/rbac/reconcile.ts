import { copyJson } from '../../machinery/copy-json.ts'
import { listAt, objectAt, objectsAt, textAt } from '../../machinery/json-walk.ts'
import { atOnce } from '../../machinery/slice.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { semanticEqual } from '../../apis/core/v1/semantic-equal.ts'
import { AUTOUPDATE } from './bootstrap-policy.ts'
import { missingRules, ruleJson, rulesOf } from './rules.ts'

/** What has to be done about a default role or binding: nothing, a write, or a delete before it is made anew. */
export type Reconciled = { readonly action: 'keep' } | { readonly action: 'update' | 'recreate'; readonly object: KubeObject }

const keep: Reconciled = { action: 'keep' }
const isProtected = (existing: KubeObject): boolean => existing.metadata.annotations?.[AUTOUPDATE] === 'false'

/** Adds what a role lacks of `expected` and takes nothing away (component-helpers `auth/rbac/reconciliation`). Protected ones stay. */
export function reconcileRole(existing: KubeObject, expected: KubeObject): Reconciled {
  if (isProtected(existing)) return keep
  const object = withMarks(existing, expected)
  const missing = atOnce(missingRules(rulesOf(existing), rulesOf(expected)))
  if (missing.length > 0) object.rules = [...listAt(existing, 'rules'), ...missing.map(ruleJson)]
  const wanted = objectAt(expected, 'aggregationRule')
  if (wanted === undefined) delete object.aggregationRule
  else {
    const own = objectsAt(existing, 'aggregationRule.clusterRoleSelectors')
    const lacking = objectsAt(wanted, 'clusterRoleSelectors').filter((s) => !own.some((o) => semanticEqual(o, s)))
    if (lacking.length > 0)
      object.aggregationRule = { ...objectAt(existing, 'aggregationRule'), clusterRoleSelectors: [...own, ...lacking] }
  }
  return settled(existing, object)
}

/** The same for the subjects of a binding; one that refers to another role is made anew. */
export function reconcileBinding(existing: KubeObject, expected: KubeObject): Reconciled {
  if (isProtected(existing)) return keep
  if (!semanticEqual(existing.roleRef, expected.roleRef)) return { action: 'recreate', object: expected }
  const object = withMarks(existing, expected)
  const own = objectsAt(existing, 'subjects')
  const missing = objectsAt(expected, 'subjects').filter((s) => !own.some((o) => sameSubject(o, s)))
  if (missing.length > 0) object.subjects = [...own, ...missing]
  return settled(existing, object)
}

const sameSubject = (a: object, b: object): boolean => ['kind', 'apiGroup', 'name', 'namespace'].every((f) => textAt(a, f) === textAt(b, f))

/** A copy with the labels and annotations that a default has; those that are there win. */
function withMarks(existing: KubeObject, expected: KubeObject): KubeObject {
  const object = copyJson(existing)
  for (const field of ['labels', 'annotations'] as const)
    object.metadata[field] = { ...expected.metadata[field], ...existing.metadata[field] }
  return object
}

const settled = (existing: KubeObject, object: KubeObject): Reconciled =>
  semanticEqual(existing, object) ? keep : { action: 'update', object }
