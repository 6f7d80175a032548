import { goQuote } from '../../../machinery/go-quote.ts'
import { forbiddenField, invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { byteLength, caselessSubdomainErrors, dns1123SubdomainErrors, rangeText } from '../../../machinery/names.ts'
import { tryQuantity } from '../../../machinery/quantity.ts'
import {
  checkFileMode,
  checkLabel,
  checkDescendingPath,
  checkMaxBytes,
  checkMaxCharacters,
  checkNoBacksteps,
  checkOneOf,
  checkRequired,
  checkSubdomain,
  invalidTexts,
} from './checks.ts'
import { validateClaimTemplate } from './volume-claim.ts'
import { validateDownwardFile, validateKeyToPath, validateProjected } from './volume-projected.ts'
import type { AzureDiskSource, IscsiSource, LocalObjectReference, VolumeSource } from './types.ts'

/** The rules of each kind of volume (core/validation validateVolumeSource); `path` ends in the kind's name. */
type Check<K extends keyof VolumeSource> = (errors: FieldError[], source: NonNullable<VolumeSource[K]>, path: string) => void

const hostPathTypes = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket']
const iqn = /iqn\.\d{4}-\d{2}\.([A-Za-z0-9\-.]+)(:[^,;*&$|\s]+)$/
const eui = /^eui.[A-Za-z0-9]{16}$/
const naa = /^naa.[A-Za-z0-9]{32}$/

/** Sources whose only rule is that these fields are given. */
const need =
  <K extends keyof VolumeSource>(...fields: string[]): Check<K> =>
  (errors, source, path) => {
    for (const field of fields) {
      const v = (source as Record<string, unknown>)[field]
      if (!v || (Array.isArray(v) && v.length === 0)) errors.push(required(`${path}.${field}`))
    }
  }

const disk =
  <K extends 'gcePersistentDisk' | 'awsElasticBlockStore'>(id: string): Check<K> =>
  (errors, source, path) => {
    checkRequired(errors, (source as Record<string, string>)[id], `${path}.${id}`)
    const partition = source.partition ?? 0
    if (partition < 0 || partition > 255) errors.push(invalid(`${path}.partition`, partition, rangeText(1, 255)))
  }

function secretRef(errors: FieldError[], ref: LocalObjectReference | undefined, path: string): void {
  if (ref) checkRequired(errors, ref.name, `${path}.secretRef.name`)
}

function files(
  errors: FieldError[],
  source: { defaultMode?: number; items?: { key?: string; path?: string; mode?: number }[] },
  path: string,
): void {
  checkFileMode(errors, source.defaultMode, `${path}.defaultMode`)
  source.items?.forEach((item, i) => validateKeyToPath(errors, item, `${path}.items[${i}]`))
}

export function iscsiName(
  errors: FieldError[],
  name: string,
  path: string,
  otherwise = 'must be valid format starting with iqn, eui, or naa',
): void {
  const pattern = name.startsWith('iqn') ? iqn : name.startsWith('eui') ? eui : name.startsWith('naa') ? naa : undefined
  if (pattern === undefined) errors.push(invalid(path, name, otherwise))
  else if (!pattern.test(name)) errors.push(invalid(path, name, 'must be valid format'))
}

function iscsi(errors: FieldError[], source: IscsiSource, path: string): void {
  checkRequired(errors, source.targetPortal, `${path}.targetPortal`)
  if (!source.iqn) errors.push(required(`${path}.iqn`))
  else iscsiName(errors, source.iqn, `${path}.iqn`)
  const lun = source.lun ?? 0
  if (lun < 0 || lun > 255) errors.push(invalid(`${path}.lun`, lun, rangeText(0, 255)))
  if ((source.chapAuthDiscovery || source.chapAuthSession) && !source.secretRef) errors.push(required(`${path}.secretRef`))
  if (source.initiatorName !== undefined) iscsiName(errors, source.initiatorName, `${path}.initiatorname`)
}

function azureDisk(errors: FieldError[], source: AzureDiskSource, path: string): void {
  const uri = source.diskURI ?? ''
  checkRequired(errors, source.diskName, `${path}.diskName`)
  checkRequired(errors, uri, `${path}.diskURI`)
  const { cachingMode, kind } = source
  if (cachingMode !== undefined && !['None', 'ReadOnly', 'ReadWrite'].includes(cachingMode)) {
    errors.push(notSupported(`${path}.cachingMode`, cachingMode, ['None', 'ReadOnly', 'ReadWrite']))
  }
  if (kind === undefined) return
  if (!['Dedicated', 'Managed', 'Shared'].includes(kind))
    errors.push(notSupported(`${path}.kind`, kind, ['Dedicated', 'Managed', 'Shared']))
  const managed = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'
  const blob = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'
  if (kind === 'Managed' && !uri.startsWith('/subscriptions/')) errors.push(notSupported(`${path}.diskURI`, uri, [managed]))
  if (kind !== 'Managed' && !uri.startsWith('https://')) errors.push(notSupported(`${path}.diskURI`, uri, [blob]))
}

const hostPort = /^(\[[^\][]*\]|[^:[\]]*):[^:]*$/

/** The name of a driver, in any case. @param declared the rule stands with the type, and has words of its own */
const MAX_DRIVER = 63

export function checkDriverName(errors: FieldError[], driver: string, path: string, declared = false): void {
  if (driver === '') {
    errors.push(required(path))
    return
  }
  if (declared) {
    invalidTexts(errors, path, driver, caselessSubdomainErrors(driver))
    checkMaxCharacters(errors, driver, MAX_DRIVER, path)
  } else {
    checkMaxBytes(errors, driver, MAX_DRIVER, path)
    invalidTexts(errors, path, driver, dns1123SubdomainErrors(driver.toLowerCase()))
  }
}

const checks: { [K in keyof VolumeSource]-?: Check<K> } = {
  emptyDir: (errors, source, path) => {
    const limit = tryQuantity(source.sizeLimit)
    if (limit !== undefined && limit.nano < 0n)
      errors.push(forbiddenField(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity'))
  },
  hostPath: (errors, source, path) => {
    if (!source.path) {
      errors.push(required(`${path}.path`))
      return
    }
    checkNoBacksteps(errors, source.path, `${path}.path`)
    if (source.type !== undefined && !hostPathTypes.includes(source.type))
      errors.push(notSupported(`${path}.type`, source.type, hostPathTypes))
  },
  gitRepo: (errors, source, path) => {
    checkRequired(errors, source.repository, `${path}.repository`)
    checkDescendingPath(errors, source.directory ?? '', `${path}.directory`)
  },
  gcePersistentDisk: disk('pdName'),
  awsElasticBlockStore: disk('volumeID'),
  secret: (errors, source, path) => {
    checkRequired(errors, source.secretName, `${path}.secretName`)
    files(errors, source, path)
  },
  nfs: (errors, source, path) => {
    checkRequired(errors, source.server, `${path}.server`)
    checkRequired(errors, source.path, `${path}.path`)
    if (!source.path?.startsWith('/')) errors.push(invalid(`${path}.path`, source.path ?? '', 'must be an absolute path'))
  },
  iscsi,
  glusterfs: need('endpoints', 'path'),
  flocker: (errors, { datasetName, datasetUUID }, path) => {
    if (!datasetName && !datasetUUID) errors.push(required(path, 'one of datasetName and datasetUUID is required'))
    if (datasetName && datasetUUID)
      errors.push(invalid(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'))
    if (datasetName?.includes('/')) errors.push(invalid(`${path}.datasetName`, datasetName, "must not contain '/'"))
  },
  persistentVolumeClaim: need('claimName'),
  rbd: need('monitors', 'image'),
  cinder: (errors, source, path) => {
    checkRequired(errors, source.volumeID, `${path}.volumeID`)
    secretRef(errors, source.secretRef, path)
  },
  cephfs: need('monitors'),
  quobyte: (errors, source, path) => {
    const text = 'must be a host:port pair or multiple pairs separated by commas'
    if (!source.registry) errors.push(required(`${path}.registry`, text))
    else if (byteLength(source.tenant ?? '') >= 65) {
      errors.push(required(`${path}.tenant`, 'must be a UUID and may not exceed a length of 64 characters'))
    } else {
      for (const pair of source.registry.split(','))
        if (!hostPort.test(pair)) errors.push(invalid(`${path}.registry`, source.registry, text))
    }
    checkRequired(errors, source.volume, `${path}.volume`)
  },
  downwardAPI: (errors, source, path) => {
    checkFileMode(errors, source.defaultMode, `${path}.defaultMode`)
    for (const file of source.items ?? []) validateDownwardFile(errors, file, path)
  },
  fc: (errors, { targetWWNs = [], wwids = [], lun }, path) => {
    if (targetWWNs.length + wwids.length === 0)
      errors.push(required(`${path}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both'))
    if (targetWWNs.length === 0) return
    if (wwids.length > 0) errors.push(invalid(`${path}.targetWWNs`, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously'))
    if (lun === undefined) errors.push(required(`${path}.lun`, 'lun is required if targetWWNs is specified'))
    else if (lun < 0 || lun > 255) errors.push(invalid(`${path}.lun`, lun, rangeText(0, 255)))
  },
  flexVolume: (errors, source, path) => {
    checkRequired(errors, source.driver, `${path}.driver`)
    for (const key in source.options) {
      const domain = `.${key.split('/')[0]!.toLowerCase()}`
      if (!domain.endsWith('.kubernetes.io') && !domain.endsWith('.k8s.io')) continue
      errors.push(invalid(`${path}.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved'))
    }
  },
  configMap: (errors, source, path) => {
    checkRequired(errors, source.name, `${path}.name`)
    files(errors, source, path)
  },
  azureFile: need('secretName', 'shareName'),
  vsphereVolume: need('volumePath'),
  photonPersistentDisk: need('pdID'),
  portworxVolume: need('volumeID'),
  azureDisk,
  storageos: (errors, source, path) => {
    checkRequired(errors, source.volumeName, `${path}.volumeName`)
    if (source.volumeName) checkLabel(errors, source.volumeName, `${path}.volumeName`)
    if (source.volumeNamespace) checkLabel(errors, source.volumeNamespace, `${path}.volumeNamespace`)
    secretRef(errors, source.secretRef, path)
  },
  projected: validateProjected,
  scaleIO: need('gateway', 'system', 'volumeName'),
  csi: (errors, source, path) => {
    checkDriverName(errors, source.driver ?? '', `${path}.driver`)
    const ref = source.nodePublishSecretRef
    if (!ref) return
    checkRequired(errors, ref.name, `${path}.nodePublishSecretRef.name`)
    if (ref.name) checkSubdomain(errors, ref.name, `${path}.name`)
  },
  ephemeral: (errors, source, path) => {
    if (!source.volumeClaimTemplate) errors.push(required(`${path}.volumeClaimTemplate`))
    else validateClaimTemplate(errors, source.volumeClaimTemplate, `${path}.volumeClaimTemplate`)
  },
  image: (errors, source, path) => {
    checkRequired(errors, source.reference, `${path}.reference`)
    checkOneOf(errors, source.pullPolicy, ['Always', 'IfNotPresent', 'Never'], `${path}.pullPolicy`)
  },
}

/** The rules of one kind of source, where others than pods have it too. */
export const checkSource = (errors: FieldError[], kind: keyof VolumeSource, source: unknown, path: string): void =>
  (checks[kind] as (errors: FieldError[], source: unknown, path: string) => void)(errors, source, path)

/** Upstream's order, with the names its messages give these kinds where they differ from the field's. */
const kinds = (Object.keys(checks) as (keyof VolumeSource)[]).map((kind) => ({
  kind,
  /** Path of the kind's own errors. */
  name: kind === 'gcePersistentDisk' ? 'persistentDisk' : kind,
  /** Path when it is one source too many. */
  surplus: { cephfs: 'cephFS', downwardAPI: 'downwarAPI' }[kind as string] ?? kind,
}))

/** One volume's source; a volume has exactly one. */
export function validateVolumeSource(
  errors: FieldError[],
  volume: VolumeSource & { name?: string },
  podName: string | undefined,
  path: string,
): void {
  let count = 0
  for (const { kind, name, surplus } of kinds) {
    const source = volume[kind]
    if (!source) continue
    if (count > 0) errors.push(forbiddenField(`${path}.${surplus}`, 'may not specify more than 1 volume type'))
    else {
      const check = checks[kind] as (errors: FieldError[], source: unknown, path: string) => void
      check(errors, source, `${path}.${name}`)
      count++
      if (kind === 'ephemeral') checkClaimName(errors, volume.name ?? '', podName, path)
    }
    if (kind === 'iscsi') checkIscsiLength(errors, volume, path)
  }
  if (count === 0) errors.push(required(path, 'must specify a volume type'))
}

function checkClaimName(errors: FieldError[], name: string, podName: string | undefined, path: string): void {
  if (!podName || name === '') return
  const claim = `${podName}-${name}`
  for (const text of dns1123SubdomainErrors(claim)) errors.push(invalid(`${path}.name`, name, `PVC name ${goQuote(claim)}: ${text}`))
}

function checkIscsiLength(errors: FieldError[], volume: VolumeSource & { name?: string }, path: string): void {
  const { initiatorName, targetPortal } = volume.iscsi!
  if (initiatorName === undefined || byteLength(`${volume.name ?? ''}:${targetPortal ?? ''}`) <= 64) return
  const text = 'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.'
  errors.push(invalid(`${path}.name`, volume.name ?? '', text))
}
