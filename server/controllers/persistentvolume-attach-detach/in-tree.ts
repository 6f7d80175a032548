import type { PersistentVolume } from '../../client/objects-storage.ts'

/**
 * CSI drivers that have taken over volumes of the plugins which were part of Kubernetes, and what each calls such a volume
 * (csi-translation-lib; the migration of all of these is complete since 1.31). A volume without the fields that name it has none.
 */

export interface CsiVolume {
  readonly driver: string
  readonly volumeHandle: string
}

type Source = Readonly<Record<string, unknown>>
type Handle = (source: Source, volume: PersistentVolume) => string | undefined

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const named =
  (field: string): Handle =>
  (source) =>
    text(source[field])

const AWS_ID = /^vol-[^/]*$/

/** `vol-1` as it is, or what `aws://ZONE/vol-1` leads to. */
function awsHandle({ volumeID }: Source): string | undefined {
  const id = text(volumeID)
  if (id?.startsWith('aws://') !== true) return id
  const path = id.slice('aws://'.length)
  const disk = path.slice(path.indexOf('/')).replace(/^\/+|\/+$/g, '')
  return path.includes('/') && AWS_ID.test(disk) ? disk : undefined
}

const NOWHERE = 'UNSPECIFIED'

/** A disk of one zone, of the region that several zones have in common, or of no known place. */
function gceHandle({ pdName }: Source, { metadata }: PersistentVolume): string | undefined {
  const disk = text(pdName)
  if (disk === undefined) return undefined
  const { labels = {} } = metadata
  const zones = (labels['failure-domain.beta.kubernetes.io/zone'] || labels['topology.kubernetes.io/zone'] || '').split('__')
  if (zones.length === 1) return `projects/${NOWHERE}/zones/${zones[0] || NOWHERE}/disks/${disk}`
  const regions = new Set(zones.map((zone) => zone.split('-').slice(0, -1).join('-')))
  const isZone = zones.every((zone) => zone.split('-').length === 3)
  return isZone && regions.size === 1 ? `projects/${NOWHERE}/regions/${[...regions][0]}/disks/${disk}` : undefined
}

/** Only managed disks have moved. */
function azureDiskHandle({ kind, diskURI }: Source): string | undefined {
  return kind === undefined || text(kind)?.toLowerCase() === 'managed' ? text(diskURI) : undefined
}

const ACCOUNT = /azure-storage-account-(.+)-secret/

function azureFileHandle({ secretName, secretNamespace, shareName }: Source, { metadata, spec }: PersistentVolume): string | undefined {
  const secret = text(secretName) ?? ''
  const namespace = text(secretNamespace) ?? spec?.claimRef?.namespace ?? ''
  if (namespace === '') return undefined
  const group = metadata.annotations?.['kubernetes.io/azure-file-resource-group'] ?? ''
  return [group, ACCOUNT.exec(secret)?.[1] ?? secret, text(shareName) ?? '', metadata.name ?? '', namespace].join('#')
}

/** By the field of a volume's spec. */
const MIGRATED: Readonly<Record<string, readonly [driver: string, handle: Handle]>> = {
  awsElasticBlockStore: ['ebs.csi.aws.com', awsHandle],
  gcePersistentDisk: ['pd.csi.storage.gke.io', gceHandle],
  azureDisk: ['disk.csi.azure.com', azureDiskHandle],
  azureFile: ['file.csi.azure.com', azureFileHandle],
  cinder: ['cinder.csi.openstack.org', named('volumeID')],
  vsphereVolume: ['csi.vsphere.vmware.com', named('volumePath')],
  portworxVolume: ['pxd.portworx.com', named('volumeID')],
}

/** The volume as its CSI driver knows it; undefined for one that no driver has. */
export function csiOf(volume: PersistentVolume): CsiVolume | undefined {
  const { spec } = volume
  if (spec?.csi !== undefined) return spec.csi
  for (const [field, [driver, handle]] of Object.entries(MIGRATED)) {
    const source = spec?.[field] as Source | undefined
    if (source === undefined || source === null) continue
    const volumeHandle = handle(source, volume)
    return volumeHandle === undefined ? undefined : { driver, volumeHandle }
  }
  return undefined
}
