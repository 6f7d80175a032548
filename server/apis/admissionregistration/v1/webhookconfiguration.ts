import { duplicate, invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { fillUnset, isSet, numberAt, objectAt, objectsAt, textAt, textsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { dns1035LabelErrors, dns1123SubdomainErrors } from '../../../machinery/names.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { invalidTexts } from '../../core/v1/checks.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { checkWebhookService, checkWebhookUrl } from '../../meta/v1/webhook-client.ts'
import { checkChoice, checkMatchConditions, checkRule, FAILURE_POLICIES, matchPolicyOf, selectorsOf } from './matching.ts'

/** Webhook configurations (admissionregistration/v1 defaults; apis/admissionregistration, validation). */
const HOOK = { failurePolicy: 'Fail', matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {}, timeoutSeconds: 10 }

/** `more` is what one of the two kinds has besides. */
function defaultHooks(obj: KubeObject, more: Readonly<JsonObject>): void {
  for (const hook of objectsAt(obj, 'webhooks')) {
    fillUnset(hook, { ...HOOK, ...more })
    fillUnset(objectAt(hook, 'clientConfig.service'), { port: 443 })
    for (const rule of objectsAt(hook, 'rules')) fillUnset(rule, { scope: '*' })
  }
}

export const defaultValidatingWebhooks = (obj: KubeObject): void => defaultHooks(obj, {})

export const defaultMutatingWebhooks = (obj: KubeObject): void => defaultHooks(obj, { reinvocationPolicy: 'Never' })

const VERSIONS = ['v1', 'v1beta1']
const NO_SIDE_EFFECTS = ['None', 'NoneOnDryRun']
const SIDE_EFFECTS = ['None', 'NoneOnDryRun', 'Some', 'Unknown']
const REINVOCATION = ['IfNeeded', 'Never']

/** What was allowed once is kept where a stored configuration has it. */
interface Leniency {
  sideEffects: boolean
  versions: boolean
  names: boolean
}

function leniencyOf(old: readonly JsonObject[]): Leniency {
  const names = old.map((hook) => textAt(hook, 'name'))
  return {
    sideEffects: old.some((hook) => !NO_SIDE_EFFECTS.includes(textAt(hook, 'sideEffects'))),
    versions: old.some((hook) => {
      const versions = textsAt(hook, 'admissionReviewVersions')
      return versions.length > 0 && !versions.some((v) => VERSIONS.includes(v))
    }),
    names: new Set(names).size < names.length,
  }
}

function checkHookName(errors: FieldError[], name: string, path: string): void {
  const texts = dns1123SubdomainErrors(name)
  if (name === '') errors.push(required(path))
  else if (texts.length > 0) errors.push(invalid(path, name, texts.join(',')))
  else if (name.split('.').length < 3) errors.push(invalid(path, name, 'should be a domain with at least three segments separated by dots'))
}

function checkClient(errors: FieldError[], hook: JsonObject, path: string): void {
  const client = objectAt(hook, 'clientConfig') ?? {}
  const service = objectAt(client, 'service')
  if (isSet(client, 'url') === (service !== undefined)) errors.push(required(path, 'exactly one of url or service is required'))
  else if (service !== undefined) checkWebhookService(errors, service, `${path}.service`, true)
  else checkWebhookUrl(errors, textAt(client, 'url'), `${path}.url`)
}

function checkVersions(errors: FieldError[], versions: readonly string[], lenient: boolean, path: string): void {
  if (versions.length === 0) {
    errors.push(required(path, `must specify one of ${VERSIONS.join(', ')}`))
    return
  }
  const seen = new Set<string>()
  versions.forEach((version, i) => {
    if (seen.has(version)) errors.push(invalid(`${path}[${i}]`, version, 'duplicate version'))
    else invalidTexts(errors, `${path}[${i}]`, version, dns1035LabelErrors(version))
    seen.add(version)
  })
  if (!lenient && !versions.some((v) => VERSIONS.includes(v)))
    errors.push(invalid(path, versions, `must include at least one of ${VERSIONS.join(', ')}`))
}

function checkHook(errors: FieldError[], hook: JsonObject, lenient: Leniency, stored: ReadonlySet<string> | undefined, path: string): void {
  checkHookName(errors, textAt(hook, 'name'), `${path}.name`)
  objectsAt(hook, 'rules').forEach((rule, i) => checkRule(errors, rule, `${path}.rules[${i}]`))
  checkChoice(errors, hook, 'failurePolicy', FAILURE_POLICIES, path)
  matchPolicyOf(errors, hook, path)
  const effects = lenient.sideEffects ? SIDE_EFFECTS : NO_SIDE_EFFECTS
  if (!isSet(hook, 'sideEffects')) errors.push(required(`${path}.sideEffects`, `must specify one of ${effects.join(', ')}`))
  else if (!effects.includes(textAt(hook, 'sideEffects')))
    errors.push(notSupported(`${path}.sideEffects`, textAt(hook, 'sideEffects'), effects))
  const timeout = numberAt(hook, 'timeoutSeconds')
  if (timeout !== undefined && (timeout > 30 || timeout < 1))
    errors.push(invalid(`${path}.timeoutSeconds`, timeout, 'the timeout value must be between 1 and 30 seconds'))
  selectorsOf(errors, hook, path)
  checkChoice(errors, hook, 'reinvocationPolicy', REINVOCATION, path)
  checkClient(errors, hook, `${path}.clientConfig`)
  if (stored !== undefined) checkMatchConditions(errors, objectsAt(hook, 'matchConditions'), `${path}.matchConditions`, stored)
}

/** Of configurations that an API server reads from files. */
const STATIC_SUFFIX = '.static.k8s.io'
const RESERVED = `names ending with "${STATIC_SUFFIX}" are reserved for static manifest-based configurations and cannot be managed via the API`

/** Reviews of who somebody is and what he may do, which no webhook is asked about (`kubeapiserver/admission/exclusion`). */
export const EXCLUDED_FROM_WEBHOOKS: ReadonlySet<string> = new Set([
  'selfsubjectreviews.authentication.k8s.io',
  'tokenreviews.authentication.k8s.io',
  'localsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectrulesreviews.authorization.k8s.io',
  'subjectaccessreviews.authorization.k8s.io',
])

/** The excluded ones that a rule names, in its order: its groups, and its resources in each. */
function excluded(groups: readonly string[], resources: readonly string[]): string[] {
  const places = (list: readonly string[]): Map<string, number> =>
    new Map(list.map((name, i) => [name, i]).toReversed() as [string, number][])
  const [ofGroup, ofResource] = [places(groups), places(resources)]
  return [...EXCLUDED_FROM_WEBHOOKS]
    .flatMap((name) => {
      const dot = name.indexOf('.')
      const [resource, group] = [ofResource.get(name.slice(0, dot)), ofGroup.get(name.slice(dot + 1))]
      return resource === undefined || group === undefined ? [] : [{ name, resource, group }]
    })
    .sort((a, b) => a.group - b.group || a.resource - b.resource)
    .map(({ name }) => name)
}

/** What has no effect in a configuration that is right otherwise. */
export function* webhookWarnings(obj: KubeObject, old: KubeObject | undefined): Iterable<string> {
  if (old !== undefined && obj.metadata.name?.endsWith(STATIC_SUFFIX) === true) yield `metadata.name: ${RESERVED}`
  for (const [i, hook] of objectsAt(obj, 'webhooks').entries()) {
    for (const [j, rule] of objectsAt(hook, 'rules').entries()) {
      const [groups, resources] = [textsAt(rule, 'apiGroups'), textsAt(rule, 'resources')]
      if (groups.includes('*') || resources.includes('*')) continue
      for (const name of excluded(groups, resources)) {
        yield `webhooks[${i}].rules[${j}]: ${name} is excluded from admission webhooks; this rule will have no effect`
      }
    }
  }
}

export const validateWebhooks: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const [hooks, before] = [objectsAt(obj, 'webhooks'), objectsAt(old, 'webhooks')]
  const lenient = leniencyOf(before)
  // Conditions that nobody has touched are not looked at again.
  const conditionsOf = (list: readonly JsonObject[]): string => JSON.stringify(list.map((hook) => hook.matchConditions ?? null))
  const isChanged = old === undefined || conditionsOf(hooks) !== conditionsOf(before)
  const stored = isChanged
    ? new Set(before.flatMap((hook) => objectsAt(hook, 'matchConditions').map((c) => textAt(c, 'expression'))))
    : undefined
  const names = new Set<string>()
  hooks.forEach((hook, i) => {
    const path = `webhooks[${i}]`
    const name = textAt(hook, 'name')
    checkHook(errors, hook, lenient, stored, path)
    checkVersions(errors, textsAt(hook, 'admissionReviewVersions'), lenient.versions, `${path}.admissionReviewVersions`)
    if (!lenient.names && name !== '' && names.has(name)) errors.push(duplicate(`${path}.name`, name))
    names.add(name)
  })
  const name = textAt(obj, 'metadata.name')
  if (old === undefined && name.endsWith(STATIC_SUFFIX)) errors.push(invalid('metadata.name', name, RESERVED))
  return errors
}
