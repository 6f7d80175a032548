import { forbiddenField, invalid, notSupported, required, tooLong, type FieldError } from '../../../machinery/field-errors.ts'
import { byteLength, qualifiedNameErrors } from '../../../machinery/names.ts'
import { TOTAL_ANNOTATION_BYTES, validateLabelSelector } from '../../meta/v1/validation.ts'
import { checkFileMode, checkLocalPath, checkRequired } from './checks.ts'
import { validateFieldRef, validateResourceFieldRef, volumeFields } from './container-env.ts'
import { isKubernetesSigner, trustBundleNameErrors, validateSignerName } from './signer-name.ts'
import type { DownwardApiFile, KeyToPath, ProjectedSource } from './types.ts'

/** Volumes made of files: projected, downwardAPI, and the items of secrets and configMaps. */
const keyTypes = ['RSA3072', 'RSA4096', 'ECDSAP256', 'ECDSAP384', 'ECDSAP521', 'ED25519']
const DUPLICATE_PATH = 'conflicting duplicate paths'
// certificates.k8s.io: 91 days, or one day for signers of the kubernetes.io domain.
const MAX_CERTIFICATE_SECONDS = 91 * 86400
const MAX_KUBERNETES_CERTIFICATE_SECONDS = 86400

export function validateKeyToPath(errors: FieldError[], item: KeyToPath, path: string): void {
  checkRequired(errors, item.key, `${path}.key`)
  checkRequired(errors, item.path, `${path}.path`)
  if (item.path) checkLocalPath(errors, item.path, `${path}.path`)
  checkFileMode(errors, item.mode, `${path}.mode`)
}

/** Upstream reports a file's errors at the volume, without its index. */
export function validateDownwardFile(errors: FieldError[], file: DownwardApiFile, path: string): void {
  checkRequired(errors, file.path, `${path}.path`)
  if (file.path) checkLocalPath(errors, file.path, `${path}.path`)
  if (file.fieldRef) {
    validateFieldRef(errors, file.fieldRef, volumeFields, `${path}.fieldRef`)
    if (file.resourceFieldRef) errors.push(invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'))
  } else if (file.resourceFieldRef) validateResourceFieldRef(errors, file.resourceFieldRef, true, `${path}.resourceFieldRef`)
  else errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'))
  checkFileMode(errors, file.mode, `${path}.mode`)
}

export function validateProjected(errors: FieldError[], volume: { sources?: ProjectedSource[]; defaultMode?: number }, path: string): void {
  checkFileMode(errors, volume.defaultMode, `${path}.defaultMode`)
  const paths = new Set<string>()
  const take = (file: string, value: string): void => {
    if (paths.has(file)) errors.push(invalid(path, value, DUPLICATE_PATH))
    paths.add(file)
  }
  volume.sources?.forEach((source, i) => {
    const at = `${path}.sources[${i}]`
    for (const kind of ['secret', 'configMap'] as const) {
      const ref = source[kind]
      if (!ref) continue
      checkRequired(errors, ref.name, `${at}.${kind}.name`)
      ref.items?.forEach((item, j) => {
        validateKeyToPath(errors, item, `${at}.${kind}.items[${j}]`)
        if (item.path) take(item.path, ref.name ?? '')
      })
    }
    for (const file of source.downwardAPI?.items ?? []) {
      validateDownwardFile(errors, file, `${at}.downwardAPI`)
      if (file.path) take(file.path, file.path)
    }
    if (source.serviceAccountToken) validateToken(errors, source.serviceAccountToken, `${at}.serviceAccountToken`, path)
    if (source.clusterTrustBundle) {
      validateTrustBundle(errors, source.clusterTrustBundle, `${at}.clusterTrustBundle`)
      const file = source.clusterTrustBundle.path ?? ''
      take(file, file)
    }
    if (source.podCertificate) validatePodCertificate(errors, source.podCertificate, take, `${at}.podCertificate`)
    const count = Object.values(source).filter(Boolean).length
    if (count > 1) errors.push(forbiddenField(at, 'may not specify more than 1 volume type per source'))
  })
}

function validateToken(
  errors: FieldError[],
  token: NonNullable<ProjectedSource['serviceAccountToken']>,
  path: string,
  volumePath: string,
): void {
  const seconds = token.expirationSeconds
  const at = `${path}.expirationSeconds`
  if (seconds === undefined) errors.push(required(at))
  else if (seconds < 600) errors.push(invalid(at, seconds, 'may not specify a duration less than 10 minutes'))
  else if (seconds > 2 ** 32) errors.push(invalid(at, seconds, 'may not specify a duration larger than 2^32 seconds'))
  if (!token.path) errors.push(required(`${volumePath}.path`))
  else checkLocalPath(errors, token.path, `${volumePath}.path`)
}

function validateTrustBundle(errors: FieldError[], bundle: NonNullable<ProjectedSource['clusterTrustBundle']>, path: string): void {
  const { name, signerName } = bundle
  if (name !== undefined && signerName !== undefined) {
    errors.push(invalid(path, trustBundleValue(bundle), 'only one of name and signerName may be used'))
  } else if (name !== undefined) {
    if (name === '') errors.push(required(`${path}.name`, 'must be a valid object name'))
    for (const text of trustBundleNameErrors(name))
      errors.push(invalid(`${path}.name`, name, `not a valid clustertrustbundlename: ${text}`))
    if (bundle.labelSelector) {
      errors.push(invalid(`${path}.labelSelector`, bundle.labelSelector, 'labelSelector must be unset if name is specified'))
    }
  } else if (signerName !== undefined) {
    if (signerName === '') errors.push(required(`${path}.signerName`, 'must be a valid signer name'))
    validateSignerName(errors, signerName, `${path}.signerName`)
    validateLabelSelector(errors, bundle.labelSelector, `${path}.labelSelector`)
  } else errors.push(required(path, 'either name or signerName must be specified'))
  checkRequired(errors, bundle.path, `${path}.path`)
  if (bundle.path) checkLocalPath(errors, bundle.path, `${path}.path`)
}

// The internal type has no JSON tags, so Go prints its own field names.
const trustBundleValue = (b: NonNullable<ProjectedSource['clusterTrustBundle']>): unknown => ({
  Name: b.name ?? null,
  SignerName: b.signerName ?? null,
  LabelSelector: b.labelSelector ?? null,
  Optional: b.optional ?? null,
  Path: b.path ?? '',
  User: null,
})

function validatePodCertificate(
  errors: FieldError[],
  source: NonNullable<ProjectedSource['podCertificate']>,
  take: (file: string, value: string) => void,
  path: string,
): void {
  const signer = source.signerName ?? ''
  validateSignerName(errors, signer, `${path}.signerName`)
  if (source.userAnnotations) validateUserAnnotations(errors, source.userAnnotations, `${path}.userAnnotations`)
  const keyType = source.keyType ?? ''
  if (!keyTypes.includes(keyType)) errors.push(notSupported(`${path}.keyType`, keyType, keyTypes))
  const seconds = source.maxExpirationSeconds
  if (seconds !== undefined) {
    if (seconds < 3600) errors.push(invalid(`${path}.maxExpirationSeconds`, seconds, 'if provided, maxExpirationSeconds must be >= 3600'))
    const max = isKubernetesSigner(signer) ? MAX_KUBERNETES_CERTIFICATE_SECONDS : MAX_CERTIFICATE_SECONDS
    if (seconds > max) errors.push(invalid(`${path}.maxExpirationSeconds`, seconds, `if provided, maxExpirationSeconds must be <= ${max}`))
  }
  let count = 0
  for (const field of ['credentialBundlePath', 'keyPath', 'certificateChainPath'] as const) {
    const file = source[field]
    if (!file) continue
    count++
    checkLocalPath(errors, file, `${path}.${field}`)
    take(file, file)
  }
  if (count === 0) errors.push(required(path, 'specify at least one of credentialBundlePath, keyPath, and certificateChainPath'))
}

export function validateUserAnnotations(errors: FieldError[], annotations: Record<string, string>, path: string): void {
  let size = 0
  for (const name in annotations) {
    const key = name.toLowerCase()
    size += byteLength(name) + byteLength(annotations[name]!)
    const texts = qualifiedNameErrors(key)
    for (const text of texts) errors.push(invalid(path, key, text))
    if (texts.length === 0 && !key.includes('/')) {
      errors.push(invalid(path, key, 'must be a domain-prefixed key (such as "acme.io/foo")'))
    }
  }
  if (size > TOTAL_ANNOTATION_BYTES) errors.push(tooLong(path, TOTAL_ANNOTATION_BYTES))
}
