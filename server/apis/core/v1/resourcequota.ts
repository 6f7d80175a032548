import { hasEmpty } from '../../../machinery/empty-fields.ts'
import { invalid, invalidNamed, required, type FieldError } from '../../../machinery/field-errors.ts'
import { ensureObject, objectAt, objectsAt, textAt, textsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { ownValue } from '../../../machinery/own.ts'
import { compareQuantity, tryQuantity } from '../../../machinery/quantity.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { IMMUTABLE } from '../../meta/v1/validation.ts'
import { roundLists } from './resource-lists.ts'
import { checkResourceName, checkResourceQuantity } from './resources.ts'

/** Resource quotas (core/v1 defaults; apis/core, validation). */
export function defaultResourceQuota(obj: KubeObject): void {
  roundLists(ensureObject(obj, 'spec'), 'hard')
  roundLists(ensureObject(obj, 'status'), 'hard', 'used')
}

const COMPUTE = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory']

const QUOTA_RESOURCES = new Set([
  ...COMPUTE,
  ...['ephemeral-storage', 'requests.storage', 'requests.ephemeral-storage', 'limits.ephemeral-storage', 'pods', 'resourcequotas'],
  ...['services', 'replicationcontrollers', 'secrets', 'persistentvolumeclaims', 'configmaps', 'services.nodeports'],
  'services.loadbalancers',
])

const inQuotas = (name: string): boolean =>
  QUOTA_RESOURCES.has(name) || name.startsWith('hugepages-') || name.startsWith('requests.hugepages-')

/** What each scope can count. */
const POD_SCOPE = new Set(['pods', ...COMPUTE])

const SCOPES: Readonly<Record<string, ReadonlySet<string>>> = {
  Terminating: POD_SCOPE,
  NotTerminating: POD_SCOPE,
  BestEffort: new Set(['pods']),
  NotBestEffort: POD_SCOPE,
  PriorityClass: POD_SCOPE,
  CrossNamespacePodAffinity: POD_SCOPE,
  VolumeAttributesClass: new Set(['persistentvolumeclaims', 'requests.storage']),
}

const OPPOSITES = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
]

function quotaList(errors: FieldError[], list: JsonObject | undefined, at: string): void {
  for (const [name, value] of Object.entries(list ?? {})) {
    const path = `${at}[${name}]`
    checkResourceName(errors, name, path)
    if (!name.includes('/') && !inQuotas(name)) errors.push(invalidNamed(path, name, 'must be a standard resource for quota'))
    const quantity = tryQuantity(value)
    if (quantity !== undefined) checkResourceQuantity(errors, name, quantity, path)
  }
}

function scopeErrors(errors: FieldError[], spec: JsonObject | undefined): void {
  const scopes = textsAt(spec, 'scopes')
  // Upstream tells each scope with each name of the same words, of which one is shown.
  const told = new Set<string>()
  const refuse = (why: string): void => {
    if (told.has(why)) return
    told.add(why)
    errors.push(invalid('spec.scopes', scopes, why))
  }
  const counted = Object.keys(objectAt(spec, 'hard') ?? {}).filter(inQuotas)
  for (const scope of new Set(scopes)) {
    const takes = SCOPES[scope]
    if (takes === undefined) refuse('unsupported scope')
    else for (const name of counted) if (!takes.has(name)) refuse('unsupported scope applied to resource')
  }
  for (const pair of OPPOSITES) if (pair.every((scope) => scopes.includes(scope))) refuse('conflicting scopes')
}

const ONLY_EXISTS = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity']
const NOT_EXISTS = `must be 'Exists' when scope is any of ${['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort']
  .map((scope) => `ResourceQuotaScope${scope}`)
  .join(', ')} or ResourceQuotaScopeCrossNamespacePodAffinity`

/** Expressions are not told apart: the paths name the list. */
function scopeSelectorErrors(errors: FieldError[], spec: JsonObject | undefined): void {
  const at = 'spec.scopeSelector.matchExpressions'
  const items = objectsAt(spec, 'scopeSelector.matchExpressions')
  const counted = Object.keys(objectAt(spec, 'hard') ?? {}).filter(inQuotas)
  // As Go prints its own form of it.
  const printed = (): unknown => ({
    MatchExpressions: items.map((item) => ({
      ...{
        ScopeName: textAt(item, 'scopeName'),
        Operator: textAt(item, 'operator'),
        Values: item.values ?? (hasEmpty(item, 'values') ? [] : null),
      },
    })),
  })
  let told = false
  for (const item of items) {
    const [scope, operator, values] = [textAt(item, 'scopeName'), textAt(item, 'operator'), textsAt(item, 'values')]
    const takes = ownValue(SCOPES, scope)
    if (takes === undefined) errors.push(invalid(`${at}.scopeName`, scope, 'unsupported scope'))
    // Upstream tells it of each item and name in the same words, of which one is shown.
    if (!told && takes !== undefined && counted.some((name) => !takes.has(name))) {
      told = true
      errors.push(invalid(at, printed(), 'unsupported scope applied to resource'))
    }
    if (ONLY_EXISTS.includes(scope) && operator !== 'Exists') errors.push(invalidNamed(`${at}.operator`, operator, NOT_EXISTS))
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0)
        errors.push(required(`${at}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"))
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0)
        errors.push(invalid(`${at}.values`, values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"))
    } else errors.push(invalidNamed(`${at}.operator`, operator, 'not a valid selector operator'))
  }
  const scopes = items.map((item) => textAt(item, 'scopeName'))
  for (const pair of OPPOSITES) {
    if (pair.every((scope) => scopes.includes(scope))) errors.push(invalid(at, spec?.scopes ?? null, 'conflicting scopes'))
  }
}

export const validateResourceQuota: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec')
  quotaList(errors, objectAt(spec, 'hard'), 'spec.hard')
  scopeErrors(errors, spec)
  scopeSelectorErrors(errors, spec)
  const scopes = (o: JsonObject | undefined): string => JSON.stringify([...new Set(textsAt(objectAt(o, 'spec'), 'scopes'))].sort())
  if (old !== undefined && scopes(obj) !== scopes(old)) errors.push(invalid('spec.scopes', spec?.scopes, IMMUTABLE))
  return errors
}

export function validateResourceQuotaStatus(obj: KubeObject): FieldError[] {
  const errors: FieldError[] = []
  for (const key of ['hard', 'used']) quotaList(errors, objectAt(obj, `status.${key}`), `status.${key}`)
  return errors
}

const ASKED_AND_LIMITED = ['cpu', 'memory', 'storage', 'ephemeral-storage']

/** For a new quota that lets more be asked for than be taken. */
export function resourceQuotaWarnings(obj: KubeObject): string[] {
  const hard = objectAt(obj, 'spec.hard') ?? {}
  return ASKED_AND_LIMITED.flatMap((name) => {
    const bare = name === 'cpu' || name === 'memory' ? name : undefined
    const requested = [`requests.${name}`, bare].find((of) => of !== undefined && hard[of] !== undefined)
    const [request, limit] = [tryQuantity(hard[requested ?? '']), tryQuantity(hard[`limits.${name}`])]
    if (request === undefined || limit === undefined || compareQuantity(request, limit) <= 0) return []
    return [`ResourceQuota ${requested} (${request.text}) should be less than limits.${name} (${limit.text})`]
  })
}
