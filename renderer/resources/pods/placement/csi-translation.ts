import type { CsiNode, Volume } from '../../volumes/types.ts'

/** CSI drivers that have taken over disks of plugins which were part of Kubernetes, as far as kube-scheduler counts those (csi-translation-lib). */

export interface CsiVolume {
  driver: string
  volumeHandle: string
}

type Source = Record<string, unknown>
type Labels = Record<string, string>

interface Migrated {
  plugin: string
  driver: string
  handle(source: Source, labels: Labels): string | undefined
  /** The driver's own label for zones. */
  zone?: string
}

const zoneLabel = 'topology.kubernetes.io/zone'
const oldZoneLabel = 'failure-domain.beta.kubernetes.io/zone'
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** `aws://ZONE/vol-1` leads to `vol-1`. */
function awsHandle({ volumeID }: Source): string | undefined {
  const id = text(volumeID)
  if (!id?.startsWith('aws://')) return id
  return /^aws:\/\/[^/]*\/+(vol-[^/]*)\/*$/.exec(id)?.[1]
}

/** A disk of one zone, of the region that several have in common, or of no known place. */
function gceHandle({ pdName }: Source, labels: Labels): string | undefined {
  const disk = text(pdName)
  const zones = (labels[oldZoneLabel] || labels[zoneLabel] || 'UNSPECIFIED').split('__')
  if (disk === undefined || zones.length === 1) return disk && `projects/UNSPECIFIED/zones/${zones[0]}/disks/${disk}`
  const regions = new Set(zones.map((zone) => /^([^-]+-[^-]+)-[^-]+$/.exec(zone)?.[1]))
  const [region] = regions
  return regions.size === 1 && region !== undefined ? `projects/UNSPECIFIED/regions/${region}/disks/${disk}` : undefined
}

const azureHandle = ({ kind, diskURI }: Source): string | undefined =>
  kind === undefined || text(kind)?.toLowerCase() === 'managed' ? text(diskURI) : undefined

/** By the field of a volume's spec, which is the same in a pod. */
export const migrated: Record<string, Migrated> = {
  awsElasticBlockStore: {
    ...{ plugin: 'kubernetes.io/aws-ebs', driver: 'ebs.csi.aws.com', handle: awsHandle, zone: 'topology.ebs.csi.aws.com/zone' },
  },
  gcePersistentDisk: {
    ...{ plugin: 'kubernetes.io/gce-pd', driver: 'pd.csi.storage.gke.io', handle: gceHandle, zone: 'topology.gke.io/zone' },
  },
  azureDisk: { plugin: 'kubernetes.io/azure-disk', driver: 'disk.csi.azure.com', handle: azureHandle },
  cinder: {
    ...{ plugin: 'kubernetes.io/cinder', driver: 'cinder.csi.openstack.org', handle: ({ volumeID }) => text(volumeID) },
    zone: 'topology.cinder.csi.openstack.org/zone',
  },
  portworxVolume: { plugin: 'kubernetes.io/portworx-volume', driver: 'pxd.portworx.com', handle: ({ volumeID }) => text(volumeID) },
}
/** Their drivers have them, and the scheduler does not count them. */
const uncounted = ['kubernetes.io/azure-file', 'kubernetes.io/vsphere-volume']

function find(spec: Source | undefined): [Migrated, Source] | undefined {
  for (const [field, one] of Object.entries(migrated)) if (spec?.[field]) return [one, spec[field] as Source]
  return undefined
}

/** What a driver has of a volume's spec, or of a pod's own disk; undefined for one that no driver attaches. */
export function csiOf(spec: Source | undefined, labels: Labels = {}): CsiVolume | undefined {
  const [one, source] = find(spec) ?? []
  const volumeHandle = source && one?.handle(source, labels)
  return one && volumeHandle !== undefined ? { driver: one.driver, volumeHandle } : undefined
}

export const csiOfVolume = ({ spec, metadata }: Volume): CsiVolume | undefined => spec?.csi ?? csiOf(spec, metadata.labels)

/** Who makes volumes of a class; undefined for one that is not counted. */
export function driverOf(provisioner: string): string | undefined {
  const taken = Object.values(migrated).find(({ plugin }) => plugin === provisioner)
  return uncounted.includes(provisioner) ? undefined : (taken?.driver ?? provisioner)
}

/** The volume as its driver has it on a node that says it has moved: zones are those of the driver's own label. */
export function onNode(volume: Volume, csiNode: CsiNode | undefined): Volume {
  const [one] = find(volume.spec) ?? []
  const moved = csiNode?.metadata.annotations?.['storage.alpha.kubernetes.io/migrated-plugins']?.split(',') ?? []
  return one?.zone !== undefined && moved.includes(one.plugin) ? withZone(volume, one.zone) : volume
}

function withZone(volume: Volume, zone: string): Volume {
  const terms = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms ?? []
  const { labels = {} } = volume.metadata
  const uses = (key: string): boolean => terms.some(({ matchExpressions = [] }) => matchExpressions.some((one) => one.key === key))
  const isNew = uses(zoneLabel) || (!uses(oldZoneLabel) && (labels[zoneLabel] !== undefined || labels[oldZoneLabel] === undefined))
  const label = isNew ? zoneLabel : oldZoneLabel
  const renamed: Labels = isNew
    ? { [label]: zone }
    : { [label]: zone, 'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region' }
  const values = (labels[label] ?? '').split('__').filter((one) => one !== '')
  const added = uses(label) || values.length === 0 ? [] : [{ key: zone, operator: 'In' as const, values }]
  const known = terms.length === 0 && added.length > 0 ? [{}] : terms
  const nodeSelectorTerms = known.map((term) => ({
    ...term,
    matchExpressions: [...(term.matchExpressions ?? []).map((one) => ({ ...one, key: renamed[one.key] ?? one.key })), ...added],
  }))
  return known.length === 0 ? volume : { ...volume, spec: { ...volume.spec, nodeAffinity: { required: { nodeSelectorTerms } } } }
}
