import { trimSpace } from '../../../machinery/trim-space.ts'
import { conditionError } from '../../../cel/conditions.ts'
import { duplicate, invalid, notSupported, required, tooMany, type FieldError } from '../../../machinery/field-errors.ts'
import { isSet, objectAt, objectsAt, textAt, textsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { pathSegmentErrors } from '../../../machinery/names.ts'
import { atOnce, type Pausing } from '../../../machinery/slice.ts'
import { checkQualifiedName, invalidTexts } from '../../core/v1/checks.ts'
import { validateLabelSelector, type LabelSelector } from '../../meta/v1/validation.ts'

/** Which requests webhooks and policies are asked about (apis/admissionregistration, validation). */
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const MUTATING_OPERATIONS = ['*', 'CONNECT', 'CREATE', 'UPDATE']
const SCOPES = ['*', 'Cluster', 'Namespaced']
const MATCH_POLICIES = ['Equivalent', 'Exact']
const MAX_CONDITIONS = 64

export const FAILURE_POLICIES = ['Fail', 'Ignore']

/** A pointer to one of some values. */
export function checkChoice(errors: FieldError[], obj: JsonObject, key: string, allowed: readonly string[], path: string): void {
  if (isSet(obj, key) && !allowed.includes(textAt(obj, key))) errors.push(notSupported(`${path}.${key}`, textAt(obj, key), allowed))
}

function checkResources(errors: FieldError[], resources: readonly string[], path: string): void {
  if (resources.length === 0) errors.push(required(path))
  const [allSubresources, ofAllResources] = [new Set<string>(), new Set<string>()]
  let plain = false
  resources.forEach((text, i) => {
    if (text === '') {
      errors.push(required(`${path}[${i}]`))
      return
    }
    const slash = text.indexOf('/')
    if (slash === -1) {
      plain = text !== '*'
      return
    }
    const [resource, subresource] = [text.slice(0, slash), text.slice(slash + 1)]
    if (allSubresources.has(resource))
      errors.push(invalid(`${path}[${i}]`, text, `if '${resource}/*' is present, must not specify ${text}`))
    if (ofAllResources.has(subresource))
      errors.push(invalid(`${path}[${i}]`, text, `if '*/${subresource}' is present, must not specify ${text}`))
    if (subresource === '*') allSubresources.add(resource)
    if (resource === '*') ofAllResources.add(subresource)
  })
  if (resources.length > 1 && resources.includes('*/*'))
    errors.push(invalid(path, resources, "if '*/*' is present, must not specify other resources"))
  if (resources.includes('*') && plain)
    errors.push(invalid(path, resources, "if '*' is present, must not specify other resources without subresources"))
}

export function checkRule(errors: FieldError[], rule: JsonObject, path: string): void {
  const wildcard = (key: string, what: string): readonly string[] => {
    const values = textsAt(rule, key)
    if (values.length === 0) errors.push(required(`${path}.${key}`))
    if (values.length > 1 && values.includes('*'))
      errors.push(invalid(`${path}.${key}`, values, `if '*' is present, must not specify other ${what}`))
    return values
  }
  wildcard('operations', 'operations').forEach((operation, i) => {
    if (!OPERATIONS.includes(operation)) errors.push(notSupported(`${path}.operations[${i}]`, operation, OPERATIONS))
  })
  wildcard('apiGroups', 'API groups')
  wildcard('apiVersions', 'API versions').forEach((version, i) => {
    if (version === '') errors.push(required(`${path}.apiVersions[${i}]`))
  })
  checkResources(errors, textsAt(rule, 'resources'), `${path}.resources`)
  checkChoice(errors, rule, 'scope', SCOPES, path)
}

/** The rules of a policy or a binding, with names of objects. */
export function checkMatchResources(errors: FieldError[], match: JsonObject, path: string): void {
  if (!isSet(match, 'matchPolicy')) errors.push(required(`${path}.matchPolicy`))
  else checkChoice(errors, match, 'matchPolicy', MATCH_POLICIES, path)
  for (const key of ['namespaceSelector', 'objectSelector']) {
    if (!isSet(match, key)) errors.push(required(`${path}.${key}`))
    else validateLabelSelector(errors, match[key] as LabelSelector, `${path}.${key}`)
  }
  for (const key of ['resourceRules', 'excludeResourceRules']) {
    objectsAt(match, key).forEach((rule, i) => {
      const seen = new Set<string>()
      textsAt(rule, 'resourceNames').forEach((name, j) => {
        const at = `${path}.${key}[${i}].resourceNames[${j}]`
        invalidTexts(errors, at, name, pathSegmentErrors(name))
        if (seen.has(name)) errors.push(duplicate(at, name))
        seen.add(name)
      })
      checkRule(errors, rule, `${path}.${key}[${i}]`)
    })
  }
}

/** Nothing changes what is deleted. */
export function checkMutatingOperations(errors: FieldError[], match: JsonObject, path: string): void {
  for (const rule of objectsAt(match, 'resourceRules')) {
    for (const operation of textsAt(rule, 'operations')) {
      if (MUTATING_OPERATIONS.includes(operation)) continue
      errors.push(notSupported(`${path}.resourceRules.operations`, operation, MUTATING_OPERATIONS))
    }
  }
}

export interface ConditionRules {
  /** Expressions that are stored already, which may use what a server one version older would not know. */
  readonly stored: ReadonlySet<string>
  /** Whether there are `params`, as in a policy. */
  readonly params?: boolean
}

/** With a pause before each expression. */
export function* checkingMatchConditions(
  errors: FieldError[],
  conditions: readonly JsonObject[],
  path: string,
  { stored, params = false }: ConditionRules,
): Pausing<void> {
  if (conditions.length > MAX_CONDITIONS) errors.push(tooMany(path, conditions.length, MAX_CONDITIONS))
  const seen = new Set<string>()
  for (const [i, condition] of conditions.entries()) {
    yield
    const name = textAt(condition, 'name')
    const at = `${path}[${i}]`
    const expression = trimSpace(textAt(condition, 'expression'))
    if (expression === '') errors.push(required(`${at}.expression`))
    else {
      const wrong = conditionError(expression, stored.has(expression), params)
      if (wrong !== undefined) errors.push(invalid(`${at}.expression`, expression, wrong))
    }
    if (name === '') errors.push(required(`${at}.name`))
    else {
      checkQualifiedName(errors, name, `${at}.name`)
      if (seen.has(name)) errors.push(duplicate(`${at}.name`, name))
      seen.add(name)
    }
  }
}

export const checkMatchConditions = (
  errors: FieldError[],
  conditions: readonly JsonObject[],
  path: string,
  stored: ReadonlySet<string>,
): void => atOnce(checkingMatchConditions(errors, conditions, path, { stored }))

export const matchPolicyOf = (errors: FieldError[], hook: JsonObject, path: string): void =>
  checkChoice(errors, hook, 'matchPolicy', MATCH_POLICIES, path)

export const selectorsOf = (errors: FieldError[], hook: JsonObject, path: string): void => {
  for (const key of ['namespaceSelector', 'objectSelector'])
    validateLabelSelector(errors, objectAt(hook, key) as LabelSelector | undefined, `${path}.${key}`)
}
