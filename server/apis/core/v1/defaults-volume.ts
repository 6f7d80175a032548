import { defaultPullPolicy } from './image.ts'
import { quantityOfText, roundResources } from './resource-lists.ts'
import type { DownwardApiFile, ObjectFieldSelector, ResourceFieldSelector, Volume } from './types.ts'

const FILE_MODE = 0o644

/** Values that a volume kind takes when the field is empty (core/v1 defaults). A null stands for a field that may be left empty on purpose. */
const plain: Partial<Record<keyof Volume, Readonly<Record<string, unknown>>>> = {
  secret: { defaultMode: FILE_MODE },
  configMap: { defaultMode: FILE_MODE },
  projected: { defaultMode: FILE_MODE },
  downwardAPI: { defaultMode: FILE_MODE },
  iscsi: { iscsiInterface: 'default' },
  rbd: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' },
  azureDisk: { cachingMode: 'ReadWrite', fsType: 'ext4', readOnly: false, kind: 'Shared' },
  scaleIO: { storageMode: 'ThinProvisioned', fsType: 'xfs' },
}

// Pointer fields keep an explicit empty string; plain strings take the default for it.
const pointers = new Set<keyof Volume>(['azureDisk'])

function fill(target: Record<string, unknown>, values: Readonly<Record<string, unknown>>, keepEmpty: boolean): void {
  for (const key in values) {
    const v = target[key]
    if (v === undefined || v === null || (v === '' && !keepEmpty)) target[key] = values[key]
  }
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
    const values = plain[key as keyof Volume]
    if (values !== undefined) fill(source as Record<string, unknown>, values, pointers.has(key as keyof Volume))
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
