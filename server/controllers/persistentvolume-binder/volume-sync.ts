import type { PersistentVolume, PersistentVolumeClaim } from '../../client/objects-storage.ts'
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../client/resource.ts'
import { keyFor } from '../../client/store.ts'
import { modesMatch, PROVISIONED_BY } from '../../client/volume-binding.ts'
import { isStatusError } from '../../machinery/status.ts'
import { messageOf } from '../controller.ts'
import type { BinderParts } from './parts.ts'
import { HOST_PATH } from './host-path.ts'
import { DELETION_PROTECTION, MIGRATED_TO, migratedVolume } from './migration.ts'
import { Recycling } from './recycling.ts'

const NFS = 'kubernetes.io/nfs'

/** Keeps one volume's phase, and reclaims it when its claim is gone. */
export class VolumeSync {
  readonly #p: BinderParts
  readonly #recycling: Recycling
  readonly #lookAtClaim: (key: string) => void

  constructor(parts: BinderParts, lookAtClaim: (key: string) => void) {
    this.#p = parts
    this.#recycling = new Recycling(parts)
    this.#lookAtClaim = lookAtClaim
  }

  async sync(unmarked: PersistentVolume): Promise<void> {
    const { writer } = this.#p
    const marked = migratedVolume(unmarked)
    const volume = marked === unmarked ? marked : await writer.volume(marked)
    const ref = volume.spec?.claimRef
    // Promised by name at most.
    if ((ref?.uid ?? '') === '') return void (await writer.phase(volume, 'Available'))
    const claim = await this.#claimOf(volume)
    if (claim === undefined) return this.#release(volume)
    const named = claim.spec?.volumeName ?? ''
    if (named === volume.metadata.name) return void (await writer.phase(volume, 'Bound'))
    if (named === '') return this.#waitForClaim(volume, claim)
    // The claim has taken another volume.
    const ours = volume.metadata.annotations?.[PROVISIONED_BY] !== undefined
    if (ours && volume.spec?.persistentVolumeReclaimPolicy === 'Delete') return this.#release(volume)
    await writer.unbind(volume)
  }

  /** The claim that the volume is promised to; the server is asked before it is said to be gone. */
  async #claimOf({ spec, status }: PersistentVolume): Promise<PersistentVolumeClaim | undefined> {
    const { name = '', namespace = '', uid } = spec?.claimRef ?? {}
    const cached = this.#p.claims.get(name, namespace)
    if (cached?.metadata.uid === uid) return cached
    if (cached === undefined && ['Released', 'Failed'].includes(status?.phase ?? '')) return undefined
    const { client, signal } = this.#p.ctx
    try {
      const claim = await client.resource<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS).get(name, { namespace, signal })
      return claim.metadata.uid === uid ? claim : undefined
    } catch (e) {
      if (isStatusError(e, 'NotFound')) return undefined
      throw e
    }
  }

  #waitForClaim(volume: PersistentVolume, claim: PersistentVolumeClaim): void {
    if (modesMatch(claim, volume)) return this.#lookAtClaim(keyFor(claim.metadata.name ?? '', claim.metadata.namespace))
    const { recorder } = this.#p
    const why = 'due to incompatible volumeMode.'
    const onVolume = `Cannot bind PersistentVolume to requested PersistentVolumeClaim "${claim.metadata.name}" ${why}`
    recorder.event({ apiVersion: 'v1', kind: 'PersistentVolume', object: volume }, 'Warning', 'VolumeMismatch', onVolume)
    const onClaim = `Cannot bind PersistentVolume "${volume.metadata.name}" to requested PersistentVolumeClaim ${why}`
    recorder.event({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', object: claim }, 'Warning', 'VolumeMismatch', onClaim)
  }

  async #release(volume: PersistentVolume): Promise<void> {
    const settled = ['Released', 'Failed'].includes(volume.status?.phase ?? '')
    const released = settled ? volume : await this.#p.writer.phase(volume, 'Released')
    // Its driver does it.
    if ((released.metadata.annotations?.[MIGRATED_TO] ?? '') !== '') return
    switch (released.spec?.persistentVolumeReclaimPolicy) {
      case 'Retain':
        return
      case 'Delete':
        return this.#delete(released)
      case 'Recycle':
        return this.#recycle(released)
      default:
        return this.#fail(released, 'VolumeUnknownReclaimPolicy', 'Volume has unrecognized PersistentVolumeReclaimPolicy')
    }
  }

  async #fail(volume: PersistentVolume, reason: string, message: string): Promise<void> {
    if (volume.status?.phase === 'Failed') return
    const failed = await this.#p.writer.phase(volume, 'Failed', message)
    this.#p.recorder.event({ apiVersion: 'v1', kind: 'PersistentVolume', object: failed }, 'Warning', reason, message)
  }

  async #recycle(volume: PersistentVolume): Promise<void> {
    const done = await this.#recycling.recycle(volume)
    if (typeof done === 'string') return this.#fail(volume, 'VolumeFailedRecycle', done)
    if (!done) return
    this.#p.recorder.event({ apiVersion: 'v1', kind: 'PersistentVolume', object: volume }, 'Normal', 'VolumeRecycled', 'Volume recycled')
    await this.#p.writer.unbind(volume)
  }

  /** Why nobody here can delete a volume; undefined where somebody may, 'external' where somebody else does. */
  #notDeletable({ metadata, spec }: PersistentVolume): string | undefined {
    const { name = '', annotations } = metadata
    const provisioner = annotations?.[PROVISIONED_BY] ?? ''
    if (provisioner !== '' && !provisioner.startsWith('kubernetes.io/')) return 'external'
    if (provisioner === '' && spec?.csi !== undefined) return 'external'
    const plugin = provisioner !== '' ? provisioner : spec?.hostPath !== undefined ? HOST_PATH : spec?.nfs === undefined ? '' : NFS
    if (plugin === HOST_PATH && this.#p.hostPath !== undefined) return undefined
    const why =
      plugin === HOST_PATH || plugin === NFS
        ? 'no deletable volume plugin matched'
        : `no volume plugin matched${plugin === '' ? '' : ` name: ${plugin}`}`
    return provisioner === '' ? `error getting deleter volume plugin for volume "${name}": ${why}` : why
  }

  /** Deletes what this controller has made. What an external provisioner has made is its own to delete. */
  async #delete(volume: PersistentVolume): Promise<void> {
    const { name = '' } = volume.metadata
    const why = this.#notDeletable(volume)
    if (why === 'external') return
    if (why !== undefined) return this.#fail(volume, 'VolumeFailedDelete', why)
    const { client, signal } = this.#p.ctx
    const volumes = client.resource<PersistentVolume>(PERSISTENT_VOLUMES)
    try {
      // Nothing is deleted on the word of a cache.
      const fresh = await volumes.get(name, { signal })
      if (fresh.metadata.uid !== volume.metadata.uid || fresh.spec?.claimRef?.uid !== volume.spec?.claimRef?.uid) return
      try {
        await this.#p.hostPath!.delete(fresh)
      } catch (e) {
        return await this.#fail(fresh, 'VolumeFailedDelete', messageOf(e))
      }
      const finalizers = (fresh.metadata.finalizers ?? []).filter((f) => f !== DELETION_PROTECTION)
      if (finalizers.length !== (fresh.metadata.finalizers ?? []).length) {
        await this.#p.writer.volume({ ...fresh, metadata: { ...fresh.metadata, finalizers } })
      }
      if (fresh.metadata.deletionTimestamp == null) await volumes.delete(name, { signal })
    } catch (e) {
      if (!isStatusError(e, 'NotFound')) throw e
    }
  }
}
