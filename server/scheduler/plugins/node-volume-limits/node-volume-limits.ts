import { countedCsiOf, driverOf, inlineCsiOf, type CsiVolume } from '../../../client/csi-translation.ts'
import type { CSINode, PersistentVolumeClaim, VolumeAttachment } from '../../../client/objects-storage.ts'
import type { Pod } from '../../../client/objects.ts'
import { claimNameOf, claimNames, classOf, foreignClaim } from '../../../client/volume-binding.ts'
import { unresolvable, unschedulable, type Handle, type PluginFactory } from '../../framework.ts'
import type { Rejection } from '../../node-verdict.ts'
import { ownClaim } from '../storage-events.ts'

const REFUSED = unschedulable('node(s) exceed max volume count')

const isAttached = (pod: Pod): boolean =>
  claimNames(pod).length > 0 || pod.spec?.volumes?.some((v) => inlineCsiOf(v) !== undefined) === true

/** Whether a driver takes more volumes than it did; one that names no limit counts as one that takes none. */
function hasMoreRoom(now: CSINode, old: CSINode): boolean {
  const before = new Map(old.spec?.drivers?.map((d) => [d.name, d.allocatable?.count ?? 0]))
  return now.spec?.drivers?.some((d) => (d.allocatable?.count ?? 0) > (before.get(d.name) ?? 0)) === true
}

/** Of a claim it is not looked which driver attaches it. */
const mayAttach = ({ spec }: Pod, { spec: was }: VolumeAttachment): boolean =>
  spec?.volumes?.some((v) => v.persistentVolumeClaim !== undefined || inlineCsiOf(v)?.driver === (was?.attacher ?? '')) === true

const nameOf = ({ driver, volumeHandle }: CsiVolume): string => `${driver}/${volumeHandle}`

/** CSI drivers attach so many volumes to a node as its CSINode says, those included that were of plugins which drivers have taken over. */
export const nodeVolumeLimits: PluginFactory = ({ listers }) => {
  /** The volume that a claim has, or will get; undefined for one that no driver attaches. */
  function volumeOf(claim: PersistentVolumeClaim): CsiVolume | undefined {
    const volume = listers.persistentVolumes.get(claim.spec?.volumeName ?? '')
    if (volume !== undefined) return countedCsiOf(volume)
    const driver = driverOf(listers.storageClasses.get(classOf(claim))?.provisioner ?? '')
    if (driver === undefined || driver === '') return undefined
    return { driver, volumeHandle: `claim ${claim.metadata.namespace}/${claim.metadata.name}` }
  }

  /** Notes the volumes of a pod, by a name of their own, with their drivers; says why they cannot be known. */
  function attachable(pod: Pod, into: Map<string, string>): string | undefined {
    for (const volume of pod.spec?.volumes ?? []) {
      const name = claimNameOf(pod, volume)
      let csi = inlineCsiOf(volume)
      if (name !== undefined) {
        const claim = listers.persistentVolumeClaims.get(name, pod.metadata.namespace)
        if (claim === undefined) return `looking up PVC ${pod.metadata.namespace}/${name}: persistentvolumeclaim "${name}" not found`
        const foreign = volume.ephemeral === undefined ? undefined : foreignClaim(pod, claim)
        if (foreign !== undefined) return foreign
        csi = volumeOf(claim)
      }
      if (csi !== undefined) into.set(nameOf(csi), csi.driver)
    }
    return undefined
  }

  return {
    name: 'NodeVolumeLimits',
    events: [
      { on: ['CSINode'], helps: (_, e) => e.type === 'CSINode' && (e.old === undefined || hasMoreRoom(e.now, e.old)) },
      { on: ['AssignedPodDelete'], helps: (_, e) => e.type === 'AssignedPodDelete' && isAttached(e.pod.pod) },
      ownClaim({ ephemeral: true }),
      { on: ['VolumeAttachmentDelete'], helps: ({ pod }, e) => e.type === 'VolumeAttachmentDelete' && mayAttach(pod, e.old) },
    ],
    preFilter: ({ pod }) => (isAttached(pod) ? undefined : 'skip'),
    filter({ pod }, node) {
      const more = new Map<string, string>()
      const why = attachable(pod, more)
      if (why !== undefined) return unresolvable(why)
      if (more.size === 0) return undefined
      const csiNode = listers.csiNodes.get(node.name)
      const missing = missingDriver(more.values(), csiNode, listers)
      if (missing !== undefined) return missing
      const limits = (csiNode?.spec?.drivers ?? []).filter((d) => d.allocatable?.count !== undefined)
      if (limits.length === 0) return undefined
      const there = new Map<string, string>()
      for (const other of node.pods.values()) attachable(other.pod, there)
      for (const volume of there.keys()) more.delete(volume)
      // What a pod that has gone leaves is still attached for a while.
      for (const { spec } of listers.volumeAttachments.list()) {
        if (spec?.nodeName !== node.name) continue
        const csi = listers.persistentVolumes.get(spec.source.persistentVolumeName ?? '')?.spec?.csi
        if (csi !== undefined) there.set(nameOf({ ...csi, driver: spec.attacher }), spec.attacher)
      }
      const count = (volumes: Map<string, string>, driver: string): number => [...volumes.values()].filter((d) => d === driver).length
      for (const { name, allocatable } of limits) {
        const fresh = count(more, name)
        if (fresh > 0 && count(there, name) + fresh > (allocatable?.count ?? 0)) return REFUSED
      }
      return undefined
    },
  }
}

/** A driver may want no pods where it is not installed; one that is no CSI driver has no say. */
function missingDriver(drivers: Iterable<string>, csiNode: CSINode | undefined, { csiDrivers }: Handle['listers']): Rejection | undefined {
  const installed = new Set(csiNode?.spec?.drivers?.map((d) => d.name))
  for (const driver of drivers) {
    const isNeeded = csiDrivers.get(driver)?.spec?.preventPodSchedulingIfMissing === true
    if (isNeeded && !installed.has(driver)) return unschedulable(`${driver} CSI driver is not installed on the node`)
  }
  return undefined
}
