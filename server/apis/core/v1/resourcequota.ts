import { invalid, type FieldError } from '../../../machinery/field-errors.ts'
import { ensureObject, objectAt, textsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { qualifiedNameErrors } from '../../../machinery/names.ts'
import { tryQuantity } from '../../../machinery/quantity.ts'
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
    if (qualifiedNameErrors(name).length === 0 && !name.includes('/') && !inQuotas(name))
      errors.push(invalid(path, name, 'must be a standard resource for quota'))
    const quantity = tryQuantity(value)
    if (quantity !== undefined) checkResourceQuantity(errors, name, quantity, path)
  }
}

function scopeErrors(errors: FieldError[], spec: JsonObject | undefined): void {
  const scopes = textsAt(spec, 'scopes')
  const refuse = (why: string): void => void errors.push(invalid('spec.scopes', scopes, why))
  const counted = Object.keys(objectAt(spec, 'hard') ?? {}).filter(inQuotas)
  for (const scope of scopes) {
    const takes = SCOPES[scope]
    if (takes === undefined) refuse('unsupported scope')
    else for (const name of counted) if (!takes.has(name)) refuse('unsupported scope applied to resource')
  }
  for (const pair of OPPOSITES) if (pair.every((scope) => scopes.includes(scope))) refuse('conflicting scopes')
}

export const validateResourceQuota: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec')
  quotaList(errors, objectAt(spec, 'hard'), 'spec.hard')
  scopeErrors(errors, spec)
  const scopes = (o: JsonObject | undefined): string => [...new Set(textsAt(objectAt(o, 'spec'), 'scopes'))].sort().join()
  if (old !== undefined && scopes(obj) !== scopes(old)) errors.push(invalid('spec.scopes', textsAt(spec, 'scopes'), IMMUTABLE))
  return errors
}
