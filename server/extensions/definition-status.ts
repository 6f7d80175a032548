import type { FieldError } from '../machinery/field-errors.ts'
import { goQuote } from '../machinery/go-quote.ts'
import {
  findCondition,
  isConditionTrue,
  type CustomResourceDefinition,
  type DefinitionCondition,
  type DefinitionNames,
} from './definition.ts'
import { aggregate, invalidValue } from './field-errors.ts'
import { isRequestUri } from './formats.ts'
import { compileSchema, SchemaError } from './structural.ts'
import { validateStructural } from './structural-validation.ts'

/** What the reference's controllers say of a definition in its status, as functions of the definitions there are. */

export interface NamesResult {
  readonly acceptedNames: DefinitionNames
  readonly namesAccepted: DefinitionCondition
  /** The Established condition that goes with it. */
  readonly established: DefinitionCondition
}

/**
 * Which of the names that a definition asks for it may have: those that no other definition of its group has been given
 * (apiextensions-apiserver `controller/status/naming_controller.go`).
 * @param others all definitions; the definition itself may be among them
 */
export function acceptNames(crd: CustomResourceDefinition, others: readonly CustomResourceDefinition[]): NamesResult {
  const resources = new Set<string>()
  const kinds = new Set<string>()
  for (const { spec, status } of others) {
    const names = status?.acceptedNames
    if (spec.group !== crd.spec.group || names === undefined) continue
    for (const name of [names.plural, names.singular, ...(names.shortNames ?? [])]) resources.add(name ?? '')
    for (const name of [names.kind, names.listKind]) kinds.add(name ?? '')
  }
  const wanted = crd.spec.names
  const had = crd.status?.acceptedNames
  const accepted: { -readonly [K in keyof DefinitionNames]?: DefinitionNames[K] } = { ...had }
  let conflict: { reason: string; message: string } | undefined
  const isTaken = (name: string, mine: string, used: Set<string>): boolean => name !== mine && used.has(name)
  const claim = (field: 'plural' | 'singular' | 'kind' | 'listKind', reason: string, used: Set<string>): void => {
    const name = wanted[field] ?? ''
    if (isTaken(name, had?.[field] ?? '', used)) conflict = { reason, message: `${goQuote(name)} is already in use` }
    else accepted[field] = name
  }
  claim('plural', 'PluralConflict', resources)
  claim('singular', 'SingularConflict', resources)
  const mine = new Set(had?.shortNames)
  const taken = (wanted.shortNames ?? []).filter((name) => !mine.has(name) && isTaken(name, '', resources))
  if (taken.length > 0) {
    const texts = [...new Set(taken)].map((name) => `${goQuote(name)} is already in use`)
    conflict = { reason: 'ShortNamesConflict', message: texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]` }
  } else if (wanted.shortNames === undefined) delete accepted.shortNames
  else accepted.shortNames = wanted.shortNames
  claim('kind', 'KindConflict', kinds)
  claim('listKind', 'ListKindConflict', kinds)
  if (wanted.categories === undefined) delete accepted.categories
  else accepted.categories = wanted.categories
  const namesAccepted: DefinitionCondition =
    conflict === undefined
      ? { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
      : { type: 'NamesAccepted', status: 'False', ...conflict }
  return { acceptedNames: accepted as DefinitionNames, namesAccepted, established: installing(crd, namesAccepted) }
}

function installing(crd: CustomResourceDefinition, namesAccepted: DefinitionCondition): DefinitionCondition {
  const old = findCondition(crd, 'Established')
  if (old?.status !== 'True' && namesAccepted.status === 'True') {
    return { type: 'Established', status: 'False', reason: 'Installing', message: 'the initial names have been accepted' }
  }
  return old ?? { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' }
}

/**
 * Established, once the names are accepted and the resource can be served; undefined when there is nothing to change.
 * @param hasBadCaBundle whether the conversion webhook's bundle holds no certificates
 */
export function establish(crd: CustomResourceDefinition, hasBadCaBundle = false): DefinitionCondition | undefined {
  if (!isConditionTrue(crd, 'NamesAccepted') || isConditionTrue(crd, 'Established')) return undefined
  if (hasBadCaBundle) {
    return { type: 'Established', status: 'False', reason: 'InvalidCABundle', message: 'The conversion webhook CABundle is invalid' }
  }
  return { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' }
}

/** NonStructuralSchema of a definition of old; undefined where all schemas are structural. */
export function nonStructuralSchema(crd: CustomResourceDefinition): DefinitionCondition | undefined {
  const errors: FieldError[] = []
  if (crd.spec.preserveUnknownFields === true) errors.push(invalidValue('spec.preserveUnknownFields', true, 'must be false'))
  for (const [i, { name, schema }] of (crd.spec.versions ?? []).entries()) {
    if (schema?.openAPIV3Schema === undefined) continue
    try {
      errors.push(...validateStructural(compileSchema(schema.openAPIV3Schema), `spec.versions[${i}].schema.openAPIV3Schema`))
    } catch (error) {
      if (!(error instanceof SchemaError)) throw error
      const message = `failed to check validation schema for version ${name}: ${error.message}`
      return { type: 'NonStructuralSchema', status: 'Unknown', reason: 'StructuralError', message }
    }
  }
  if (errors.length === 0) return undefined
  return { type: 'NonStructuralSchema', status: 'True', reason: 'Violations', message: aggregate(errors) }
}

/** Keeps a definition until its objects are gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io'

export const API_APPROVED = 'api-approved.kubernetes.io'

type Approval = 'invalid' | 'approved' | 'bypassed' | 'missing'

/** Whether a group is the community's: its definitions need an approval (KEP-1111). */
export const isProtectedGroup = (group: string): boolean => /(?:^|\.)(?:k8s|kubernetes)\.io$/.test(group)

export function approvalOf(crd: CustomResourceDefinition): { readonly state: Approval; readonly reason: string } {
  const value = crd.metadata.annotations?.[API_APPROVED] ?? ''
  const see = 'see https://github.com/kubernetes/enhancements/pull/1111'
  const must = `protected groups must have approval annotation ${goQuote(API_APPROVED)}`
  if (value === '') return { state: 'missing', reason: `${must}, ${see}` }
  if (value.startsWith('unapproved')) return { state: 'bypassed', reason: `not approved: ${goQuote(value)}` }
  if (isRequestUri(value) && /^[^:/?#]+:\/\/[^/?#]/.test(value)) return { state: 'approved', reason: `approved in ${value}` }
  return { state: 'invalid', reason: `${must} with either a URL or a reason starting with "unapproved", ${see}` }
}

const APPROVALS: Readonly<Record<Approval, readonly ['True' | 'False', string]>> = {
  invalid: ['False', 'InvalidAnnotation'],
  missing: ['False', 'MissingAnnotation'],
  approved: ['True', 'ApprovedAnnotation'],
  bypassed: ['False', 'UnapprovedAnnotation'],
}

/** KubernetesAPIApprovalPolicyConformant; undefined for groups that are not the community's. */
export function apiApproval(crd: CustomResourceDefinition): DefinitionCondition | undefined {
  if (!isProtectedGroup(crd.spec.group)) return undefined
  const { state, reason: message } = approvalOf(crd)
  const [status, reason] = APPROVALS[state]
  return { type: 'KubernetesAPIApprovalPolicyConformant', status, reason, message }
}

/** Conditions with one set; its time changes with its status only. `now` as RFC 3339. */
export function setCondition(conditions: readonly DefinitionCondition[], next: DefinitionCondition, now: string): DefinitionCondition[] {
  const old = conditions.find((c) => c.type === next.type)
  if (old === undefined) return [...conditions, { ...next, lastTransitionTime: now }]
  const lastTransitionTime = old.status === next.status && old.lastTransitionTime ? old.lastTransitionTime : now
  return conditions.map((c) =>
    c === old ? { ...old, status: next.status, reason: next.reason ?? '', message: next.message ?? '', lastTransitionTime } : c,
  )
}
