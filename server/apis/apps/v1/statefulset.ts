import { emptyAt } from '../../../machinery/empty-fields.ts'
import { invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { ensureObject, fillUnset, fillZero, isSet, objectAt, objectsAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { dns1123LabelErrors } from '../../../machinery/names.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { invalidTexts } from '../../core/v1/checks.ts'
import { defaultPodTemplate } from '../../core/v1/defaults-pod.ts'
import { defaultClaim } from '../../core/v1/persistentvolumeclaim.ts'
import type { ClaimSpec, PodTemplateSpec } from '../../core/v1/types.ts'
import { internalValue } from '../../core/v1/internal-form.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import { validateClaimSpec } from '../../core/v1/volume-claim.ts'
import { checkAtMostAll, checkIntOrPercent, intOrPercent } from '../../meta/v1/int-or-percent.ts'
import { checkImmutable, type Validation } from '../../meta/v1/json-checks.ts'
import { IMMUTABLE, type LabelSelector } from '../../meta/v1/validation.ts'
import { checkCollisions, checkCounts, checkSelectorKept, checkSetSelector, templateOf } from './template-checks.ts'
import { selectorValue, validateRunningTemplate } from './workload.ts'

/** Stateful sets (apps/v1 defaults; apis/apps, validation). */
export function defaultStatefulSet(obj: KubeObject): void {
  const s = ensureObject(obj, 'spec')
  fillZero(s, { podManagementPolicy: 'OrderedReady' })
  const update = ensureObject(s, 'updateStrategy')
  if (!update.type) fillUnset(update, { type: 'RollingUpdate', rollingUpdate: {} })
  if (update.type === 'RollingUpdate') fillUnset(objectAt(update, 'rollingUpdate'), { partition: 0, maxUnavailable: 1 })
  fillZero(ensureObject(s, 'persistentVolumeClaimRetentionPolicy'), { whenDeleted: 'Retain', whenScaled: 'Retain' })
  fillUnset(s, { replicas: 1, revisionHistoryLimit: 10 })
  defaultPodTemplate(ensureObject(s, 'template') as PodTemplateSpec)
  for (const claim of objectsAt(s, 'volumeClaimTemplates')) {
    fillUnset(claim, { kind: 'PersistentVolumeClaim', apiVersion: 'v1', metadata: {} })
    defaultClaim(claim)
  }
  fillUnset(ensureObject(obj, 'status'), { replicas: 0, availableReplicas: 0 })
}

const KEPT_BY_SETS = ['serviceName', 'podManagementPolicy']

/** The pods' volumes of the claims' names are the set's to make. */
function withClaims(spec: JsonObject | undefined): PodTemplateSpec {
  const template = templateOf(spec)
  const names = objectsAt(spec, 'volumeClaimTemplates').map((c) => textAt(objectAt(c, 'metadata'), 'name'))
  const made = new Set(names)
  const volumes = template.spec?.volumes?.filter((v) => !made.has(v.name ?? '')) ?? []
  const claimed = names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }))
  const { subdomain: _s, hostname: _h, ...rest } = template.spec ?? {}
  return { ...template, spec: { ...rest, ...(names.length === 0 ? {} : { volumes: [...claimed, ...volumes] }) } } as PodTemplateSpec
}

const STRATEGY = 'spec.updateStrategy'

const internalRolling = (rolling: JsonObject): JsonObject => ({
  Partition: rolling.partition ?? 0,
  MaxUnavailable: rolling.maxUnavailable ?? null,
})

function checkUpdateStrategy(errors: FieldError[], strategy: JsonObject): void {
  const type = textAt(strategy, 'type')
  const rolling = objectAt(strategy, 'rollingUpdate')
  const path = `${STRATEGY}.rollingUpdate`
  if (type === '') errors.push(required(STRATEGY))
  else if (type === 'OnDelete') {
    if (rolling !== undefined) errors.push(invalid(path, internalRolling(rolling), "only allowed for updateStrategy 'RollingUpdate'"))
  } else if (type !== 'RollingUpdate') {
    const printed = { Type: type, RollingUpdate: rolling === undefined ? null : internalRolling(rolling) }
    errors.push(invalid(STRATEGY, printed, "must be 'RollingUpdate' or 'OnDelete'"))
  } else if (rolling !== undefined) {
    checkCounts(errors, rolling, path, ['partition'])
    if (!isSet(rolling, 'maxUnavailable')) return
    const share = rolling.maxUnavailable
    checkIntOrPercent(errors, share, `${path}.maxUnavailable`)
    if (intOrPercent(share) === 0) errors.push(invalid(`${path}.maxUnavailable`, share, 'cannot be 0'))
    checkAtMostAll(errors, share, `${path}.maxUnavailable`)
  }
}

const RETENTION = ['Retain', 'Delete']

function checkRetention(errors: FieldError[], policy: JsonObject | undefined): void {
  if (policy === undefined) return
  for (const key of ['whenDeleted', 'whenScaled']) {
    const value = textAt(policy, key)
    if (!RETENTION.includes(value)) errors.push(notSupported(`spec.persistentVolumeClaimRetentionPolicy.${key}`, value, RETENTION))
  }
}

function internalClaim({ metadata, spec, status }: JsonObject): JsonObject {
  const printed = { Spec: internalValue('PersistentVolumeClaimSpec', spec), Status: internalValue('PersistentVolumeClaimStatus', status) }
  return { ...(metadata as JsonObject | undefined), ...printed }
}

export const validateStatefulSet: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const [spec, before] = [objectAt(obj, 'spec'), objectAt(old, 'spec')]
  const policy = textAt(spec, 'podManagementPolicy')
  if (policy === '') errors.push(required('spec.podManagementPolicy'))
  else if (policy !== 'OrderedReady' && policy !== 'Parallel')
    errors.push(invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"))
  checkUpdateStrategy(errors, objectAt(spec, 'updateStrategy') ?? {})
  checkRetention(errors, objectAt(spec, 'persistentVolumeClaimRetentionPolicy'))
  if (before === undefined)
    objectsAt(spec, 'volumeClaimTemplates').forEach((claim, i) =>
      validateClaimSpec(errors, (objectAt(claim, 'spec') ?? {}) as ClaimSpec, `spec.volumeClaimTemplates[${i}].spec`),
    )
  checkCounts(errors, spec, 'spec', ['replicas', 'minReadySeconds', 'ordinals.start'])
  const service = textAt(spec, 'serviceName')
  if (service !== '' && before === undefined) invalidTexts(errors, 'spec.serviceName', service, dns1123LabelErrors(service))
  if (!isSet(spec, 'selector')) errors.push(required('spec.selector'))
  const usable = checkSetSelector(errors, spec, 'statefulset')
  if (!usable) errors.push(invalid('spec.selector', selectorValue(objectAt(spec, 'selector') as LabelSelector), ''))
  validateRunningTemplate(errors, withClaims(spec), before === undefined ? undefined : withClaims(before), 'StatefulSet', usable)
  checkSelectorKept(errors, spec, before)
  const [claims, had] = [objectsAt(spec, 'volumeClaimTemplates'), objectsAt(before, 'volumeClaimTemplates')]
  if (before !== undefined && !semanticEqual(claims, had))
    errors.push(
      invalid(
        'spec.volumeClaimTemplates',
        claims.length === 0 ? emptyAt(spec, 'volumeClaimTemplates') : claims.map(internalClaim),
        IMMUTABLE,
      ),
    )
  checkImmutable(errors, spec, before, KEPT_BY_SETS, { path: 'spec.' })
  return errors
}

const PARTS = ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas']

export const validateStatefulSetStatus: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const status = objectAt(obj, 'status') ?? {}
  const count = (key: string): number => Number(status[key] ?? 0)
  checkCounts(errors, status, 'status', ['replicas', ...PARTS, 'observedGeneration', 'collisionCount'])
  for (const key of PARTS)
    if (count(key) > count('replicas')) errors.push(invalid(`status.${key}`, count(key), 'cannot be greater than status.replicas'))
  if (count('availableReplicas') > count('readyReplicas'))
    errors.push(invalid('status.availableReplicas', count('availableReplicas'), 'cannot be greater than status.readyReplicas'))
  checkCollisions(errors, obj, old)
  return errors
}
