import { invalid, required, type FieldError } from '../../../machinery/field-errors.ts'
import { objectAt, objectsAt, textsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { validateLabelSelector, type LabelSelector } from '../../meta/v1/validation.ts'

/** Roles and cluster roles (apis/rbac, validation). */
function policyRule(errors: FieldError[], rule: JsonObject, namespaced: boolean, path: string): void {
  const [groups, resources, urls] = [textsAt(rule, 'apiGroups'), textsAt(rule, 'resources'), textsAt(rule, 'nonResourceURLs')]
  if (textsAt(rule, 'verbs').length === 0) errors.push(required(`${path}.verbs`))
  if (urls.length > 0) {
    const at = `${path}.nonResourceURLs`
    if (namespaced) errors.push(invalid(at, urls, 'namespaced rules cannot apply to non-resource URLs'))
    if (groups.length + resources.length + textsAt(rule, 'resourceNames').length > 0)
      errors.push(invalid(at, urls, 'rules cannot apply to both regular resources and non-resource URLs'))
    return
  }
  if (groups.length === 0) errors.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'))
  if (resources.length === 0) errors.push(required(`${path}.resources`, 'resource rules must supply at least one resource'))
}

export const roleValidation =
  (namespaced: boolean): Validation =>
  (obj) => {
    const errors: FieldError[] = []
    objectsAt(obj, 'rules').forEach((rule, i) => policyRule(errors, rule, namespaced, `rules[${i}]`))
    return errors
  }

export const validateClusterRole: Validation = (obj, old) => {
  const errors = roleValidation(false)(obj, old)
  if (objectAt(obj, 'aggregationRule') === undefined) return errors
  const path = 'aggregationRule.clusterRoleSelectors'
  const selectors = objectsAt(obj, path)
  if (selectors.length === 0) errors.push(required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil'))
  selectors.forEach((selector, i) => {
    const before = errors.length
    validateLabelSelector(errors, selector as LabelSelector, `${path}[${i}]`)
    if (errors.length > before) errors.push(invalid(`${path}[${i}]`, null, 'invalid label selector.'))
  })
  return errors
}
