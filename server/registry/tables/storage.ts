import type { KubeObject } from '../../machinery/types.ts'
import type { TableDefinition } from '../generic/strategy.ts'
import { createdAt } from './access.ts'
import { age, at, count, flag, listAt, name, table, text, textAt, type Cell } from './cells.ts'

/** Tables of volumes, their classes and drivers (printers/internalversion). */
const MODES = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
] as const
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class'

const modesText = (modes: readonly unknown[]): string =>
  MODES.filter(([m]) => modes.includes(m))
    .map(([, short]) => short)
    .join(',')
const className: Cell = (o) => o.metadata.annotations?.[BETA_CLASS] ?? textAt(o, 'spec.storageClassName')
const phase: Cell = (o) => (o.metadata.deletionTimestamp ? 'Terminating' : textAt(o, 'status.phase'))
const attributesClass = text('spec.volumeAttributesClassName', '<unset>')
const volumeMode = text('spec.volumeMode', '<unset>')
const bound = (o: KubeObject): boolean => textAt(o, 'spec.volumeName') !== ''

const claimOf: Cell = (o) =>
  at(o, 'spec.claimRef') === undefined ? '' : `${textAt(o, 'spec.claimRef.namespace')}/${textAt(o, 'spec.claimRef.name')}`

const audiences: Cell = (o) =>
  at(o, 'spec.tokenRequests') === undefined
    ? '<unset>'
    : listAt(o, 'spec.tokenRequests')
        .map((t) => textAt(t, 'audience'))
        .join(',')

export const storageTables: Readonly<Record<string, TableDefinition>> = {
  persistentvolumes: table(
    'Name|Capacity|Access Modes|Reclaim Policy|Status|Claim|StorageClass|VolumeAttributesClass|Reason|Age|*VolumeMode',
    name,
    text('spec.capacity.storage', '0'),
    (o) => modesText(listAt(o, 'spec.accessModes')),
    text('spec.persistentVolumeReclaimPolicy'),
    phase,
    claimOf,
    className,
    attributesClass,
    text('status.reason'),
    age,
    volumeMode,
  ),
  persistentvolumeclaims: table(
    'Name|Status|Volume|Capacity|Access Modes|StorageClass|VolumeAttributesClass|Age|*VolumeMode',
    name,
    phase,
    text('spec.volumeName'),
    (o) => (bound(o) ? (at(o, 'status.capacity.storage') ?? '0') : ''),
    (o) => (bound(o) ? modesText(listAt(o, 'status.accessModes')) : ''),
    className,
    attributesClass,
    age,
    volumeMode,
  ),
  'storageclasses.storage.k8s.io': table(
    'Name|Provisioner|ReclaimPolicy|VolumeBindingMode|AllowVolumeExpansion|Age',
    name,
    text('provisioner'),
    text('reclaimPolicy', 'Delete'),
    text('volumeBindingMode', '<unset>'),
    flag('allowVolumeExpansion'),
    age,
  ),
  'volumeattributesclasses.storage.k8s.io': table('Name|DriverName|Age', name, text('driverName'), age),
  'csinodes.storage.k8s.io': table('Name|Drivers:integer|Age', name, count('spec.drivers'), age),
  'csidrivers.storage.k8s.io': table(
    'Name|AttachRequired:boolean|PodInfoOnMount:boolean|StorageCapacity:boolean|TokenRequests|RequiresRepublish:boolean|Modes|Age',
    name,
    flag('spec.attachRequired', true),
    flag('spec.podInfoOnMount'),
    flag('spec.storageCapacity'),
    audiences,
    flag('spec.requiresRepublish'),
    (o) => listAt(o, 'spec.volumeLifecycleModes').join(',') || '<none>',
    age,
  ),
  'csistoragecapacities.storage.k8s.io': createdAt,
  // Upstream marks the attacher's column as a name too.
  'volumeattachments.storage.k8s.io': withAttacherName(
    table(
      'Name|Attacher|PV|Node|Attached:boolean|Age',
      name,
      text('spec.attacher'),
      text('spec.source.persistentVolumeName'),
      text('spec.nodeName'),
      flag('status.attached'),
      age,
    ),
  ),
}

function withAttacherName(t: TableDefinition): TableDefinition {
  return { ...t, columns: t.columns.map((c) => (c.name === 'Attacher' ? { ...c, format: 'name' } : c)) }
}
