import type { Pod } from '../../../client/objects.ts'
import { claimNames, classOf } from '../../../client/volume-binding.ts'
import { unschedulable, type PluginFactory } from '../../framework.ts'
import { storageHelps } from '../storage-events.ts'

const REFUSED = unschedulable('node(s) exceed max volume count')

/** CSI drivers attach so many volumes to a node as its CSINode says. */
export const nodeVolumeLimits: PluginFactory = ({ listers }) => {
  /** Volumes of a pod by a name of their own, with their drivers; a claim without a volume counts as the one that it will get. */
  function attachable(pod: Pod, into: Map<string, string>): void {
    const { namespace } = pod.metadata
    for (const name of claimNames(pod)) {
      const claim = listers.persistentVolumeClaims.get(name, namespace)
      if (claim === undefined) continue
      const csi = listers.persistentVolumes.get(claim.spec?.volumeName ?? '')?.spec?.csi
      if (csi !== undefined) into.set(`${csi.driver}^${csi.volumeHandle}`, csi.driver)
      else if ((claim.spec?.volumeName ?? '') === '') {
        const driver = listers.storageClasses.get(classOf(claim))?.provisioner
        if (driver !== undefined) into.set(`${driver}^${namespace}/${name}`, driver)
      }
    }
  }
  return {
    name: 'NodeVolumeLimits',
    events: [{ on: ['NodeAdd', 'AssignedPodDelete'] }, { on: ['StorageChange'], helps: storageHelps }],
    preFilter: ({ pod }) => (claimNames(pod).length === 0 ? 'skip' : undefined),
    filter({ pod }, node) {
      const limits = new Map<string, number>()
      for (const { name, allocatable } of listers.csiNodes.get(node.name)?.spec?.drivers ?? []) {
        if (allocatable?.count !== undefined) limits.set(name, allocatable.count)
      }
      if (limits.size === 0) return undefined
      const there = new Map<string, string>()
      for (const other of node.pods.values()) attachable(other.pod, there)
      const more = new Map<string, string>()
      attachable(pod, more)
      for (const [driver, limit] of limits) {
        const fresh = [...more].filter(([name, d]) => d === driver && !there.has(name)).length
        if (fresh > 0 && [...there.values()].filter((d) => d === driver).length + fresh > limit) return REFUSED
      }
      return undefined
    },
  }
}
