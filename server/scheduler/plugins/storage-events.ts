import { claimNameOf } from '../../client/volume-binding.ts'
import type { EventInterest } from '../framework.ts'
import type { PodInfo } from '../pod-info.ts'

/** A claim that the pod names comes about or, with `updates`, changes; with `ephemeral`, one that is made for the pod counts too. */
export function ownClaim({ updates = false, ephemeral = false }): EventInterest {
  const names = ({ pod }: PodInfo, name: string | undefined): boolean =>
    pod.spec?.volumes?.some((v) => (ephemeral ? claimNameOf(pod, v) : v.persistentVolumeClaim?.claimName) === name) === true
  return {
    on: ['PersistentVolumeClaim'],
    helps(pod, e) {
      if (e.type !== 'PersistentVolumeClaim' || (e.old !== undefined && !updates)) return false
      const { name, namespace } = e.now.metadata
      return name !== undefined && namespace === pod.pod.metadata.namespace && names(pod, name)
    },
  }
}
