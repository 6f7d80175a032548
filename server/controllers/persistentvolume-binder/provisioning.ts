import { driverOfPlugin } from '../../client/csi-translation.ts'
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../client/objects-storage.ts'
import { PERSISTENT_VOLUMES } from '../../client/resource.ts'
import { BOUND_BY_CONTROLLER, classOf, PROVISIONED_BY, SELECTED_NODE } from '../../client/volume-binding.ts'
import { leavesOpen } from '../../client/outcome.ts'
import { isStatusError } from '../../machinery/status.ts'
import { messageOf } from '../controller.ts'
import type { BinderParts } from './parts.ts'
import { HOST_PATH } from './host-path.ts'
import { BETA_PROVISIONER, DELETION_PROTECTION, PROVISIONER, withMigration } from './migration.ts'

/** Has a volume made for a claim as its class says: here for directories, by somebody else for the rest. */
export class Provisioning {
  readonly #p: Pick<BinderParts, 'ctx' | 'writer' | 'recorder' | 'classes' | 'nodes' | 'hostPath'>
  /** Names of volumes whose creation was not answered. */
  readonly #inDoubt = new Set<string>()

  constructor(parts: BinderParts) {
    this.#p = parts
  }

  async provision(claim: PersistentVolumeClaim): Promise<void> {
    const name = classOf(claim)
    const storageClass = this.#p.classes.get(name)
    if (storageClass === undefined) return this.#fail(claim, `storageclass.storage.k8s.io "${name}" not found`)
    const provisioner = storageClass.provisioner ?? ''
    if (provisioner === HOST_PATH && this.#p.hostPath !== undefined) return this.#hostPath(claim, storageClass)
    const external = driverOfPlugin(provisioner) ?? provisioner
    if (external.startsWith('kubernetes.io/')) return this.#fail(claim, `no volume plugin matched name: ${provisioner}`)
    await this.#note(claim, external)
    const text =
      `Waiting for a volume to be created either by the external provisioner '${external}' or manually by the system administrator. ` +
      'If volume creation is delayed, please verify that the provisioner is running and correctly registered.'
    this.#event(claim, 'Normal', 'ExternalProvisioning', text)
  }

  #event(object: PersistentVolumeClaim, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#p.recorder.event({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', object }, type, reason, message)
  }

  #fail(claim: PersistentVolumeClaim, message: string): void {
    this.#event(claim, 'Warning', 'ProvisioningFailed', message)
  }

  /** Writes who is to make the volume; provisioners look for their name. */
  async #note(claim: PersistentVolumeClaim, provisioner: string): Promise<PersistentVolumeClaim> {
    const { annotations = {} } = claim.metadata
    if (annotations[PROVISIONER] === provisioner) return claim
    const noted = { ...annotations, [BETA_PROVISIONER]: provisioner, [PROVISIONER]: provisioner }
    return this.#p.writer.claim(withMigration({ ...claim, metadata: { ...claim.metadata, annotations: noted } }, noted[PROVISIONER]))
  }

  async #hostPath(unnoted: PersistentVolumeClaim, storageClass: StorageClass): Promise<void> {
    const { client, signal } = this.#p.ctx
    if (unnoted.spec?.dataSource != null) {
      const why = `plugin "${HOST_PATH}" is not a CSI plugin. Only CSI plugin can provision a claim with a datasource`
      return this.#fail(unnoted, why)
    }
    if ((storageClass.mountOptions ?? []).length > 0) {
      const { name } = storageClass.metadata
      const options = storageClass.mountOptions!.join(' ')
      const why = `Mount options are not supported by the provisioner but StorageClass "${name}" has mount options [${options}]`
      return this.#fail(unnoted, why)
    }
    const claim = await this.#note(unnoted, HOST_PATH)
    const node = claim.metadata.annotations?.[SELECTED_NODE]
    if (node !== undefined && this.#p.nodes.get(node) === undefined)
      return this.#fail(claim, `Failed to get target node: node "${node}" not found`)
    const name = `pvc-${claim.metadata.uid}`
    const volumes = client.resource<PersistentVolume>(PERSISTENT_VOLUMES)
    let volume: PersistentVolume
    try {
      volume = await this.#p.hostPath!.provision(name, claim, storageClass)
    } catch (e) {
      await this.#reschedule(claim)
      this.#fail(claim, `Failed to provision volume with StorageClass "${storageClass.metadata.name}": ${messageOf(e)}`)
      throw e
    }
    const { uid, namespace, name: claimName, resourceVersion } = claim.metadata
    const metadata = {
      ...volume.metadata,
      annotations: { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes', [PROVISIONED_BY]: HOST_PATH },
      ...(volume.spec?.persistentVolumeReclaimPolicy === 'Delete' ? { finalizers: [DELETION_PROTECTION] } : {}),
    }
    const claimRef = { kind: 'PersistentVolumeClaim', namespace, name: claimName, uid, apiVersion: 'v1', resourceVersion }
    const spec = { ...volume.spec, claimRef, storageClassName: classOf(claim) } as NonNullable<PersistentVolume['spec']>
    try {
      this.#p.writer.wroteVolume(await volumes.create({ ...volume, metadata, spec }, { signal }))
      this.#inDoubt.delete(name)
      this.#succeeded(claim, name)
    } catch (e) {
      // It was made before, and this controller has not heard of it.
      if (isStatusError(e, 'AlreadyExists')) return this.exists(claim, name)
      if (leavesOpen(e)) this.#inDoubt.add(name)
      throw e
    }
  }

  /** The claim's volume is there: who made it without an answer tells of it now. */
  exists(claim: PersistentVolumeClaim, name: string): void {
    if (this.#inDoubt.delete(name)) this.#succeeded(claim, name)
  }

  #succeeded(claim: PersistentVolumeClaim, name: string): void {
    this.#event(claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${name} using ${HOST_PATH}`)
  }

  /** The scheduler is to choose another node. */
  async #reschedule(claim: PersistentVolumeClaim): Promise<void> {
    const { [SELECTED_NODE]: node, ...annotations } = claim.metadata.annotations ?? {}
    if (node !== undefined) await this.#p.writer.claim({ ...claim, metadata: { ...claim.metadata, annotations } })
  }
}
