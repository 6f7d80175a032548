import { fillUnset, fillZero, type JsonObject } from '../../../machinery/json-walk.ts'
import { defaultPullPolicy } from './image.ts'
import { quantityOfText, roundResources } from './resource-lists.ts'
import type { DownwardApiFile, ObjectFieldSelector, ResourceFieldSelector, Volume } from './types.ts'

const FILE_MODE = 0o644

type Values = Partial<Record<keyof Volume, Readonly<Record<string, unknown>>>>

/** Values that a volume kind takes for fields that are not given (core/v1 defaults). */
const UNSET: Values = {
  secret: { defaultMode: FILE_MODE },
  configMap: { defaultMode: FILE_MODE },
  projected: { defaultMode: FILE_MODE },
  downwardAPI: { defaultMode: FILE_MODE },
  azureDisk: { cachingMode: 'ReadWrite', fsType: 'ext4', readOnly: false, kind: 'Shared' },
}
/** The same where an empty string is taken for one that is not given. */
const EMPTY: Values = {
  iscsi: { iscsiInterface: 'default' },
  rbd: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' },
  scaleIO: { storageMode: 'ThinProvisioned', fsType: 'xfs' },
}

export function defaultFieldRef(ref: ObjectFieldSelector | undefined): void {
  if (ref && !ref.apiVersion) ref.apiVersion = 'v1'
}

/** A divisor is a Quantity: one that is not given prints as 0. */
export function defaultDivisor(ref: ResourceFieldSelector | undefined): void {
  if (ref) ref.divisor = ref.divisor === undefined ? '0' : quantityOfText(ref.divisor).text
}

function defaultFile(file: DownwardApiFile): void {
  defaultFieldRef(file.fieldRef)
  defaultDivisor(file.resourceFieldRef)
}

export function defaultVolume(volume: Volume): void {
  let sources = 0
  for (const key in volume) {
    const source = volume[key as keyof Volume]
    if (key === 'name' || source === undefined || source === null) continue
    sources++
    const [unset, empty] = [UNSET[key as keyof Volume], EMPTY[key as keyof Volume]]
    if (unset !== undefined) fillUnset(source as JsonObject, unset)
    if (empty !== undefined) fillZero(source as JsonObject, empty)
  }
  if (sources === 0) {
    volume.emptyDir = {}
    return
  }
  const { emptyDir, hostPath, downwardAPI, projected, ephemeral, image } = volume
  if (emptyDir?.sizeLimit !== undefined) emptyDir.sizeLimit = quantityOfText(emptyDir.sizeLimit).text
  if (hostPath) hostPath.type ??= ''
  if (downwardAPI) for (const file of downwardAPI.items ?? []) defaultFile(file)
  for (const source of projected?.sources ?? []) {
    for (const file of source.downwardAPI?.items ?? []) defaultFile(file)
    if (source.serviceAccountToken) source.serviceAccountToken.expirationSeconds ??= 3600
  }
  const claim = ephemeral?.volumeClaimTemplate
  if (claim) {
    // metadata is a struct in Go, printed even when empty.
    claim.metadata ??= {}
    const spec = (claim.spec ??= {})
    spec.volumeMode ??= 'Filesystem'
    roundResources(spec.resources?.limits)
    roundResources(spec.resources?.requests)
  }
  if (image && !image.pullPolicy) image.pullPolicy = defaultPullPolicy(image.reference)
}
