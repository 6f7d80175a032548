import { isDeepStrictEqual } from 'node:util'
import { ownValue } from '../../../machinery/own.ts'
import { duplicate, forbiddenField, invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { isSet, numberAt, objectAt, objectsAt, textAt, textsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../../../machinery/names.ts'
import { invalidTexts } from '../../core/v1/checks.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'

/** Flow schemas (apis/flowcontrol, ValidateFlowSchema). */
const MAX_PRECEDENCE = 10_000
const METHODS = ['ByNamespace', 'ByUser']
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch']
const SUBJECTS = ['Group', 'ServiceAccount', 'User']
const FIELD_OF: Readonly<Record<string, string>> = { ServiceAccount: 'serviceAccount', User: 'user', Group: 'group' }

function checkSubject(errors: FieldError[], subject: JsonObject, path: string): void {
  const kind = textAt(subject, 'kind')
  const own = ownValue(FIELD_OF, kind)
  if (own === undefined) {
    errors.push(notSupported(`${path}.kind`, kind, SUBJECTS))
    return
  }
  const named = objectAt(subject, own)
  if (named === undefined) errors.push(required(`${path}.${own}`, `${own} is required when subject kind is '${kind}'`))
  else {
    const name = textAt(named, 'name')
    if (name === '') errors.push(required(`${path}.${own}.name`))
    else if (kind === 'ServiceAccount' && name !== '*') invalidTexts(errors, `${path}.${own}.name`, name, dns1123SubdomainErrors(name))
    const namespace = textAt(named, 'namespace')
    if (kind === 'ServiceAccount' && namespace === '')
      errors.push(required(`${path}.${own}.namespace`, 'must specify namespace for service account'))
    else if (kind === 'ServiceAccount') invalidTexts(errors, `${path}.${own}.namespace`, namespace, dns1123LabelErrors(namespace))
  }
  for (const [other, field] of Object.entries(FIELD_OF)) {
    if (other === kind || !isSet(subject, field)) continue
    errors.push(forbiddenField(`${path}.${field}`, `${field} is forbidden when subject kind is not '${other}'`))
  }
}

function checkVerbs(errors: FieldError[], verbs: readonly string[], path: string): void {
  if (verbs.length === 0) errors.push(required(path, 'verbs must contain at least one value'))
  else if (verbs.includes('*')) {
    if (verbs.length > 1) errors.push(invalid(path, verbs, "if '*' is present, must not specify other verbs"))
  } else if (verbs.some((verb) => !VERBS.includes(verb))) errors.push(notSupported(path, verbs, VERBS))
}

function urlError(url: string): string | undefined {
  if (url === '') return 'must not be empty'
  if (url === '/') return undefined
  if (!url.startsWith('/')) return 'must start with slash'
  if (url.includes(' ')) return 'must not contain white-space'
  if (url.includes('//')) return 'must not contain double slash'
  return /\*/.test(url) && !/^[^*]*\/\*$/.test(url) ? 'wildcard can only do suffix matching' : undefined
}

function checkNonResourceRule(errors: FieldError[], rule: JsonObject, path: string): void {
  checkVerbs(errors, textsAt(rule, 'verbs'), `${path}.verbs`)
  const urls = textsAt(rule, 'nonResourceURLs')
  const at = `${path}.nonResourceURLs`
  if (urls.length === 0) errors.push(required(at, 'nonResourceURLs must contain at least one value'))
  else if (urls.includes('*')) {
    if (urls.length > 1) errors.push(invalid(at, urls, "if '*' is present, must not specify other non-resource URLs"))
  } else {
    urls.forEach((url, i) => {
      const why = urlError(url)
      if (why !== undefined) errors.push(invalid(`${at}[${i}]`, url, why))
    })
  }
}

function checkResourceRule(errors: FieldError[], rule: JsonObject, path: string): void {
  checkVerbs(errors, textsAt(rule, 'verbs'), `${path}.verbs`)
  for (const [key, one, others] of [
    ['apiGroups', 'api group', 'api groups'],
    ['resources', 'resource', 'resources'],
  ] as const) {
    const values = textsAt(rule, key)
    if (values.length === 0) errors.push(required(`${path}.${key}`, `resource rules must supply at least one ${one}`))
    else if (values.length > 1 && values.includes('*'))
      errors.push(invalid(`${path}.${key}`, values, `if '*' is present, must not specify other ${others}`))
  }
  const namespaces = textsAt(rule, 'namespaces')
  const at = `${path}.namespaces`
  if (namespaces.length === 0 && rule.clusterScope !== true)
    errors.push(required(at, 'resource rules that are not cluster scoped must supply at least one namespace'))
  else if (namespaces.includes('*')) {
    if (namespaces.length > 1) errors.push(invalid(at, namespaces, "if '*' is present, must not specify other namespaces"))
  } else {
    namespaces.forEach((namespace, i) => {
      for (const text of dns1123LabelErrors(namespace))
        errors.push(invalid(`${at}[${i}]`, namespace, `each member of this list must be '*' or a DNS-1123 label; ${text}`))
    })
  }
}

function checkRule(errors: FieldError[], rule: JsonObject, path: string): void {
  const [subjects, resources, urls] = ['subjects', 'resourceRules', 'nonResourceRules'].map((key) => objectsAt(rule, key)) as [
    JsonObject[],
    JsonObject[],
    JsonObject[],
  ]
  if (subjects.length === 0) errors.push(required(`${path}.subjects`, 'subjects must contain at least one value'))
  subjects.forEach((subject, i) => checkSubject(errors, subject, `${path}.subjects[${i}]`))
  if (resources.length + urls.length === 0)
    errors.push(required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty'))
  resources.forEach((each, i) => checkResourceRule(errors, each, `${path}.resourceRules[${i}]`))
  urls.forEach((each, i) => checkNonResourceRule(errors, each, `${path}.nonResourceRules[${i}]`))
}

/** Of both kinds: one condition of a type, and none without. */
export function checkFlowConditions(errors: FieldError[], obj: JsonObject): void {
  const seen = new Set<unknown>()
  objectsAt(obj, 'status.conditions').forEach(({ type = '' }, i) => {
    const path = `status.conditions[${i}].type`
    if (seen.has(type)) errors.push(duplicate(path, type))
    seen.add(type)
    if (type === '') errors.push(required(path))
  })
}

export const validateFlowConditions: Validation = (obj) => {
  const errors: FieldError[] = []
  checkFlowConditions(errors, obj)
  return errors
}

const everything = (groups: readonly string[]): JsonObject => ({
  Subjects: groups.map((Name) => ({ Kind: 'Group', User: null, Group: { Name }, ServiceAccount: null })),
  ResourceRules: [{ Verbs: ['*'], APIGroups: ['*'], Resources: ['*'], ClusterScope: true, Namespaces: ['*'] }],
  NonResourceRules: [{ Verbs: ['*'], NonResourceURLs: ['*'] }],
})
const SCHEMAS: Readonly<Record<string, JsonObject>> = {
  exempt: {
    ...{ PriorityLevelConfiguration: { Name: 'exempt' }, MatchingPrecedence: 1, DistinguisherMethod: null },
    Rules: [everything(['system:masters'])],
  },
  'catch-all': {
    ...{ PriorityLevelConfiguration: { Name: 'catch-all' }, MatchingPrecedence: 10_000, DistinguisherMethod: { Type: 'ByUser' } },
    Rules: [everything(['system:unauthenticated', 'system:authenticated'])],
  },
}

const orNull = <T>(list: readonly T[]): readonly T[] | null => (list.length === 0 ? null : list)

/** A spec as upstream's internal type has it. */
function internalSpec(spec: JsonObject): JsonObject {
  const method = objectAt(spec, 'distinguisherMethod')
  const named = (subject: JsonObject, field: string): JsonObject | null => {
    const of = objectAt(subject, field)
    return of === undefined
      ? null
      : { ...(field === 'serviceAccount' ? { Namespace: textAt(of, 'namespace') } : {}), Name: textAt(of, 'name') }
  }
  const rules = objectsAt(spec, 'rules').map((rule) => ({
    Subjects: orNull(
      objectsAt(rule, 'subjects').map((s) => ({
        ...{ Kind: textAt(s, 'kind'), User: named(s, 'user'), Group: named(s, 'group'), ServiceAccount: named(s, 'serviceAccount') },
      })),
    ),
    ResourceRules: orNull(
      objectsAt(rule, 'resourceRules').map((r) => ({
        ...{ Verbs: orNull(textsAt(r, 'verbs')), APIGroups: orNull(textsAt(r, 'apiGroups')), Resources: orNull(textsAt(r, 'resources')) },
        ...{ ClusterScope: r['clusterScope'] === true, Namespaces: orNull(textsAt(r, 'namespaces')) },
      })),
    ),
    NonResourceRules: orNull(
      objectsAt(rule, 'nonResourceRules').map((r) => ({
        ...{ Verbs: orNull(textsAt(r, 'verbs')), NonResourceURLs: orNull(textsAt(r, 'nonResourceURLs')) },
      })),
    ),
  }))
  return {
    PriorityLevelConfiguration: { Name: textAt(spec, 'priorityLevelConfiguration.name') },
    MatchingPrecedence: Number(numberAt(spec, 'matchingPrecedence') ?? 0),
    DistinguisherMethod: method === undefined ? null : { Type: textAt(method, 'type') },
    Rules: orNull(rules),
  }
}

/** Schemas that are always there say one thing. */
function checkMandatory(errors: FieldError[], spec: JsonObject, name: string): void {
  const wanted = ownValue(SCHEMAS, name)
  if (wanted === undefined) return
  const own = internalSpec(spec)
  if (!isDeepStrictEqual(own, wanted)) errors.push(invalid('spec', own, `spec of '${name}' must equal the fixed value`))
}

export const validateFlowSchema: Validation = (obj) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec') ?? {}
  const precedence = Number(numberAt(spec, 'matchingPrecedence') ?? 0)
  const refuse = (text: string): void => void errors.push(invalid('spec.matchingPrecedence', precedence, text))
  if (precedence <= 0) refuse('must be a positive value')
  if (precedence > MAX_PRECEDENCE) refuse(`must not be greater than ${MAX_PRECEDENCE}`)
  if (precedence === 1 && textAt(obj, 'metadata.name') !== 'exempt') refuse("only the schema named 'exempt' may have matchingPrecedence 1")
  const method = objectAt(spec, 'distinguisherMethod')
  if (method !== undefined && !METHODS.includes(textAt(method, 'type')))
    errors.push(notSupported('spec.distinguisherMethod.type', { Type: textAt(method, 'type') }, METHODS))
  const level = textAt(spec, 'priorityLevelConfiguration.name')
  const path = 'spec.priorityLevelConfiguration.name'
  if (level === '') errors.push(required(path, 'must reference a priority level'))
  else invalidTexts(errors, path, level, dns1123SubdomainErrors(level))
  objectsAt(spec, 'rules').forEach((rule, i) => checkRule(errors, rule, `spec.rules[${i}]`))
  checkMandatory(errors, spec, textAt(obj, 'metadata.name'))
  checkFlowConditions(errors, obj)
  return errors
}
