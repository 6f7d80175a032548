import { forbiddenField, invalid, invalidNamed, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { isSet, listAt, objectAt, objectsAt, textAt, textsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { byteLength, dns1123LabelErrors, rangeText } from '../../../machinery/names.ts'
import { ownValue } from '../../../machinery/own.ts'
import { int64Value } from '../../../machinery/quantity.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { IMMUTABLE } from '../../meta/v1/validation.ts'
import { validateNodeSelector } from './affinity.ts'
import { checkLabel, checkNoBacksteps, checkSubdomain, invalidTexts, POSITIVE } from './checks.ts'
import { emptyAt } from '../../../machinery/empty-fields.ts'
import { internalDiff, internalValue } from './internal-form.ts'
import { nodeSelectorTermWarnings } from './pod-warnings.ts'
import { quantityOfText } from './resource-lists.ts'
import { semanticEqual } from './semantic-equal.ts'
import { checkDriverName, checkSource, iscsiName } from './volume-sources.ts'

/** Volumes (core/validation, ValidatePersistentVolume and …Update). */
type Source = (errors: FieldError[], source: JsonObject, path: string, name: string) => void

const need =
  (...fields: string[]): Source =>
  (errors, source, path) => {
    for (const field of fields)
      if (!source[field] || (listAt(source, field).length === 0 && Array.isArray(source[field]))) errors.push(required(`${path}.${field}`)) // prettier-ignore
  }

function checkSecret(errors: FieldError[], source: JsonObject, key: string, path: string): void {
  const ref = objectAt(source, key)
  if (ref === undefined) return
  const [name, namespace] = [textAt(ref, 'name'), textAt(ref, 'namespace')]
  if (name === '') errors.push(required(`${path}.${key}.name`))
  else checkSubdomain(errors, name, `${path}.${key}.name`)
  if (namespace === '') errors.push(required(`${path}.${key}.namespace`))
  else checkLabel(errors, namespace, `${path}.${key}.namespace`)
}

const secretNamed = (errors: FieldError[], source: JsonObject, path: string): void => {
  const ref = objectAt(source, 'secretRef')
  if (ref !== undefined) need('name', 'namespace')(errors, ref, `${path}.secretRef`, '')
}

const CSI_SECRETS = ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef']

const iscsi: Source = (errors, source, path, name) => {
  const portal = textAt(source, 'targetPortal')
  const initiator = textAt(source, 'initiatorName')
  const named = isSet(source, 'initiatorName')
  if (portal === '') errors.push(required(`${path}.targetPortal`))
  if (named && byteLength(`${name}:${portal}`) > 64) {
    const text = 'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.'
    errors.push(invalid(`${path}.targetportal`, portal, text))
  }
  const iqn = textAt(source, 'iqn')
  if (iqn === '') errors.push(required(`${path}.iqn`))
  else iscsiName(errors, iqn, `${path}.iqn`, 'must be valid format')
  const lun = Number(source.lun ?? 0)
  if (lun < 0 || lun > 255) errors.push(invalid(`${path}.lun`, lun, rangeText(0, 255)))
  if ((source.chapAuthDiscovery === true || source.chapAuthSession === true) && !isSet(source, 'secretRef'))
    errors.push(required(`${path}.secretRef`))
  const secret = objectAt(source, 'secretRef')
  if (secret !== undefined && !secret.name) errors.push(required(`${path}.secretRef.name`))
  if (named) iscsiName(errors, initiator, `${path}.initiatorname`, 'must be valid format')
}

/** As a pod's volume of the kind. */
const same =
  (kind: Parameters<typeof checkSource>[1]): Source =>
  (errors, source, path) =>
    checkSource(errors, kind, source, path)

/** Upstream's order; a path is given where the errors' is another than the field's. */
const SOURCES: readonly (readonly [field: string, check: Source, path?: string])[] = [
  ['hostPath', same('hostPath')],
  ['gcePersistentDisk', same('gcePersistentDisk'), 'persistentDisk'],
  ['awsElasticBlockStore', same('awsElasticBlockStore')],
  [
    'glusterfs',
    (errors, source, path, name) => {
      need('endpoints', 'path')(errors, source, path, name)
      const namespace = textAt(source, 'endpointsNamespace')
      const at = `${path}.endpointsNamespace`
      if (!isSet(source, 'endpointsNamespace')) return
      if (namespace === '') errors.push(invalid(at, '', 'if the endpointnamespace is set, it must be a valid namespace name'))
      else invalidTexts(errors, at, namespace, dns1123LabelErrors(namespace))
    },
  ],
  ['flocker', same('flocker')],
  ['nfs', same('nfs')],
  ['rbd', need('monitors', 'image')],
  ['quobyte', same('quobyte')],
  ['cephfs', need('monitors')],
  ['iscsi', iscsi],
  [
    'cinder',
    (errors, source, path, name) => {
      need('volumeID')(errors, source, path, name)
      secretNamed(errors, source, path)
    },
  ],
  ['fc', same('fc')],
  ['flexVolume', same('flexVolume')],
  [
    'azureFile',
    (errors, source, path, name) => {
      need('secretName', 'shareName')(errors, source, path, name)
      if (source.secretNamespace === '') errors.push(required(`${path}.secretNamespace`))
    },
  ],
  ['vsphereVolume', same('vsphereVolume')],
  ['photonPersistentDisk', same('photonPersistentDisk')],
  ['portworxVolume', same('portworxVolume')],
  ['azureDisk', same('azureDisk')],
  ['scaleIO', need('gateway', 'system', 'volumeName')],
  [
    'local',
    (errors, source, path) => {
      const target = textAt(source, 'path')
      if (target === '') errors.push(required(`${path}.path`))
      else checkNoBacksteps(errors, target, `${path}.path`)
    },
  ],
  [
    'storageos',
    (errors, source, path) => {
      const [volume, namespace] = [textAt(source, 'volumeName'), textAt(source, 'volumeNamespace')]
      if (volume === '') errors.push(required(`${path}.volumeName`))
      else checkLabel(errors, volume, `${path}.volumeName`)
      if (namespace !== '') checkLabel(errors, namespace, `${path}.volumeNamespace`)
      secretNamed(errors, source, path)
    },
  ],
  [
    'csi',
    (errors, source, path, name) => {
      checkDriverName(errors, textAt(source, 'driver'), `${path}.driver`)
      need('volumeHandle')(errors, source, path, name)
      for (const key of CSI_SECRETS) checkSecret(errors, source, key, path)
    },
  ],
]

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain']
const VOLUME_MODES = ['Block', 'Filesystem']

function checkAccessModes(errors: FieldError[], spec: JsonObject, at: string): void {
  const modes = textsAt(spec, 'accessModes')
  if (modes.length === 0) errors.push(required(`${at}.accessModes`))
  for (const mode of modes) if (!ACCESS_MODES.includes(mode)) errors.push(notSupported(`${at}.accessModes`, mode, ACCESS_MODES))
  if (modes.includes('ReadWriteOncePod') && modes.some((m) => m !== 'ReadWriteOncePod' && ACCESS_MODES.includes(m)))
    errors.push(forbiddenField(`${at}.accessModes`, 'may not use ReadWriteOncePod with other access modes'))
}

function checkCapacity(errors: FieldError[], spec: JsonObject, at: string): void {
  const capacity = objectAt(spec, 'capacity') ?? {}
  const keys = Object.keys(capacity)
  if (keys.length === 0) errors.push(required(`${at}.capacity`))
  if (capacity.storage === undefined || keys.length > 1) {
    const shown =
      keys.length === 0
        ? (emptyAt(spec, 'capacity') ?? null)
        : Object.fromEntries(keys.sort().map((k) => [k, quantityOfText(capacity[k] as string).text]))
    errors.push(notSupported(`${at}.capacity`, shown, ['storage']))
  }
  for (const key of keys) {
    const value = quantityOfText(capacity[key] as string)
    if (int64Value(value) < 0n) errors.push(invalid(`${at}.capacity[${key}]`, int64Value(value), 'must be a valid resource quantity'))
    if (value.nano <= 0n) errors.push(invalid(`${at}.capacity[${key}]`, value.text, POSITIVE))
  }
}

/** What may not stand in the spec of a volume that a pod brings along (VolumeAttachment's inlineVolumeSpec). */
function checkInline(errors: FieldError[], spec: JsonObject, at: string): void {
  const inline = 'may not be specified in the context of inline volumes'
  if (isSet(spec, 'claimRef')) errors.push(forbiddenField(`${at}.claimRef`, inline))
  if (Object.keys(objectAt(spec, 'capacity') ?? {}).length > 0) errors.push(forbiddenField(`${at}.capacity`, inline))
  if (!isSet(spec, 'csi')) errors.push(required(`${at}.csi`, 'has to be specified in the context of inline volumes'))
}

export function validateVolumeSpec(errors: FieldError[], spec: JsonObject, name: string, inline: boolean, at: string): void {
  const notInline = 'may not be specified in the context of inline volumes'
  if (inline) checkInline(errors, spec, at)
  checkAccessModes(errors, spec, at)
  if (!inline) checkCapacity(errors, spec, at)
  const policy = textAt(spec, 'persistentVolumeReclaimPolicy')
  const policyPath = `${at}.persistentVolumeReclaimPolicy`
  if (policy !== '' && inline && policy !== 'Retain')
    errors.push(forbiddenField(policyPath, 'may only be Retain in the context of inline volumes'))
  else if (policy !== '' && !inline && !RECLAIM_POLICIES.includes(policy)) errors.push(notSupported(policyPath, policy, RECLAIM_POLICIES))
  const affinity = objectAt(spec, 'nodeAffinity')
  if (affinity !== undefined && inline) errors.push(forbiddenField(`${at}.nodeAffinity`, notInline))
  else if (affinity !== undefined && isSet(affinity, 'required'))
    validateNodeSelector(errors, affinity.required as object, false, `${at}.nodeAffinity.required`)
  else if (affinity !== undefined) errors.push(required(`${at}.nodeAffinity.required`, 'must specify required node constraints'))
  checkSources(errors, spec, name, affinity !== undefined && !inline, at)
  // A recycler would empty the node.
  if (/^\/+$/.test(textAt(spec, 'hostPath.path')) && policy === 'Recycle')
    errors.push(forbiddenField(policyPath, "may not be 'recycle' for a hostPath mount of '/'"))
  const className = textAt(spec, 'storageClassName')
  if (className !== '' && inline) errors.push(forbiddenField(`${at}.storageClassName`, notInline))
  else if (className !== '') checkSubdomain(errors, className, `${at}.storageClassName`)
  checkModeAndClass(errors, spec, inline, at)
}

function checkSources(errors: FieldError[], spec: JsonObject, name: string, hasAffinity: boolean, at: string): void {
  let count = 0
  for (const [field, check, path = field] of SOURCES) {
    const source = objectAt(spec, field)
    if (source === undefined) continue
    if (count > 0 && field !== 'flexVolume') {
      errors.push(forbiddenField(`${at}.${field === 'cephfs' ? 'cephFS' : field}`, 'may not specify more than 1 volume type'))
      continue
    }
    count++
    check(errors, source, `${at}.${path}`, name)
    if (field === 'local' && !hasAffinity) errors.push(required(`${at}.nodeAffinity`, 'Local volume requires node affinity'))
  }
  if (count === 0) errors.push(required(at, 'must specify a volume type'))
}

function checkModeAndClass(errors: FieldError[], spec: JsonObject, inline: boolean, at: string): void {
  if (isSet(spec, 'volumeMode')) {
    const mode = textAt(spec, 'volumeMode')
    if (inline && mode !== 'Filesystem') {
      const text = 'may not specify volumeMode other than Filesystem in the context of inline volumes'
      errors.push(forbiddenField(`${at}.volumeMode`, text))
    } else if (!inline && !VOLUME_MODES.includes(mode)) errors.push(notSupported(`${at}.volumeMode`, mode, VOLUME_MODES))
  }
  if (!isSet(spec, 'volumeAttributesClassName')) return
  const className = textAt(spec, 'volumeAttributesClassName')
  const path = `${at}.volumeAttributesClassName`
  if (className === '') errors.push(required(path, 'an empty string is disallowed'))
  else checkSubdomain(errors, className, path)
  if (!isSet(spec, 'csi')) errors.push(required(`${at}.csi`, 'has to be specified when using volumeAttributesClassName'))
}

const sourceOf = (spec: JsonObject): JsonObject => Object.fromEntries(SOURCES.map(([field]) => [field, spec[field]]))

/** Secrets for growing may be added to a volume that has none. */
function withoutAddedSecret(source: JsonObject, before: JsonObject): JsonObject {
  const csi = objectAt(source, 'csi')
  if (csi === undefined || !isSet(before, 'csi') || isSet(before, 'csi.controllerExpandSecretRef')) return source
  return { ...source, csi: { ...csi, controllerExpandSecretRef: undefined } }
}

const STABLE_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
}

/** The earlier affinity with the stable names of labels where the new one has them: that is no change (getMaskNodeSelectorLabelChangeEqualities). */
function withStableLabels(before: unknown, now: unknown): unknown {
  if (Array.isArray(before)) return before.map((item, i) => withStableLabels(item, Array.isArray(now) ? (now as unknown[])[i] : undefined))
  if (typeof before !== 'object' || before === null) return before
  const other = (typeof now === 'object' && now !== null ? now : {}) as JsonObject
  return Object.fromEntries(
    Object.entries(before).map(([key, value]) => {
      const isRenamed = key === 'key' && ownValue(STABLE_LABELS, String(value)) === other[key] && other[key] !== undefined
      return [key, isRenamed ? other[key] : withStableLabels(value, other[key])]
    }),
  )
}

export const validateVolume: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec') ?? {}
  validateVolumeSpec(errors, spec, textAt(obj, 'metadata.name'), false, 'spec')
  if (old === undefined) return errors
  const before = objectAt(old, 'spec') ?? {}
  const [source, had] = [withoutAddedSecret(sourceOf(spec), before), sourceOf(before)]
  if (!semanticEqual(source, had)) {
    const text = `spec.persistentvolumesource is immutable after creation\n${internalDiff('PersistentVolumeSource', had, source)}`
    errors.push(forbiddenField('spec.persistentvolumesource', text))
  }
  if (!semanticEqual(spec.volumeMode, before.volumeMode)) errors.push(invalidNamed('volumeMode', spec.volumeMode, IMMUTABLE))
  if (isSet(before, 'nodeAffinity') && !semanticEqual(spec.nodeAffinity, withStableLabels(before.nodeAffinity, spec.nodeAffinity))) {
    const shown = isSet(spec, 'nodeAffinity') ? internalValue('VolumeNodeAffinity', spec.nodeAffinity) : null
    errors.push(invalid('nodeAffinity', shown, `${IMMUTABLE}, except for updating from beta label to GA`))
  }
  if (isSet(before, 'volumeAttributesClassName') && !isSet(spec, 'volumeAttributesClassName'))
    errors.push(forbiddenField('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden'))
  return errors
}

const ANNOTATIONS = {
  'volume.beta.kubernetes.io/storage-class': 'deprecated since v1.8; use "storageClassName" attribute instead',
  'volume.beta.kubernetes.io/mount-options': 'deprecated since v1.31; use "mountOptions" attribute instead',
}
const GONE = {
  cephfs: ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  photonPersistentDisk: ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  scaleIO: ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  storageos: ['storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  glusterfs: ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  rbd: ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
} as const

export function volumeWarnings(obj: KubeObject): string[] {
  const out: string[] = []
  const annotations = obj.metadata.annotations ?? {}
  for (const [key, text] of Object.entries(ANNOTATIONS))
    if (annotations[key] !== undefined) out.push(`metadata.annotations[${key}]: ${text}`)
  const spec = objectAt(obj, 'spec')
  if (textAt(spec, 'persistentVolumeReclaimPolicy') === 'Recycle') {
    const text = 'The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.'
    out.push(`spec.persistentVolumeReclaimPolicy: ${text}`)
  }
  const terms = objectsAt(spec, 'nodeAffinity.required.nodeSelectorTerms')
  terms.forEach((term, i) => nodeSelectorTermWarnings(out, term, false, `spec.nodeAffinity.required.nodeSelectorTerms[${i}]`))
  for (const [field, [name, text]] of Object.entries(GONE)) if (isSet(spec, field)) out.push(`spec.${name}: ${text}`)
  return out
}
