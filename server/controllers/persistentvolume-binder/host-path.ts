import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../client/objects-storage.ts'
import { requestOf } from '../../client/volume-binding.ts'

/** Upstream's name of the provisioner that makes directories (kube-controller-manager --enable-hostpath-provisioner). */
export const HOST_PATH = 'kubernetes.io/host-path'

/** Makes a directory for each claim, under one folder. Good for one machine: a volume is on that of the control plane. */
export class HostPathProvisioner {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** @throws Error in the words of the event */
  async provision(name: string, claim: PersistentVolumeClaim, storageClass: StorageClass): Promise<PersistentVolume> {
    if (claim.spec?.volumeMode === 'Block') throw new Error(`${HOST_PATH} does not support block volume provisioning`)
    const path = this.#pathOf(name)
    await mkdir(path, { recursive: true, mode: 0o750 })
    const storage = requestOf(claim)
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name, annotations: { 'kubernetes.io/createdby': 'hostpath-dynamic-provisioner' } },
      spec: {
        capacity: storage === undefined ? {} : { storage },
        accessModes: claim.spec?.accessModes ?? ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
        hostPath: { path },
      },
    }
  }

  /** Deletes the volume's directory with all that is in it; no other, whatever the volume says. @throws Error in the words of the event */
  async delete({ metadata, spec }: PersistentVolume): Promise<void> {
    const path = this.#pathOf(metadata.name ?? '')
    const given = spec?.hostPath?.path ?? ''
    if (given !== path) throw new Error(`host_path deleter only supports ${join(this.#folder, 'pvc-*')} but received provided ${given}`)
    await rm(path, { recursive: true, force: true })
  }

  #pathOf(name: string): string {
    if (!/^pvc-[0-9a-f-]{36}$/.test(name)) throw new Error(`${JSON.stringify(name)} is no name of a provisioned volume`)
    return join(this.#folder, name)
  }
}
