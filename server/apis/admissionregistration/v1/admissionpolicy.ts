import { trimSpace } from '../../../machinery/trim-space.ts'
import { PolicyExpressions, type Purpose } from '../../../cel/policies.ts'
import { duplicate, forbiddenField, invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { ensureObject, fillUnset, isSet, objectAt, objectsAt, textAt, textsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { byteLength, dns1035LabelErrors, dns1123SubdomainErrors, pathSegmentErrors } from '../../../machinery/names.ts'
import type { Pausing } from '../../../machinery/slice.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { checkQualifiedName, checkSubdomain, invalidTexts } from '../../core/v1/checks.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { validateLabelSelector, type LabelSelector } from '../../meta/v1/validation.ts'
import { checkChoice, checkingMatchConditions, checkMatchResources, checkMutatingOperations, FAILURE_POLICIES } from './matching.ts'

/** Admission policies and their bindings (admissionregistration/v1 defaults; apis/admissionregistration, validation). What is in an expression is CEL's to say. */
function defaultMatch(match: JsonObject | undefined): void {
  fillUnset(match, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} })
  for (const field of ['resourceRules', 'excludeResourceRules']) for (const rule of objectsAt(match, field)) fillUnset(rule, { scope: '*' })
}

export function defaultAdmissionPolicy(obj: KubeObject): void {
  const spec = ensureObject(obj, 'spec')
  fillUnset(spec, { failurePolicy: 'Fail' })
  defaultMatch(objectAt(spec, 'matchConstraints'))
}

export function defaultAdmissionPolicyBinding(obj: KubeObject): void {
  defaultMatch(objectAt(obj, 'spec.matchResources'))
}

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']
const REINVOCATION = ['IfNeeded', 'Never']
const ACTIONS = ['Audit', 'Deny', 'Warn']
const PATCH_TYPES = ['ApplyConfiguration', 'JSONPatch']
const MAX_ANNOTATIONS = 20
const MAX_VALUE_EXPRESSION = 5 * 1024
const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/
const RESERVED =
  /^(?:true|false|null|in|as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return|var|void|while)$/

function checkParamKind(errors: FieldError[], kind: JsonObject, path: string): void {
  const [gv, name] = [textAt(kind, 'apiVersion'), textAt(kind, 'kind')]
  const parts = gv === '/' ? [''] : gv.split('/')
  const [group, version] = parts.length === 1 ? ['', parts[0]!] : [parts[0]!, parts[1]!]
  const at = `${path}.apiVersion`
  if (gv === '') errors.push(required(at))
  else if (parts.length > 2) errors.push(invalid(at, gv, `unexpected GroupVersion string: ${gv}`))
  else {
    const [groupTexts, versionTexts] = [group === '' ? [] : dns1123SubdomainErrors(group), dns1035LabelErrors(version)]
    if (groupTexts.length > 0) errors.push(invalid(at, group, groupTexts.join(',')))
    if (version === '') errors.push(invalid(at, gv, 'version must be specified'))
    else if (versionTexts.length > 0) errors.push(invalid(at, version, versionTexts.join(',')))
  }
  const texts = dns1035LabelErrors(name.toLowerCase())
  if (name === '') errors.push(required(`${path}.kind`))
  else if (texts.length > 0)
    errors.push(invalid(`${path}.kind`, name, `may have mixed case, but should otherwise match: ${texts.join(',')}`))
}

/** Expressions that are stored already: they may use what a server one version older would not know. */
function storedExpressions(old: JsonObject | undefined): ReadonlySet<string> {
  const below = (list: string, ...fields: string[]): string[] =>
    objectsAt(old, list).flatMap((o) => fields.map((field) => textAt(o, field)))
  return new Set([
    ...below('matchConditions', 'expression'),
    ...below('validations', 'expression', 'messageExpression'),
    ...below('auditAnnotations', 'valueExpression'),
    ...below('mutations', 'applyConfiguration.expression', 'jsonPatch.expression'),
  ])
}

/** A policy under examination. */
interface Examined {
  readonly spec: JsonObject
  readonly old: JsonObject | undefined
  readonly errors: FieldError[]
  readonly expressions: PolicyExpressions
  readonly stored: ReadonlySet<string>
}

function examined(obj: JsonObject, before: JsonObject | undefined, mutating: boolean): Examined {
  const spec = objectAt(obj, 'spec') ?? {}
  const old = objectAt(before, 'spec')
  const composed = mutating || objectsAt(spec, 'variables').length > 0
  const expressions = new PolicyExpressions({ params: isSet(spec, 'paramKind'), composed })
  return { spec, old, errors: [], expressions, stored: storedExpressions(old) }
}

/** An expression and what is said of it. */
function checkExpression({ errors, expressions, stored }: Examined, text: string, purpose: Purpose, path: string, shown = text): void {
  const wrong = expressions.error(text, purpose, stored.has(text))
  if (wrong !== undefined) errors.push(invalid(path, shown, wrong))
}

/** What both kinds of policy have, up to their variables. */
function* checkPolicyHead(of: Examined, mutating: boolean): Pausing<void> {
  const { errors, spec, old, expressions, stored } = of
  if (!isSet(spec, 'failurePolicy')) errors.push(required('spec.failurePolicy'))
  else checkChoice(errors, spec, 'failurePolicy', FAILURE_POLICIES, 'spec')
  const param = objectAt(spec, 'paramKind')
  if (param !== undefined) checkParamKind(errors, param, 'spec.paramKind')
  const match = objectAt(spec, 'matchConstraints')
  if (match === undefined) errors.push(required('spec.matchConstraints'))
  else {
    checkMatchResources(errors, match, 'spec.matchConstraints')
    if (objectsAt(match, 'resourceRules').length === 0) errors.push(required('spec.matchConstraints.resourceRules'))
    if (mutating) checkMutatingOperations(errors, match, 'spec.matchConstraints')
  }
  const same = old !== undefined && ['paramKind', 'matchConditions'].every((key) => semanticEqual(spec[key], old[key]))
  if (!same)
    yield* checkingMatchConditions(errors, objectsAt(spec, 'matchConditions'), 'spec.matchConditions', {
      stored,
      params: param !== undefined,
    })
  for (const [i, variable] of objectsAt(spec, 'variables').entries()) {
    yield
    const [name, expression, path] = [textAt(variable, 'name'), textAt(variable, 'expression'), `spec.variables[${i}]`]
    if (trimSpace(name) === '') errors.push(required(`${path}.name`, 'name is not specified'))
    else if (!IDENTIFIER.test(name) || RESERVED.test(name)) errors.push(invalid(`${path}.name`, name, 'must be a valid CEL identifier'))
    if (trimSpace(expression) === '') {
      errors.push(required(`${path}.expression`, 'expression is not specified'))
      continue
    }
    const wrong = expressions.declare(name, expression)
    if (wrong !== undefined) errors.push(invalid(`${path}.expression`, expression, wrong))
  }
}

function checkValidation(of: Examined, validation: JsonObject, path: string): void {
  const { errors } = of
  const [message, messageExpression] = [textAt(validation, 'message'), textAt(validation, 'messageExpression')]
  const expression = textAt(validation, 'expression')
  if (trimSpace(expression) === '') errors.push(required(`${path}.expression`, 'expression is not specified'))
  else checkExpression(of, expression, 'validation', `${path}.expression`)
  if (trimSpace(messageExpression) !== '') checkExpression(of, messageExpression, 'message', `${path}.messageExpression`)
  else if (messageExpression !== '') errors.push(invalid(`${path}.messageExpression`, messageExpression, 'must be non-empty if specified'))
  if (message !== '' && trimSpace(message) === '') errors.push(invalid(`${path}.message`, message, 'must be non-empty if specified'))
  else if (/[\n\r]/.test(trimSpace(message))) errors.push(invalid(`${path}.message`, message, 'must not contain line breaks'))
  checkChoice(errors, validation, 'reason', REASONS, path)
}

function* checkAnnotations(of: Examined, policy: string): Pausing<void> {
  const { errors, spec } = of
  const annotations = objectsAt(spec, 'auditAnnotations')
  if (annotations.length > MAX_ANNOTATIONS) {
    const text = `must not have more than ${MAX_ANNOTATIONS} auditAnnotations`
    const shown = annotations.map((a) => ({ Key: a.key ?? '', ValueExpression: a.valueExpression ?? '' }))
    errors.push(invalid('spec.auditAnnotations', shown, text))
  }
  const seen = new Set<string>()
  for (const [i, annotation] of annotations.entries()) {
    yield
    const [key, expression, path] = [textAt(annotation, 'key'), textAt(annotation, 'valueExpression'), `spec.auditAnnotations[${i}]`]
    const value = trimSpace(expression)
    if (policy === '') errors.push(invalid(`${path}.key`, key, 'requires metadata.name be non-empty'))
    else checkQualifiedName(errors, `${policy}/${key}`, `${path}.key`)
    if (value === '') errors.push(required(`${path}.valueExpression`, 'valueExpression is not specified'))
    else if (byteLength(value) > MAX_VALUE_EXPRESSION)
      errors.push(required(`${path}.valueExpression`, `must not exceed ${MAX_VALUE_EXPRESSION} bytes in length`))
    else checkExpression(of, value, 'audit annotation', `${path}.valueExpression`, expression)
    if (seen.has(key)) errors.push(duplicate(`${path}.key`, key))
    seen.add(key)
  }
}

/** With a pause before each expression: a policy may have as many as a body is long. */
export function* validatingPolicyErrors(obj: JsonObject, old: JsonObject | undefined): Pausing<FieldError[]> {
  const of = examined(obj, old, false)
  const { errors, spec } = of
  yield* checkPolicyHead(of, false)
  const validations = objectsAt(spec, 'validations')
  if (validations.length === 0 && objectsAt(spec, 'auditAnnotations').length === 0) {
    const text = 'validations or auditAnnotations must contain at least one item'
    errors.push(required('spec.validations', text), required('spec.auditAnnotations', text))
    return errors
  }
  for (const [i, validation] of validations.entries()) {
    yield
    checkValidation(of, validation, `spec.validations[${i}]`)
  }
  yield* checkAnnotations(of, textAt(obj, 'metadata.name'))
  return errors
}

function checkMutation(of: Examined, mutation: JsonObject, path: string): void {
  const { errors } = of
  const type = textAt(mutation, 'patchType')
  if (type === '') {
    errors.push(required(`${path}.patchType`))
    return
  }
  if (!PATCH_TYPES.includes(type)) {
    errors.push(notSupported(`${path}.patchType`, type, PATCH_TYPES))
    return
  }
  const [own, other] = type === 'JSONPatch' ? ['jsonPatch', 'applyConfiguration'] : ['applyConfiguration', 'jsonPatch']
  const expression = trimSpace(textAt(mutation, `${own}.expression`))
  if (!isSet(mutation, own)) errors.push(required(`${path}.${own}`, `must be specified when patchType is ${type}`))
  else if (expression === '') errors.push(required(`${path}.${own}.expression`, ''))
  else checkExpression(of, expression, own === 'jsonPatch' ? 'json patch' : 'apply configuration', `${path}.${own}.expression`)
  if (isSet(mutation, other)) errors.push(invalid(`${path}.${other}`, `{${other}}`, `must not be specified when patchType is ${type}`))
}

/** With a pause before each expression. */
export function* mutatingPolicyErrors(obj: JsonObject, old: JsonObject | undefined): Pausing<FieldError[]> {
  const of = examined(obj, old, true)
  const { errors, spec } = of
  yield* checkPolicyHead(of, true)
  const mutations = objectsAt(spec, 'mutations')
  if (mutations.length === 0) errors.push(required('spec.mutations', 'mutations must contain at least one item'))
  for (const [i, mutation] of mutations.entries()) {
    yield
    checkMutation(of, mutation, `spec.mutations[${i}]`)
  }
  const reinvocation = textAt(spec, 'reinvocationPolicy')
  if (reinvocation === '') errors.push(required('spec.reinvocationPolicy'))
  else checkChoice(errors, spec, 'reinvocationPolicy', REINVOCATION, 'spec')
  return errors
}

function checkParamRef(errors: FieldError[], ref: JsonObject, path: string): void {
  const name = textAt(ref, 'name')
  const selector = objectAt(ref, 'selector')
  const exclusive = 'name and selector are mutually exclusive'
  if (name !== '') {
    invalidTexts(errors, `${path}.name`, name, pathSegmentErrors(name))
    if (selector !== undefined) errors.push(forbiddenField(`${path}.name`, exclusive))
  }
  if (selector !== undefined) {
    validateLabelSelector(errors, selector as LabelSelector, `${path}.selector`)
    if (name !== '') errors.push(forbiddenField(`${path}.selector`, exclusive))
  }
  if (name === '' && selector === undefined) errors.push(required(path, 'one of name or selector must be specified'))
  if (textAt(ref, 'parameterNotFoundAction') === '') errors.push(required(`${path}.parameterNotFoundAction`))
  else checkChoice(errors, ref, 'parameterNotFoundAction', ['Deny', 'Allow'], path)
}

function checkBinding(errors: FieldError[], spec: JsonObject): void {
  const policy = textAt(spec, 'policyName')
  if (policy === '') errors.push(required('spec.policyName'))
  else checkSubdomain(errors, policy, 'spec.policyName')
  const [ref, match] = [objectAt(spec, 'paramRef'), objectAt(spec, 'matchResources')]
  if (ref !== undefined) checkParamRef(errors, ref, 'spec.paramRef')
  if (match !== undefined) checkMatchResources(errors, match, 'spec.matchResources')
}

export const validateValidatingBinding: Validation = (obj) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec') ?? {}
  checkBinding(errors, spec)
  const actions = textsAt(spec, 'validationActions')
  const path = 'spec.validationActions'
  const known = new Set<string>()
  actions.forEach((action, i) => {
    if (!ACTIONS.includes(action)) errors.push(notSupported(`${path}[${i}]`, action, ACTIONS))
    if (known.has(action)) errors.push(duplicate(`${path}[${i}]`, action))
    known.add(action)
  })
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const text =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)'
    errors.push(invalid(path, actions, text))
  }
  if (actions.length === 0) errors.push(required(path))
  return errors
}

export const validateMutatingBinding: Validation = (obj) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec') ?? {}
  checkBinding(errors, spec)
  const match = objectAt(spec, 'matchResources')
  if (match !== undefined) checkMutatingOperations(errors, match, 'spec.matchResources')
  return errors
}
