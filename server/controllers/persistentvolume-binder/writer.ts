import { isDeepStrictEqual } from 'node:util'
import type { PersistentVolume, PersistentVolumeClaim } from '../../client/objects-storage.ts'
import type { Strings } from '../../client/objects.ts'
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../client/resource.ts'
import { keyOf, type Lister } from '../../client/store.ts'
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, boundTo, has } from '../../client/volume-binding.ts'
import { tryQuantity } from '../../machinery/quantity.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { ControllerContext } from '../controller.ts'
import { WrittenVersions } from '../written.ts'

/** Writes of volumes and claims, each only where something changes; remembers what it wrote, so that nobody acts on what was before. */
export class VolumeWriter {
  readonly #ctx: Pick<ControllerContext, 'client' | 'signal'>
  readonly #written = new WrittenVersions()
  /** Volumes as they were written last, by name, until the cache shows them so. */
  readonly #volumes = new Map<string, PersistentVolume>()

  constructor(ctx: Pick<ControllerContext, 'client' | 'signal'>) {
    this.#ctx = ctx
  }

  isStale(obj: KubeObject): boolean {
    return this.#written.isStale(keyOf(obj), obj)
  }

  forget(obj: KubeObject): void {
    this.#written.forget(keyOf(obj))
    // A claim's key has a namespace.
    this.#volumes.delete(keyOf(obj))
  }

  seen(volume: PersistentVolume): void {
    if (!this.isStale(volume)) this.#volumes.delete(keyOf(volume))
  }

  /** The volumes with what was written of them: one that is promised already is found again, and no second one taken. */
  newest(volumes: Lister<PersistentVolume>): PersistentVolume[] {
    const known = volumes.list()
    if (this.#volumes.size === 0) return known
    const unseen = new Map(this.#volumes)
    for (const { metadata } of known) unseen.delete(metadata.name ?? '')
    return [...known.map((v) => this.#newer(v)), ...unseen.values()]
  }

  newestOf(name: string, volumes: Lister<PersistentVolume>): PersistentVolume | undefined {
    const known = volumes.get(name)
    return known === undefined ? this.#volumes.get(name) : this.#newer(known)
  }

  #newer(known: PersistentVolume): PersistentVolume {
    this.seen(known)
    return this.#volumes.get(keyOf(known)) ?? known
  }

  wrote<T extends KubeObject>(obj: T): T {
    this.#written.wrote(keyOf(obj), obj)
    return obj
  }

  wroteVolume(volume: PersistentVolume): PersistentVolume {
    this.#volumes.set(keyOf(volume), volume)
    return this.wrote(volume)
  }

  /** One that is gone is not known any more, whatever was written of it. */
  async #write(volume: PersistentVolume, write: Promise<PersistentVolume>): Promise<PersistentVolume> {
    try {
      return this.wroteVolume(await write)
    } catch (e) {
      if (isStatusError(e, 'NotFound')) this.forget(volume)
      throw e
    }
  }

  async claim(claim: PersistentVolumeClaim): Promise<PersistentVolumeClaim> {
    const claims = this.#ctx.client.resource<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS)
    return this.wrote(await claims.update({ ...claim, apiVersion: 'v1', kind: 'PersistentVolumeClaim' }, { signal: this.#ctx.signal }))
  }

  async volume(volume: PersistentVolume): Promise<PersistentVolume> {
    const volumes = this.#ctx.client.resource<PersistentVolume>(PERSISTENT_VOLUMES)
    const next = { ...volume, apiVersion: 'v1', kind: 'PersistentVolume' }
    return this.#write(volume, volumes.update(next, { signal: this.#ctx.signal }))
  }

  async phase(volume: PersistentVolume, phase: string, message = ''): Promise<PersistentVolume> {
    if (volume.status?.phase === phase) return volume
    const { message: _, ...status } = volume.status ?? {}
    const next = {
      ...volume,
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      status: { ...status, phase, ...(message === '' ? {} : { message }) },
    }
    const volumes = this.#ctx.client.resource<PersistentVolume>(PERSISTENT_VOLUMES)
    return this.#write(volume, volumes.updateStatus(next, { signal: this.#ctx.signal }))
  }

  /** The claim's phase, and what it has of its volume where it has one. */
  async claimStatus(claim: PersistentVolumeClaim, phase: string, volume?: PersistentVolume): Promise<PersistentVolumeClaim> {
    const { accessModes: _, capacity, currentVolumeAttributesClassName: attributes, ...rest } = claim.status ?? {}
    const status: NonNullable<PersistentVolumeClaim['status']> = { ...rest, phase }
    if (volume !== undefined) {
      if (claim.status?.phase !== phase && volume.spec?.capacity?.storage === undefined)
        throw new Error(`PersistentVolume "${volume.metadata.name}" is without a storage capacity`)
      status.accessModes = volume.spec?.accessModes ?? []
      // A claim that is bound already keeps its size: growing is another controller's.
      const size = claim.status?.phase === phase ? capacity : sizeOf(volume)
      if (size !== undefined) status.capacity = size
      const named = claim.status?.phase === 'Pending' ? volume.spec?.volumeAttributesClassName : attributes
      if (named !== undefined) status.currentVolumeAttributesClassName = named
    }
    if (isDeepStrictEqual(status, claim.status)) return claim
    const claims = this.#ctx.client.resource<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS)
    const next = { ...claim, apiVersion: 'v1', kind: 'PersistentVolumeClaim', status }
    return this.wrote(await claims.updateStatus(next, { signal: this.#ctx.signal }))
  }

  /** Each with the other's name, then both Bound; what a crash leaves half done is done at the next look. */
  async bind(volume: PersistentVolume, claim: PersistentVolumeClaim): Promise<void> {
    const promised = boundTo(volume, claim)
    const bound = await this.phase(promised === volume ? volume : await this.volume(promised), 'Bound')
    await this.claimStatus(await this.#nameVolume(claim, bound.metadata.name ?? ''), 'Bound', bound)
  }

  async #nameVolume(claim: PersistentVolumeClaim, volumeName: string): Promise<PersistentVolumeClaim> {
    const named = claim.spec?.volumeName === volumeName
    if (named && has(claim, BIND_COMPLETED)) return claim
    const annotations = {
      ...claim.metadata.annotations,
      ...(named ? {} : { [BOUND_BY_CONTROLLER]: 'yes' }),
      [BIND_COMPLETED]: 'yes',
    }
    return this.claim({ ...claim, metadata: { ...claim.metadata, annotations }, spec: { ...claim.spec, volumeName } })
  }

  /** Takes a promise back: one that somebody else made by name stays open for a claim of that name. */
  async unbind(volume: PersistentVolume): Promise<void> {
    const { claimRef, ...spec } = volume.spec ?? {}
    const { [BOUND_BY_CONTROLLER]: mark, ...annotations } = volume.metadata.annotations ?? {}
    const { uid: _, ...unbound } = claimRef ?? {}
    const freed =
      mark === undefined
        ? { ...volume, spec: { ...spec, claimRef: unbound } }
        : { ...volume, metadata: { ...volume.metadata, annotations }, spec }
    await this.phase(await this.volume(freed), 'Available')
  }
}

/** One whose growth is not finished on its node has the size that it had before. */
function sizeOf({ metadata, spec }: PersistentVolume): Strings | undefined {
  const before = metadata.annotations?.['volume.alpha.kubernetes.io/pre-resize-capacity']
  return before === undefined || tryQuantity(before) === undefined ? spec?.capacity : { ...spec?.capacity, storage: before }
}
