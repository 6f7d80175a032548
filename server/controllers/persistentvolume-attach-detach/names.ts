import { createHash } from 'node:crypto'
import type { PersistentVolume } from '../../client/objects-storage.ts'
import type { ContainerStatus, Pod } from '../../client/objects.ts'
import { csiOf } from '../../client/csi-translation.ts'

/** Volumes as kubelets and nodes' statuses name them, and what may be done with them (kubernetes/kubernetes pkg/volume/{csi,util}). */

const PREFIX = 'kubernetes.io/csi/'
const SEPARATOR = '^'

/** What a CSI volume is called in a node's status; undefined for one that no CSI driver attaches. */
export function uniqueName(volume: PersistentVolume): string | undefined {
  const csi = csiOf(volume)
  return csi === undefined ? undefined : `${PREFIX}${csi.driver}${SEPARATOR}${csi.volumeHandle}`
}

/** The driver and its handle for the volume; undefined for a name of another plugin. */
export function splitName(volume: string): { driver: string; handle: string } | undefined {
  const parts = volume.startsWith(PREFIX) ? volume.slice(PREFIX.length).split(SEPARATOR) : []
  return parts.length === 2 ? { driver: parts[0]!, handle: parts[1]! } : undefined
}

/** The one VolumeAttachment that there may be of a volume on a node. */
export function attachmentName(volume: string, node: string): string {
  const { driver = '', handle = '' } = splitName(volume) ?? {}
  return `csi-${createHash('sha256').update(`${handle}${driver}${node}`).digest('hex')}`
}

/** Several nodes may have it at once; one that says nothing of that is left to its driver. */
export function allowsMultiAttach({ spec }: PersistentVolume): boolean {
  const modes = spec?.accessModes ?? []
  // A disk that its old plugin let several nodes write to is one node's for its driver.
  if (spec?.['gcePersistentDisk'] !== undefined) return modes.every((mode) => mode === 'ReadOnlyMany')
  return modes.length === 0 || modes.some((mode) => mode === 'ReadWriteMany' || mode === 'ReadOnlyMany')
}

/** Nothing of the pod runs any more: its volumes may go. */
export function isTerminated({ metadata, status }: Pod): boolean {
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return true
  if (metadata.deletionTimestamp == null) return false
  const lists = [status?.initContainerStatuses, status?.containerStatuses, status?.ephemeralContainerStatuses] as (
    | ContainerStatus[]
    | undefined
  )[]
  return lists.every((list) => (list ?? []).every(({ state }) => state?.terminated != null || state?.waiting != null))
}
