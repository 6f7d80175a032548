import { forbiddenField, invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { nameIsSubdomain, pathSegmentErrors } from '../../../machinery/names.ts'
import { IMMUTABLE, validateLabelSelector, type LabelSelector } from '../../../apis/meta/v1/validation.ts'
import { semanticEqual } from '../../../apis/core/v1/semantic-equal.ts'
import { objectAt, objectsAt, type Json } from '../fill.ts'
import { checkKept, checkTexts, textOf, textsOf, type Rule } from './rule.ts'

/** Roles, bindings and priority classes (apis/rbac and apis/scheduling, validation). */
const GROUP = 'rbac.authorization.k8s.io'

function policyRule(errors: FieldError[], rule: Json, namespaced: boolean, path: string): void {
  const [groups, resources, urls] = [textsOf(rule, 'apiGroups'), textsOf(rule, 'resources'), textsOf(rule, 'nonResourceURLs')]
  if (textsOf(rule, 'verbs').length === 0) errors.push(required(`${path}.verbs`))
  if (urls.length > 0) {
    const at = `${path}.nonResourceURLs`
    if (namespaced) errors.push(invalid(at, urls, 'namespaced rules cannot apply to non-resource URLs'))
    if (groups.length + resources.length + textsOf(rule, 'resourceNames').length > 0)
      errors.push(invalid(at, urls, 'rules cannot apply to both regular resources and non-resource URLs'))
    return
  }
  if (groups.length === 0) errors.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'))
  if (resources.length === 0) errors.push(required(`${path}.resources`, 'resource rules must supply at least one resource'))
}

const roleRules =
  (namespaced: boolean): Rule =>
  (obj) => {
    const errors: FieldError[] = []
    objectsAt(obj, 'rules').forEach((rule, i) => policyRule(errors, rule, namespaced, `rules[${i}]`))
    return errors
  }

const clusterRole: Rule = (obj, old) => {
  const errors = roleRules(false)(obj, old)
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

const SUBJECTS = ['ServiceAccount', 'User', 'Group']

function subjectRules(errors: FieldError[], subject: Json, namespaced: boolean, path: string): void {
  const [kind, name, group] = [textOf(subject, 'kind'), textOf(subject, 'name'), textOf(subject, 'apiGroup')]
  if (name === '') errors.push(required(`${path}.name`))
  if (kind === 'ServiceAccount') {
    if (name !== '') checkTexts(errors, `${path}.name`, name, nameIsSubdomain(name, false))
    if (group !== '') errors.push(notSupported(`${path}.apiGroup`, group, ['']))
    if (!namespaced && textOf(subject, 'namespace') === '') errors.push(required(`${path}.namespace`))
  } else if (kind === 'User' || kind === 'Group') {
    if (group !== GROUP) errors.push(notSupported(`${path}.apiGroup`, group, [GROUP]))
  } else errors.push(notSupported(`${path}.kind`, kind, SUBJECTS))
}

const bindingRules =
  (namespaced: boolean): Rule =>
  (obj, old) => {
    const errors: FieldError[] = []
    const ref = objectAt(obj, 'roleRef')
    const [apiGroup, kind, name] = [textOf(ref, 'apiGroup'), textOf(ref, 'kind'), textOf(ref, 'name')]
    const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole']
    if (apiGroup !== GROUP) errors.push(notSupported('roleRef.apiGroup', apiGroup, [GROUP]))
    if (!kinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, kinds))
    if (name === '') errors.push(required('roleRef.name'))
    else checkTexts(errors, 'roleRef.name', name, pathSegmentErrors(name))
    objectsAt(obj, 'subjects').forEach((s, i) => subjectRules(errors, s, namespaced, `subjects[${i}]`))
    if (old !== undefined && !semanticEqual(ref, objectAt(old, 'roleRef')))
      // The internal type has no names of its own for JSON.
      errors.push(invalid('roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, IMMUTABLE))
    return errors
  }

const HIGHEST = 1_000_000_000
const SYSTEM_PREFIX = 'system-'
const SYSTEM_CLASSES: Readonly<Record<string, number>> = { 'system-node-critical': 2_000_001_000, 'system-cluster-critical': 2_000_000_000 }

function systemClass(name: string, value: number, globalDefault: boolean): string | undefined {
  const known = SYSTEM_CLASSES[name]
  if (known === undefined) return `${name} is not a known system priority class`
  if (known !== value) return `value of ${name} PriorityClass must be ${known}`
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined
}

const priorityClass: Rule = (obj, old) => {
  const errors: FieldError[] = []
  if (old !== undefined) {
    if ((obj.value ?? 0) !== (old.value ?? 0)) errors.push(forbiddenField('value', 'may not be changed in an update.'))
    checkKept(errors, obj, old, ['preemptionPolicy'])
    return errors
  }
  const name = textOf(obj.metadata as Json, 'name')
  const value = (obj.value ?? 0) as number
  if (name.startsWith(SYSTEM_PREFIX)) {
    const why = systemClass(name, value, obj.globalDefault === true)
    if (why !== undefined) {
      const text = `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only. error: ${why}`
      errors.push(forbiddenField('metadata.name', text))
    }
  } else if (value > HIGHEST) errors.push(forbiddenField('value', `maximum allowed value of a user defined priority is ${HIGHEST}`))
  const policy = textOf(obj, 'preemptionPolicy')
  const policies = ['PreemptLowerPriority', 'Never']
  if (policy !== '' && !policies.includes(policy)) errors.push(notSupported('preemptionPolicy', policy, policies))
  return errors
}

export const accessRules: Readonly<Record<string, Rule>> = {
  'roles.rbac.authorization.k8s.io': roleRules(true),
  'clusterroles.rbac.authorization.k8s.io': clusterRole,
  'rolebindings.rbac.authorization.k8s.io': bindingRules(true),
  'clusterrolebindings.rbac.authorization.k8s.io': bindingRules(false),
  'priorityclasses.scheduling.k8s.io': priorityClass,
}
