import { invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { configMapKeyErrors, nameIsSubdomain, relaxedEnvVarNameErrors } from '../../../machinery/names.ts'
import { checkLabel, checkNoBacksteps, checkQualifiedName, checkRequired, invalidTexts } from './checks.ts'
import { quantityOfText } from './resource-lists.ts'
import type { EnvFromSource, EnvVar, FileKeySelector, KeySelector, ObjectFieldSelector, ResourceFieldSelector } from './types.ts'

/** Environment of a container, and the downward API selectors that volumes share with it (core/validation ValidateEnv, ValidateEnvFrom). */
const envFields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]
export const volumeFields = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid']
const downwardFields = new Set([...envFields, ...volumeFields, 'spec.restartPolicy', 'spec.schedulerName', 'status.phase'])
const containerResourceFields = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
]
const byteDivisors = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']
const subscripted = /^([^]+?)\['([^]*)'\]$/

export function validateEnv(errors: FieldError[], env: readonly EnvVar[] | undefined, path: string): void {
  if (!env) return
  for (let i = 0; i < env.length; i++) {
    const e = env[i]!
    if (!e.name) errors.push(required(`${path}[${i}].name`))
    else invalidTexts(errors, `${path}[${i}].name`, e.name, relaxedEnvVarNameErrors(e.name))
    if (e.valueFrom) validateValueFrom(errors, e, `${path}[${i}].valueFrom`)
  }
}

function validateValueFrom(errors: FieldError[], env: EnvVar, path: string): void {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = env.valueFrom!
  if (fieldRef) validateFieldRef(errors, fieldRef, envFields, `${path}.fieldRef`)
  if (resourceFieldRef) validateResourceFieldRef(errors, resourceFieldRef, false, `${path}.resourceFieldRef`)
  if (configMapKeyRef) validateKeySelector(errors, configMapKeyRef, `${path}.configMapKeyRef`)
  if (secretKeyRef) validateKeySelector(errors, secretKeyRef, `${path}.secretKeyRef`)
  if (fileKeyRef) validateFileKey(errors, fileKeyRef, `${path}.fileKeyRef`)
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length
  if (sources === 0) {
    const text = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'
    errors.push(invalid(path, '', text))
  } else if (env.value) errors.push(invalid(path, '', 'may not be specified when `value` is not empty'))
  else if (sources > 1) errors.push(invalid(path, '', 'may not have more than one field specified at a time'))
}

function fieldLabelError(version: string, base: string, subscript: boolean, label: string): string | undefined {
  if (version !== 'v1') return `unsupported pod version: ${version}`
  if (subscript) {
    return base === 'metadata.annotations' || base === 'metadata.labels' ? undefined : `field label does not support subscript: ${label}`
  }
  return downwardFields.has(label) || label === 'spec.host' ? undefined : `field label not supported: ${label}`
}

/** A downward API field; `fields` lists what may be named whole. */
export function validateFieldRef(errors: FieldError[], ref: ObjectFieldSelector, fields: readonly string[], path: string): void {
  if (!ref.apiVersion) {
    errors.push(required(`${path}.apiVersion`))
    return
  }
  const label = ref.fieldPath
  if (!label) {
    errors.push(required(`${path}.fieldPath`))
    return
  }
  const m = subscripted.exec(label)
  const base = m?.[1] ?? label
  const why = fieldLabelError(ref.apiVersion, base, m !== null, label)
  if (why !== undefined) {
    errors.push(invalid(`${path}.fieldPath`, label, `error converting fieldPath: ${why}`))
    return
  }
  if (m !== null) checkQualifiedName(errors, base === 'metadata.annotations' ? m[2]!.toLowerCase() : m[2]!, path)
  else {
    const name = label === 'spec.host' ? 'spec.nodeName' : label
    if (!fields.includes(name)) errors.push(notSupported(`${path}.fieldPath`, name, fields))
  }
}

export function validateResourceFieldRef(errors: FieldError[], ref: ResourceFieldSelector, volume: boolean, path: string): void {
  const name = ref.resource ?? ''
  const hugePages = name.startsWith('requests.hugepages-') || name.startsWith('limits.hugepages-')
  if (volume && !ref.containerName) errors.push(required(`${path}.containerName`))
  else if (name === '') errors.push(required(`${path}.resource`))
  else if (!hugePages && !containerResourceFields.includes(name))
    errors.push(notSupported(`${path}.resource`, name, containerResourceFields))
  const divisor = ref.divisor === undefined ? '0' : quantityOfText(ref.divisor).text
  if (divisor === '0') return
  if (name === 'limits.cpu' || name === 'requests.cpu') {
    if (divisor === '1m' || divisor === '1') return
    errors.push(invalid(`${path}.divisor`, name, "only divisor's values 1m and 1 are supported with the cpu resource"))
    return
  }
  const kind = hugePages
    ? 'hugepages'
    : { memory: 'memory', 'ephemeral-storage': 'local ephemeral storage' }[/^(?:limits|requests)\.(.*)$/.exec(name)?.[1] ?? '']
  if (kind === undefined || byteDivisors.includes(divisor)) return
  errors.push(invalid(`${path}.divisor`, name, `only divisor's values ${byteDivisors.join(', ')} are supported with the ${kind} resource`))
}

function validateKeySelector(errors: FieldError[], ref: KeySelector, path: string): void {
  invalidTexts(errors, `${path}.name`, ref.name ?? '', nameIsSubdomain(ref.name ?? '', false))
  if (!ref.key) errors.push(required(`${path}.key`))
  else invalidTexts(errors, `${path}.key`, ref.key, configMapKeyErrors(ref.key))
}

function validateFileKey(errors: FieldError[], ref: FileKeySelector, path: string): void {
  if (!ref.key) errors.push(required(`${path}.key`))
  else invalidTexts(errors, `${path}.key`, ref.key, relaxedEnvVarNameErrors(ref.key))
  if (!ref.volumeName) errors.push(required(`${path}.volumeName`))
  else checkLabel(errors, ref.volumeName, `${path}.volumeName`)
  checkRequired(errors, ref.path, `${path}.path`)
  if (ref.path) checkNoBacksteps(errors, ref.path, `${path}.path`)
}

export function validateEnvFrom(errors: FieldError[], sources: readonly EnvFromSource[] | undefined, path: string): void {
  sources?.forEach((source, i) => {
    const at = `${path}[${i}]`
    if (source.prefix) invalidTexts(errors, `${at}.prefix`, source.prefix, relaxedEnvVarNameErrors(source.prefix))
    for (const field of ['configMapRef', 'secretRef'] as const) {
      const ref = source[field]
      if (!ref) continue
      if (!ref.name) errors.push(required(`${at}.${field}.name`))
      // Upstream checks these names as prefixes, so a trailing dash passes.
      else invalidTexts(errors, `${at}.${field}.name`, ref.name, nameIsSubdomain(ref.name, true))
    }
    if (!source.configMapRef && !source.secretRef) errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'))
    else if (source.configMapRef && source.secretRef) errors.push(invalid(path, '', 'may not have more than one field specified at a time'))
  })
}
