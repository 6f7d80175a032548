import type { EventType } from '../../client/event-recorder.ts'
import type { PersistentVolumeClaim } from '../../client/objects-storage.ts'
import { keyOf } from '../../client/store.ts'
import {
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  classOf,
  defaultClass,
  findVolume,
  has,
  isBoundTo,
  isDelayed,
  mismatch,
  namesClass,
  SELECTED_NODE,
} from '../../client/volume-binding.ts'
import { BY_CLAIM, isTerminal } from '../pods.ts'
import { migratedClaim } from './migration.ts'
import type { BinderParts } from './parts.ts'
import type { Provisioning } from './provisioning.ts'

/** Brings one claim to its volume. */
export class ClaimSync {
  readonly #p: BinderParts
  readonly #provisioning: Provisioning

  constructor(parts: BinderParts, provisioning: Provisioning) {
    this.#p = parts
    this.#provisioning = provisioning
  }

  async sync(unmarked: PersistentVolumeClaim): Promise<void> {
    const marked = migratedClaim(unmarked)
    const claim = marked === unmarked ? marked : await this.#p.writer.claim(marked)
    if (has(claim, BIND_COMPLETED)) return this.#bound(claim)
    if ((claim.spec?.volumeName ?? '') === '') return this.#free(claim)
    await this.#named(claim)
  }

  #event(object: PersistentVolumeClaim, type: EventType, reason: string, message: string): void {
    this.#p.recorder.event({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', object }, type, reason, message)
  }

  /** One that takes any volume that suits it. */
  async #free(claim: PersistentVolumeClaim): Promise<void> {
    const { classes, volumes, writer } = this.#p
    const delayed = isDelayed(claim, classes)
    const volume = findVolume(claim, writer.newest(volumes), { delayed })
    if (volume !== undefined) {
      this.#provisioning.exists(claim, volume.metadata.name ?? '')
      return writer.bind(volume, claim)
    }
    if (await this.#takeDefaultClass(claim)) return
    if (delayed && !has(claim, SELECTED_NODE)) this.#tellWait(claim)
    else if (classOf(claim) !== '') return this.#provisioning.provision(claim)
    else this.#event(claim, 'Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set')
    await writer.claimStatus(claim, 'Pending')
  }

  async #takeDefaultClass(claim: PersistentVolumeClaim): Promise<boolean> {
    const name = namesClass(claim) ? undefined : defaultClass(this.#p.classes)?.metadata.name
    if (name === undefined) return false
    await this.#p.writer.claim({ ...claim, spec: { ...claim.spec, storageClassName: name } })
    return true
  }

  #tellWait(claim: PersistentVolumeClaim): void {
    const names = this.#p.pods
      .byIndex(BY_CLAIM, keyOf(claim))
      .filter((pod) => !isTerminal(pod) && (pod.spec?.nodeName ?? '') === '')
      .map((pod) => pod.metadata.name ?? '')
    if (names.length === 0) {
      this.#event(claim, 'Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding')
      return
    }
    const which = names.length > 1 ? `pods ${names.join(',')}` : `pod ${names[0]}`
    this.#event(claim, 'Normal', 'WaitForPodScheduled', `waiting for ${which} to be scheduled`)
  }

  /** One that names its volume. */
  async #named(claim: PersistentVolumeClaim): Promise<void> {
    const { volumes, writer } = this.#p
    const name = claim.spec?.volumeName ?? ''
    const volume = writer.newestOf(name, volumes)
    if (volume === undefined) return void (await writer.claimStatus(claim, 'Pending'))
    if (volume.spec?.claimRef === undefined) {
      const why = mismatch(claim, volume)
      if (why === undefined) return writer.bind(volume, claim)
      this.#event(claim, 'Warning', 'VolumeMismatch', `Cannot bind to requested volume "${name}": ${why}`)
      return void (await writer.claimStatus(claim, 'Pending'))
    }
    if (isBoundTo(volume, claim)) return writer.bind(volume, claim)
    this.#event(claim, 'Warning', 'FailedBinding', `volume "${name}" already bound to a different claim.`)
    if (!has(claim, BOUND_BY_CONTROLLER)) return void (await writer.claimStatus(claim, 'Pending'))
    const { namespace, name: other } = volume.spec.claimRef
    throw new Error(`invalid binding of claim "${keyOf(claim)}" to volume "${name}": volume already claimed by "${namespace}/${other}"`)
  }

  /** One that was bound before: it keeps its volume or is lost. */
  async #bound(claim: PersistentVolumeClaim): Promise<void> {
    const { volumes, writer } = this.#p
    const name = claim.spec?.volumeName ?? ''
    if (name === '')
      return this.#lose(claim, 'ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!')
    const volume = writer.newestOf(name, volumes)
    if (volume === undefined)
      return this.#lose(claim, 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!')
    const ref = volume.spec?.claimRef
    if (ref === undefined || ref.uid === claim.metadata.uid) return writer.bind(volume, claim)
    await this.#lose(claim, 'ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly')
  }

  async #lose(claim: PersistentVolumeClaim, reason: string, message: string): Promise<void> {
    if (claim.status?.phase === 'Lost') return
    await this.#p.writer.claimStatus(claim, 'Lost')
    this.#event(claim, 'Warning', reason, message)
  }
}
