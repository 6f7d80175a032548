import { invalid, required, type FieldError } from '../../../machinery/field-errors.ts'
import { ensureObject, fillUnset, fillZero, isSet, objectAt, objectsAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { dns1123LabelErrors } from '../../../machinery/names.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { invalidTexts } from '../../core/v1/checks.ts'
import { defaultPodTemplate } from '../../core/v1/defaults-pod.ts'
import { defaultClaim } from '../../core/v1/persistentvolumeclaim.ts'
import type { PodTemplateSpec } from '../../core/v1/types.ts'
import { checkImmutable, type Validation } from '../../meta/v1/json-checks.ts'
import { checkCounts, checkSelectorKept, checkSetSelector, templateOf } from './template-checks.ts'
import { validateRunningTemplate } from './workload.ts'

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

const KEPT_BY_SETS = ['volumeClaimTemplates', 'serviceName', 'podManagementPolicy']

/** The pods' volumes of the claims' names are the set's to make. */
function withClaims(spec: JsonObject | undefined): PodTemplateSpec {
  const template = templateOf(spec)
  const names = objectsAt(spec, 'volumeClaimTemplates').map((c) => textAt(objectAt(c, 'metadata'), 'name'))
  const volumes = template.spec?.volumes?.filter((v) => !names.includes(v.name ?? '')) ?? []
  const claimed = names.map((name) => ({ name, persistentVolumeClaim: { claimName: 'claim' } }))
  const { subdomain: _s, hostname: _h, ...rest } = template.spec ?? {}
  return { ...template, spec: { ...rest, ...(names.length === 0 ? {} : { volumes: [...claimed, ...volumes] }) } } as PodTemplateSpec
}

export const validateStatefulSet: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const [spec, before] = [objectAt(obj, 'spec'), objectAt(old, 'spec')]
  const policy = textAt(spec, 'podManagementPolicy')
  if (policy !== 'OrderedReady' && policy !== 'Parallel')
    errors.push(invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"))
  checkCounts(errors, spec, 'spec', ['replicas', 'minReadySeconds'])
  const service = textAt(spec, 'serviceName')
  if (service !== '' && before === undefined) invalidTexts(errors, 'spec.serviceName', service, dns1123LabelErrors(service))
  if (!isSet(spec, 'selector')) errors.push(required('spec.selector'))
  checkSetSelector(errors, spec, 'statefulset')
  validateRunningTemplate(errors, withClaims(spec), before === undefined ? undefined : withClaims(before), 'StatefulSet')
  checkSelectorKept(errors, spec, before)
  checkImmutable(errors, spec, before, KEPT_BY_SETS, { path: 'spec.' })
  return errors
}
