import type { CSINode, PersistentVolume } from './objects-storage.ts'
import type { Volume } from './objects.ts'

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

interface Migrated {
  /** What the plugin was called, as a provisioner and in the annotation of a CSINode. */
  plugin: string
  driver: string
  handle: Handle
  /** The label that the driver gives its nodes for their zone, where it knows zones. */
  zone?: string
  /** kube-scheduler takes it for its driver's as well. */
  counted: boolean
}

/** By the field of a volume's spec, which is the same in a pod. */
const MIGRATED: Readonly<Record<string, Migrated>> = {
  awsElasticBlockStore: {
    ...{ plugin: 'kubernetes.io/aws-ebs', driver: 'ebs.csi.aws.com', handle: awsHandle },
    ...{ zone: 'topology.ebs.csi.aws.com/zone', counted: true },
  },
  gcePersistentDisk: {
    ...{ plugin: 'kubernetes.io/gce-pd', driver: 'pd.csi.storage.gke.io', handle: gceHandle },
    ...{ zone: 'topology.gke.io/zone', counted: true },
  },
  azureDisk: { plugin: 'kubernetes.io/azure-disk', driver: 'disk.csi.azure.com', handle: azureDiskHandle, counted: true },
  azureFile: { plugin: 'kubernetes.io/azure-file', driver: 'file.csi.azure.com', handle: azureFileHandle, counted: false },
  cinder: {
    ...{ plugin: 'kubernetes.io/cinder', driver: 'cinder.csi.openstack.org', handle: named('volumeID') },
    ...{ zone: 'topology.cinder.csi.openstack.org/zone', counted: true },
  },
  vsphereVolume: { plugin: 'kubernetes.io/vsphere-volume', driver: 'csi.vsphere.vmware.com', handle: named('volumePath'), counted: false },
  portworxVolume: { plugin: 'kubernetes.io/portworx-volume', driver: 'pxd.portworx.com', handle: named('volumeID'), counted: true },
}

type Found = readonly [Migrated, Source]

const sourceOf = (spec: Readonly<Record<string, unknown>> | undefined): Found | undefined => {
  for (const [field, migrated] of Object.entries(MIGRATED)) {
    const source = spec?.[field] as Source | undefined | null
    if (source !== undefined && source !== null) return [migrated, source]
  }
  return undefined
}

/** The volume as its CSI driver knows it; undefined for one that no driver has. */
export function csiOf(volume: PersistentVolume): CsiVolume | undefined {
  if (volume.spec?.csi !== undefined) return volume.spec.csi
  return translated(sourceOf(volume.spec), volume)
}

function translated([migrated, source]: Found | readonly [] = [], volume: PersistentVolume): CsiVolume | undefined {
  const volumeHandle = source && migrated?.handle(source, volume)
  return migrated === undefined || volumeHandle === undefined ? undefined : { driver: migrated.driver, volumeHandle }
}

/** The same for kube-scheduler, which leaves some plugins out (nodevolumelimits `isCSIMigrationOn`). */
export const countedCsiOf = (volume: PersistentVolume): CsiVolume | undefined =>
  sourceOf(volume.spec)?.[0].counted === false ? undefined : csiOf(volume)

/** A disk that a pod names itself, without a claim. */
export function inlineCsiOf(volume: Volume): CsiVolume | undefined {
  const found = sourceOf(volume)
  return found?.[0].counted === true ? translated(found, { metadata: {} }) : undefined
}

const BY_PLUGIN = new Map(Object.values(MIGRATED).map((migrated) => [migrated.plugin, migrated]))

/** The driver that has taken over from a plugin of Kubernetes itself; undefined for any other name. */
export const driverOfPlugin = (plugin: string): string | undefined => BY_PLUGIN.get(plugin)?.driver

/** The plugin of Kubernetes itself that a volume is of, where a driver has taken over from that. */
export const migratedPluginOf = ({ spec }: PersistentVolume): string | undefined => sourceOf(spec)?.[0].plugin

/** The driver that makes volumes of a class: its provisioner, or who has taken over from that; undefined for one that is not counted. */
export function driverOf(provisioner: string): string | undefined {
  const migrated = BY_PLUGIN.get(provisioner)
  return migrated === undefined ? provisioner : migrated.counted ? migrated.driver : undefined
}

const ZONE = 'topology.kubernetes.io/zone'
const OLD_ZONE = 'failure-domain.beta.kubernetes.io/zone'
const OLD_REGION = 'failure-domain.beta.kubernetes.io/region'
const REGION = 'topology.kubernetes.io/region'
const MIGRATED_PLUGINS = 'storage.alpha.kubernetes.io/migrated-plugins'

type Terms = NonNullable<NonNullable<NonNullable<PersistentVolume['spec']>['nodeAffinity']>['required']>['nodeSelectorTerms']

/**
 * The volume as its driver has it on a node that says it has moved: zones are those of the driver's own label. Any other volume is itself.
 * @throws Error when the driver cannot have it
 */
export function onNode(volume: PersistentVolume, csiNode: CSINode | undefined): PersistentVolume {
  const [migrated] = sourceOf(volume.spec) ?? []
  const moved = csiNode?.metadata.annotations?.[MIGRATED_PLUGINS]?.split(',') ?? []
  if (migrated?.counted !== true || !moved.includes(migrated.plugin)) return volume
  if (csiOf(volume) === undefined) throw new Error(`could not translate pv: ${volume.metadata.name}`)
  return migrated.zone === undefined ? volume : withZone(volume, migrated.zone)
}

function withZone(volume: PersistentVolume, zone: string): PersistentVolume {
  const terms = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms ?? []
  const uses = (key: string): boolean => terms.some((t) => t.matchExpressions?.some((e) => e.key === key))
  const { labels = {} } = volume.metadata
  const isNew = uses(ZONE) || (!uses(OLD_ZONE) && (labels[ZONE] !== undefined || labels[OLD_ZONE] === undefined))
  const old = isNew ? ZONE : OLD_ZONE
  const renamed: Record<string, string> = { [old]: zone, ...(isNew ? {} : { [OLD_REGION]: REGION }) }
  const nodeSelectorTerms: Terms = terms.map((t) => ({
    ...t,
    ...(t.matchExpressions === undefined
      ? {}
      : { matchExpressions: t.matchExpressions.map((e) => ({ ...e, key: renamed[e.key] ?? e.key })) }),
  }))
  const zones = (labels[old] ?? '').split('__').map((z) => z.trim())
  const values = [...new Set(zones.filter((z) => z !== ''))].sort()
  if (!uses(old) && values.length > 0) {
    if (nodeSelectorTerms.length === 0) nodeSelectorTerms.push({})
    for (const t of nodeSelectorTerms) t.matchExpressions = [...(t.matchExpressions ?? []), { key: zone, operator: 'In', values }]
  }
  if (nodeSelectorTerms.length === 0) return volume
  return { ...volume, spec: { ...volume.spec, nodeAffinity: { required: { nodeSelectorTerms } } } }
}
