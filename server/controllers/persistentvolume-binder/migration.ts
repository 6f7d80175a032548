import { driverOfPlugin } from '../../client/csi-translation.ts'
import type { PersistentVolume, PersistentVolumeClaim } from '../../client/objects-storage.ts'
import { PROVISIONED_BY } from '../../client/volume-binding.ts'
import type { KubeObject } from '../../machinery/types.ts'

/** What is written on claims and volumes of plugins that a CSI driver has taken over from (pv_controller_base.go). */

export const PROVISIONER = 'volume.kubernetes.io/storage-provisioner'
export const BETA_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner'
export const MIGRATED_TO = 'pv.kubernetes.io/migrated-to'
/** Held while the directory may still be there. */
export const DELETION_PROTECTION = 'kubernetes.io/pv-controller'
const EXTERNAL_PROTECTION = 'external-provisioner.volume.kubernetes.io/finalizer'

/** With the driver that has taken over from this provisioner, or with none; itself where that is so already. */
export function withMigration<T extends KubeObject>(obj: T, provisioner: string | undefined): T {
  if (provisioner === undefined) return obj
  const { [MIGRATED_TO]: before = '', ...annotations } = obj.metadata.annotations ?? {}
  const driver = driverOfPlugin(provisioner) ?? ''
  if (driver === before) return obj
  return { ...obj, metadata: { ...obj.metadata, annotations: driver === '' ? annotations : { ...annotations, [MIGRATED_TO]: driver } } }
}

export const migratedClaim = (claim: PersistentVolumeClaim): PersistentVolumeClaim =>
  withMigration(claim, claim.metadata.annotations?.[PROVISIONER] ?? claim.metadata.annotations?.[BETA_PROVISIONER])

/** Also with the finalizer that keeps a volume of this controller until it is deleted, where that is what is to become of it. */
export function migratedVolume(volume: PersistentVolume): PersistentVolume {
  const provisioner = volume.metadata.annotations?.[PROVISIONED_BY]
  const migrated = withMigration(volume, provisioner)
  if (provisioner === undefined) return migrated
  const before = volume.metadata.finalizers ?? []
  const wanted = protections(before, provisioner, volume.spec?.persistentVolumeReclaimPolicy)
  // None can be added to what is being deleted.
  const finalizers = volume.metadata.deletionTimestamp == null ? wanted : wanted.filter((f) => before.includes(f))
  return finalizers.join() === before.join() ? migrated : { ...migrated, metadata: { ...migrated.metadata, finalizers } }
}

function protections(before: readonly string[], provisioner: string, policy: string | undefined): string[] {
  const without = (name: string): string[] => before.filter((f) => f !== name)
  if (driverOfPlugin(provisioner) !== undefined) return without(DELETION_PROTECTION)
  if (!provisioner.startsWith('kubernetes.io/')) return [...before]
  const kept = without(EXTERNAL_PROTECTION)
  if (policy === 'Delete') return kept.includes(DELETION_PROTECTION) ? kept : [...kept, DELETION_PROTECTION]
  return policy === 'Retain' || policy === 'Recycle' ? kept.filter((f) => f !== DELETION_PROTECTION) : kept
}
