import { forbiddenField, invalid, invalidNamed, required, type FieldError } from '../../../machinery/field-errors.ts'
import { dns1123LabelErrors, labelValueErrors } from '../../../machinery/names.ts'
import { validateLabelSelector, type LabelSelector } from '../../meta/v1/validation.ts'
import { checkQualifiedName, checkSubdomain, invalidTexts } from './checks.ts'
import type { Affinity, NodeAffinity, NodeSelectorRequirement, NodeSelectorTerm, PodAffinity, PodAffinityTerm } from './types.ts'

/** Node and pod affinity (core/validation validateAffinity). */
export interface AffinityRules {
  /** Values that are no label values are kept where stored selectors have them. */
  allowInvalidSelectorValues?: boolean
  allowInvalidNodeValues?: boolean
}

const BAD_OPERATOR = 'not a valid selector operator'

export function validateAffinity(errors: FieldError[], affinity: Affinity | undefined, rules: AffinityRules, path: string): void {
  if (!affinity) return
  if (affinity.nodeAffinity) validateNodeAffinity(errors, affinity.nodeAffinity, rules, `${path}.nodeAffinity`)
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    const pods = affinity[kind]
    if (pods) validatePodAffinity(errors, pods, rules, `${path}.${kind}`)
  }
}

function validateNodeAffinity(errors: FieldError[], affinity: NodeAffinity, rules: AffinityRules, path: string): void {
  const needed = affinity.requiredDuringSchedulingIgnoredDuringExecution
  if (needed) {
    const at = `${path}.requiredDuringSchedulingIgnoredDuringExecution`
    validateNodeSelector(errors, needed, rules.allowInvalidNodeValues ?? false, at)
  }
  affinity.preferredDuringSchedulingIgnoredDuringExecution?.forEach((term, i) => {
    const at = `${path}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`
    validateWeight(errors, term.weight, at)
    validateTerm(errors, term.preference ?? {}, true, `${at}.preference`)
  })
}

/** Which nodes: of pods, volumes and devices. */
export function validateNodeSelector(
  errors: FieldError[],
  selector: { nodeSelectorTerms?: NodeSelectorTerm[] },
  allowInvalidValues: boolean,
  path: string,
): void {
  const at = `${path}.nodeSelectorTerms`
  // The decoder writes null for a list that Go prints always.
  const nodeSelectorTerms = selector.nodeSelectorTerms ?? []
  if (nodeSelectorTerms.length === 0) errors.push(required(at, 'must have at least one node selector term'))
  nodeSelectorTerms.forEach((term, i) => validateTerm(errors, term, allowInvalidValues, `${at}[${i}]`))
}

function validateWeight(errors: FieldError[], weight = 0, path: string): void {
  if (weight <= 0 || weight > 100) errors.push(invalid(`${path}.weight`, weight, 'must be in the range 1-100'))
}

function validateTerm(errors: FieldError[], term: NodeSelectorTerm, allowInvalidValues: boolean, path: string): void {
  term.matchExpressions?.forEach((r, i) => validateRequirement(errors, r, allowInvalidValues, `${path}.matchExpressions[${i}]`))
  term.matchFields?.forEach((r, i) => validateFieldRequirement(errors, r, `${path}.matchFields[${i}]`))
}

function validateRequirement(errors: FieldError[], r: NodeSelectorRequirement, allowInvalidValues: boolean, path: string): void {
  const count = r.values?.length ?? 0
  const operator = r.operator ?? ''
  if (operator === 'In' || operator === 'NotIn') {
    if (count === 0) errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (count > 0) errors.push(forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (count !== 1) errors.push(required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"))
  } else errors.push(invalidNamed(`${path}.operator`, operator, BAD_OPERATOR))
  checkQualifiedName(errors, r.key ?? '', `${path}.key`)
  if (allowInvalidValues) return
  r.values?.forEach((v, i) => invalidTexts(errors, `${path}.values[${i}]`, v, labelValueErrors(v)))
}

function validateFieldRequirement(errors: FieldError[], r: NodeSelectorRequirement, path: string): void {
  const operator = r.operator ?? ''
  if (operator !== 'In' && operator !== 'NotIn') errors.push(invalidNamed(`${path}.operator`, operator, BAD_OPERATOR))
  else if (r.values?.length !== 1) {
    errors.push(required(`${path}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"))
  }
  if (r.key !== 'metadata.name') errors.push(invalid(`${path}.key`, r.key ?? '', 'not a valid field selector key'))
  else r.values?.forEach((v, i) => checkSubdomain(errors, v, `${path}.values[${i}]`))
}

function validatePodAffinity(errors: FieldError[], affinity: PodAffinity, rules: AffinityRules, path: string): void {
  affinity.requiredDuringSchedulingIgnoredDuringExecution?.forEach((term, i) => {
    validatePodTerm(errors, term, rules, `${path}.requiredDuringSchedulingIgnoredDuringExecution[${i}]`)
  })
  affinity.preferredDuringSchedulingIgnoredDuringExecution?.forEach((term, i) => {
    const at = `${path}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`
    validateWeight(errors, term.weight, at)
    validatePodTerm(errors, term.podAffinityTerm ?? {}, rules, `${at}.podAffinityTerm`)
  })
}

function validatePodTerm(errors: FieldError[], term: PodAffinityTerm, rules: AffinityRules, path: string): void {
  validateLabelSelector(errors, term.labelSelector, `${path}.labelSelector`, rules.allowInvalidSelectorValues)
  validateLabelSelector(errors, term.namespaceSelector, `${path}.namespaceSelector`, rules.allowInvalidSelectorValues)
  for (const name of term.namespaces ?? []) invalidTexts(errors, `${path}.namespace`, name, dns1123LabelErrors(name))
  validateMatchLabelKeys(errors, term, path)
  const key = term.topologyKey ?? ''
  if (key === '') errors.push(required(`${path}.topologyKey`, 'can not be empty'))
  checkQualifiedName(errors, key, `${path}.topologyKey`)
}

function validateKeys(errors: FieldError[], keys: readonly string[], selector: LabelSelector | undefined, path: string): void {
  if (keys.length === 0) return
  if (!selector) errors.push(forbiddenField(path, 'must not be specified when labelSelector is not set'))
  else keys.forEach((key, i) => checkQualifiedName(errors, key, `${path}[${i}]`))
}

/** matchLabelKeys and mismatchLabelKeys of affinity terms and of topology spread constraints. */
export function validateMatchLabelKeys(
  errors: FieldError[],
  term: { matchLabelKeys?: string[]; mismatchLabelKeys?: string[]; labelSelector?: LabelSelector },
  path: string,
): void {
  const { matchLabelKeys: match = [], mismatchLabelKeys: mismatch = [], labelSelector } = term
  if (match.length === 0 && mismatch.length === 0) return
  validateKeys(errors, match, labelSelector, `${path}.matchLabelKeys`)
  validateKeys(errors, mismatch, labelSelector, `${path}.mismatchLabelKeys`)
  // A key of matchLabelKeys was merged into matchExpressions once at creation; a second use of it is the client's own.
  const used = new Set(Object.keys(labelSelector?.matchLabels ?? {}))
  const last = new Map(match.map((key, i) => [key, i]))
  for (const { key } of labelSelector?.matchExpressions ?? []) {
    const i = last.get(key)
    if (i !== undefined && used.has(key)) errors.push(invalid(`${path}[${i}]`, key, 'exists in both matchLabelKeys and labelSelector'))
    used.add(key)
  }
  const mismatched = new Set(mismatch)
  match.forEach((key, i) => {
    if (mismatched.has(key))
      errors.push(invalid(`${path}.matchLabelKeys[${i}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys'))
  })
}
