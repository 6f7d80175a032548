import type { EventRecorder, EventType } from '../../client/event-recorder.ts'
import { dropManagedFields, type Informer } from '../../client/informer.ts'
import type { CSIDriver, PersistentVolume, PersistentVolumeClaim, VolumeAttachment } from '../../client/objects-storage.ts'
import { findCondition, type Pod } from '../../client/objects.ts'
import { CSI_DRIVERS, NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, VOLUME_ATTACHMENTS } from '../../client/resource.ts'
import { leavesOpen } from '../../client/outcome.ts'
import { keyFor } from '../../client/store.ts'
import { claimNameOf, claimNames, foreignClaim, has } from '../../client/volume-binding.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { WorkQueue } from '../../machinery/work-queue.ts'
import { startWorkers } from '../../machinery/workers.ts'
import type { Controller, ControllerContext } from '../controller.ts'
import { BY_CLAIM, BY_NODE, indexByClaim, indexByNode } from '../pods.ts'
import { allowsMultiAttach, attachmentName, isTerminated, splitName, uniqueName } from './names.ts'
import { NodeReports, type VolumeNode } from './node-reports.ts'

/** Kubelets that leave attaching to the control plane say so. */
const MANAGED = 'volumes.kubernetes.io/controller-managed-attach-detach'
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service'
/** A node that is not ready and has not unmounted a volume for so long loses it all the same. */
const MAX_UNMOUNT_MS = 6 * 60_000
/** How long a driver may take to attach. */
const CSI_TIMEOUT_MS = 2 * 60_000
const BACKOFF = { baseDelayMs: 500, maxDelayMs: 122_000 }
const WORKERS = 10

const BY_NAME = 'uniqueName'
const BY_VOLUME = 'spec.source.persistentVolumeName'

/** What a driver said, or did not: an event tells of it, and it is tried again. */
class NotYet extends Error {
  override name = 'NotYet'
}

/**
 * Attaches the CSI volumes of pods to their nodes and detaches them when no pod there needs them, by VolumeAttachments that the
 * drivers' attachers act on (kubernetes/kubernetes pkg/controller/volume/attachdetach, pkg/volume/csi). What is attached is read from
 * those objects, so that a restart forgets nothing.
 */
export const persistentVolumeAttachDetachController: Controller = {
  name: 'persistentvolume-attach-detach-controller',
  account: 'attachdetach-controller',
  start: (ctx) => new AttachDetach(ctx).start(),
}

interface Wanted {
  readonly volume: PersistentVolume
  readonly pods: Pod[]
}

class AttachDetach {
  readonly #ctx: ControllerContext
  readonly #queue: WorkQueue
  readonly #recorder: EventRecorder
  readonly #pods: Informer<Pod>
  readonly #claims: Informer<PersistentVolumeClaim>
  readonly #volumes: Informer<PersistentVolume>
  readonly #nodes: Informer<VolumeNode>
  readonly #attachments: Informer<VolumeAttachment>
  readonly #drivers: Informer<CSIDriver>
  readonly #reports: NodeReports
  /** What each attachment is of, which its volume says as long as there is one. */
  readonly #attached = new Map<string, { volume: string; node: string }>()
  readonly #byVolume = new Map<string, Set<string>>()
  /** Attachments that were made and that the cache does not show yet: nobody else may have the volume meanwhile. */
  readonly #made = new Set<string>()
  /** Attachments whose creation has an unknown outcome: they count until the server says that there are none. */
  readonly #uncertain = new Set<string>()
  /** As its kubelet said last, were it that the node is no more. */
  readonly #inUse = new Map<string, ReadonlySet<string>>()
  /** Attachments that are on their way out by this controller's doing. */
  readonly #leaving = new Set<string>()
  readonly #unwantedSince = new Map<string, number>()
  readonly #awaitedSince = new Map<string, number>()
  /** Who has been told already that another node has the volume, as `volume node`. */
  readonly #told = new Set<string>()

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx
    this.#queue = ctx.workQueue('volume_attach_detach', BACKOFF)
    this.#recorder = ctx.recorder('attachdetach-controller')
    const transform = dropManagedFields
    this.#pods = ctx.informers.informer<Pod>(PODS, { transform })
    this.#claims = ctx.informers.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, { transform })
    this.#volumes = ctx.informers.informer<PersistentVolume>(PERSISTENT_VOLUMES, { transform })
    this.#nodes = ctx.informers.informer<VolumeNode>(NODES, { transform })
    this.#attachments = ctx.informers.informer<VolumeAttachment>(VOLUME_ATTACHMENTS, { transform })
    this.#drivers = ctx.informers.informer<CSIDriver>(CSI_DRIVERS, { transform })
    this.#reports = new NodeReports(ctx.client, ctx.signal)
    indexByClaim(this.#pods)
    indexByNode(this.#pods)
    this.#volumes.addIndex(BY_NAME, (v) => [uniqueName(v) ?? ''])
    this.#attachments.addIndex(BY_VOLUME, (a) => [a.spec?.source.persistentVolumeName ?? ''])
  }

  async start(): Promise<void> {
    const informers = [this.#pods, this.#claims, this.#volumes, this.#nodes, this.#attachments, this.#drivers]
    await Promise.all(informers.map((i) => i.synced()))
    const look = (pod: Pod): void => this.#lookAtPod(pod)
    this.#nodes.addHandler({
      added: (node) => this.#nodeChanged(node),
      updated: (node) => this.#nodeChanged(node),
      deleted: ({ metadata: { name = '' } }) => {
        this.#reports.gone(name)
        this.#lookAtNode(name)
      },
    })
    const lookAtVolume = (volume: PersistentVolume): void => {
      for (const a of this.#attachments.lister.byIndex(BY_VOLUME, volume.metadata.name ?? '')) this.#learn(a)
      this.#queue.add(uniqueName(volume) ?? '')
    }
    this.#attachments.addHandler({
      added: (a) => this.#attachmentChanged(a),
      updated: (a) => this.#attachmentChanged(a),
      deleted: (a) => this.#attachmentGone(a),
    })
    this.#volumes.addHandler({ added: lookAtVolume, updated: lookAtVolume, deleted: lookAtVolume })
    this.#pods.addHandler({ added: look, updated: look, deleted: look })
    const lookAtClaim = (claim: PersistentVolumeClaim): void => this.#lookAtClaim(claim)
    this.#claims.addHandler({ added: lookAtClaim, updated: lookAtClaim, deleted: lookAtClaim })
    startWorkers({
      queue: this.#queue,
      workers: WORKERS,
      signal: this.#ctx.signal,
      sync: (volume) => this.#sync(volume),
      onError: (e, volume) => {
        if (!(e instanceof NotYet) && !isStatusError(e, 'Conflict')) this.#ctx.onError(e, `volume ${volume}`)
      },
    })
  }

  #lookAtPod(pod: Pod): void {
    for (const name of claimNames(pod)) {
      const claim = this.#claims.lister.get(name, pod.metadata.namespace)
      if (claim !== undefined) this.#lookAtClaim(claim)
    }
  }

  #lookAtClaim({ spec }: PersistentVolumeClaim): void {
    const volume = this.#volumes.lister.get(spec?.volumeName ?? '')
    if (volume !== undefined) this.#queue.add(uniqueName(volume) ?? '')
  }

  #nodeChanged(node: VolumeNode): void {
    const { name = '' } = node.metadata
    this.#reports.seen(node)
    this.#inUse.set(name, new Set(node.status?.volumesInUse))
    this.#lookAtNode(name)
  }

  #lookAtNode(name: string): void {
    for (const volume of this.#reports.volumesOf(name)) this.#queue.add(volume)
    for (const { volume, node } of this.#attached.values()) if (node === name) this.#queue.add(volume)
    for (const pod of this.#pods.lister.byIndex(BY_NODE, name)) this.#lookAtPod(pod)
  }

  #attachmentChanged(a: VolumeAttachment): void {
    this.#made.delete(a.metadata.name ?? '')
    this.#uncertain.delete(a.metadata.name ?? '')
    const volume = this.#learn(a)
    if (volume !== undefined) this.#queue.add(volume)
  }

  #attachmentGone({ metadata: { name = '' } }: VolumeAttachment): void {
    const known = this.#attached.get(name)
    this.#made.delete(name)
    this.#uncertain.delete(name)
    this.#leaving.delete(name)
    this.#unwantedSince.delete(name)
    this.#awaitedSince.delete(name)
    if (known === undefined) return
    this.#attached.delete(name)
    const names = this.#byVolume.get(known.volume)
    names?.delete(name)
    if (names?.size === 0) this.#byVolume.delete(known.volume)
    this.#queue.add(known.volume)
  }

  /** The volume of an attachment; undefined for one that somebody else made under a name of his own. */
  #learn({ metadata: { name = '' }, spec }: VolumeAttachment): string | undefined {
    const known = this.#attached.get(name)
    if (known !== undefined) return known.volume
    const node = spec?.nodeName ?? ''
    const object = this.#volumes.lister.get(spec?.source.persistentVolumeName ?? '')
    const candidates = [object === undefined ? undefined : uniqueName(object), ...this.#reports.volumesOf(node)]
    const volume = candidates.find((v) => v !== undefined && attachmentName(v, node) === name)
    if (volume !== undefined) this.#note(volume, node)
    return volume
  }

  #note(volume: string, node: string): void {
    const name = attachmentName(volume, node)
    this.#attached.set(name, { volume, node })
    const names = this.#byVolume.get(volume)
    if (names === undefined) this.#byVolume.set(volume, new Set([name]))
    else names.add(name)
  }

  /** The nodes on which pods want the volume. */
  #wanted(name: string): Map<string, Wanted> {
    const wanted = new Map<string, Wanted>()
    const { driver = '' } = splitName(name) ?? {}
    if (this.#drivers.lister.get(driver)?.spec?.attachRequired === false) return wanted
    for (const volume of this.#volumes.lister.byIndex(BY_NAME, name)) {
      const { namespace, name: claimName = '', uid } = volume.spec?.claimRef ?? {}
      const claim = this.#claims.lister.get(claimName, namespace)
      if (claim === undefined || claim.metadata.uid !== uid || claim.status?.phase !== 'Bound') continue
      if (claim.spec?.volumeName !== volume.metadata.name) continue
      for (const pod of this.#pods.lister.byIndex(BY_CLAIM, keyFor(claimName, namespace))) {
        const node = this.#nodes.lister.get(pod.spec?.nodeName ?? '')
        if (node === undefined || !has(node, MANAGED) || isTerminated(pod) || !usesOwn(pod, claim)) continue
        const nodeName = node.metadata.name ?? ''
        const known = wanted.get(nodeName)
        if (known === undefined) wanted.set(nodeName, { volume, pods: [pod] })
        else known.pods.push(pod)
      }
    }
    return wanted
  }

  /** Detaches before it attaches: a pod that has moved waits for its volume. */
  async #sync(volume: string): Promise<void> {
    if (splitName(volume) === undefined) return
    const wanted = this.#wanted(volume)
    const errors: unknown[] = []
    const step = (work: Promise<void>): Promise<void> => work.catch((e: unknown) => void errors.push(e))
    for (const node of this.#reports.nodesOf(volume)) {
      if (!this.#has(volume, node)) await step(this.#reports.set(node, volume, false))
    }
    for (const name of [...(this.#byVolume.get(volume) ?? [])]) {
      const { node } = this.#attached.get(name)!
      if (!wanted.has(node)) await step(this.#detach(volume, node))
    }
    for (const [node, want] of wanted) await step(this.#attach(volume, node, want))
    for (const told of [...this.#told]) {
      const [of, node] = told.split(' ')
      if (of === volume && !wanted.has(node!)) this.#told.delete(told)
    }
    if (errors.length > 0) throw errors.find((e) => !(e instanceof NotYet)) ?? errors[0]
  }

  #has(volume: string, node: string): boolean {
    return this.#byVolume.get(volume)?.has(attachmentName(volume, node)) === true
  }

  async #attach(volume: string, node: string, want: Wanted): Promise<void> {
    const name = attachmentName(volume, node)
    const attachment = this.#attachments.lister.get(name)
    this.#unwantedSince.delete(name)
    if (attachment === undefined) {
      if (!this.#made.has(name)) await this.#create(volume, node, want)
      return
    }
    // Wanted again too late.
    if (this.#leaving.has(name)) return
    if (attachment.metadata.deletionTimestamp != null) return this.#failed(want, 'volume attachment is being deleted')
    if (attachment.status?.attached === true) {
      this.#awaitedSince.delete(name)
      if (this.#reports.has(node, volume)) return
      await this.#reports.set(node, volume, true)
      this.#tell(want, 'Normal', 'SuccessfulAttachVolume', 'AttachVolume.Attach succeeded', '')
      return
    }
    const message = attachment.status?.attachError?.message
    if (message !== undefined) return this.#failed(want, message)
    const now = this.#ctx.clock.monotonic()
    const since = this.#awaitedSince.get(name) ?? now
    this.#awaitedSince.set(name, since)
    const left = since + CSI_TIMEOUT_MS - now
    if (left > 0) return this.#queue.addAfter(volume, left)
    this.#awaitedSince.delete(name)
    const { driver, handle } = splitName(volume)!
    this.#failed(want, `timed out waiting for external-attacher of ${driver} CSI driver to attach volume ${handle}`)
  }

  async #create(volume: string, nodeName: string, want: Wanted): Promise<void> {
    const others = [...(this.#byVolume.get(volume) ?? [])].map((name) => this.#attached.get(name)!.node).filter((n) => n !== nodeName)
    if (others.length > 0 && !allowsMultiAttach(want.volume)) {
      if (!others.some((other) => this.#leaving.has(attachmentName(volume, other)))) this.#isElsewhere(volume, nodeName, want, others)
      return
    }
    const name = attachmentName(volume, nodeName)
    const source = { persistentVolumeName: want.volume.metadata.name ?? '' }
    const attachment: VolumeAttachment = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      metadata: { name },
      spec: { attacher: splitName(volume)!.driver, nodeName, source },
    }
    this.#made.add(name)
    this.#note(volume, nodeName)
    try {
      await this.#ctx.client.resource<VolumeAttachment>(VOLUME_ATTACHMENTS).create(attachment, { signal: this.#ctx.signal })
    } catch (e) {
      if (isStatusError(e, 'AlreadyExists')) return
      if (leavesOpen(e)) {
        this.#made.delete(name)
        this.#uncertain.add(name)
      } else this.#attachmentGone(attachment)
      throw e
    }
    this.#uncertain.delete(name)
    this.#awaitedSince.set(name, this.#ctx.clock.monotonic())
    this.#queue.addAfter(volume, CSI_TIMEOUT_MS)
  }

  /** One event for each pod that waits, once. */
  #isElsewhere(volume: string, node: string, want: Wanted, others: readonly string[]): void {
    const key = `${volume} ${node}`
    if (this.#told.has(key)) return
    this.#told.add(key)
    const wanted = this.#wanted(volume)
    const users = others.flatMap((other) => wanted.get(other)?.pods ?? [])
    for (const pod of want.pods)
      this.#tell({ ...want, pods: [pod] }, 'Warning', 'FailedAttachVolume', 'Waiting for detach', usedBy(pod, users))
  }

  #failed(want: Wanted, message: string): never {
    this.#tell(want, 'Warning', 'FailedAttachVolume', 'AttachVolume.Attach failed', `: ${message}`)
    throw new NotYet(message)
  }

  #tell({ volume, pods }: Wanted, type: EventType, reason: string, what: string, more: string): void {
    for (const object of pods) {
      const subject = { apiVersion: 'v1', kind: 'Pod', object }
      this.#recorder.event(subject, type, reason, `${what} for volume "${volume.metadata.name}" ${more}`)
    }
  }

  async #detach(volume: string, nodeName: string): Promise<void> {
    const { clock, client, signal, options } = this.#ctx
    const name = attachmentName(volume, nodeName)
    const attachment = this.#attachments.lister.get(name)
    // Made, and not wanted before it was seen: its event comes.
    if (attachment === undefined) return this.#uncertain.has(name) ? this.#ask(name) : undefined
    const since = this.#unwantedSince.get(name) ?? clock.monotonic()
    this.#unwantedSince.set(name, since)
    this.#awaitedSince.delete(name)
    const left = since + MAX_UNMOUNT_MS - clock.monotonic()
    const isLate = left <= 0 && options.disableForceDetachOnTimeout !== true
    const node = this.#nodes.lister.get(nodeName)
    const isReady = findCondition(node?.status?.conditions, 'Ready')?.status === 'True'
    const isOut = node?.spec?.taints?.some((taint) => taint.key === OUT_OF_SERVICE) === true
    if (this.#inUse.get(nodeName)?.has(volume) === true && !(isLate && !isReady) && !isOut) {
      if (left > 0) this.#queue.addAfter(volume, left)
      return
    }
    await this.#reports.set(nodeName, volume, false)
    const message = attachment.status?.detachError?.message
    if (message === undefined) this.#leaving.add(name)
    else this.#leaving.delete(name)
    if (attachment.metadata.deletionTimestamp == null) {
      if (!isLate && !isOut) await this.#checkUnused(volume, nodeName)
      await client
        .resource(VOLUME_ATTACHMENTS)
        .delete(name, { signal })
        .catch((e: unknown) => {
          if (!isStatusError(e, 'NotFound')) throw e
        })
    }
    if (message !== undefined) throw new NotYet(message)
  }

  /** What became of a creation without an answer. */
  async #ask(name: string): Promise<void> {
    const { client, signal } = this.#ctx
    try {
      await client.resource(VOLUME_ATTACHMENTS).get(name, { signal })
      // It may have been seen meanwhile.
      if (this.#uncertain.delete(name)) this.#made.add(name)
    } catch (e) {
      if (!isStatusError(e, 'NotFound')) throw e
      this.#attachmentGone({ metadata: { name } } as VolumeAttachment)
    }
  }

  /** Asks the server: the cache may not know that a kubelet has just begun to use the volume. */
  async #checkUnused(volume: string, nodeName: string): Promise<void> {
    const { client, signal } = this.#ctx
    try {
      const node = await client.resource<VolumeNode>(NODES).get(nodeName, { signal })
      if (node.status?.volumesInUse?.includes(volume) !== true) return
      this.#leaving.delete(attachmentName(volume, nodeName))
      throw new NotYet('volume is still in use by node, according to Node status')
    } catch (e) {
      if (!isStatusError(e, 'NotFound')) throw e
    }
  }
}

/** An ephemeral volume's claim counts only where it was made for that pod. */
const usesOwn = (pod: Pod, claim: PersistentVolumeClaim): boolean =>
  foreignClaim(pod, claim) === undefined ||
  pod.spec?.volumes?.some((v) => v.ephemeral === undefined && claimNameOf(pod, v) === claim.metadata.name) === true

/** Nobody is told the names of pods in other namespaces. */
function usedBy(pod: Pod, users: readonly Pod[]): string {
  if (users.length === 0)
    return 'Volume is already exclusively attached to one node, waiting on detach before it can be attached to another node'
  const near = users.filter((user) => user.metadata.namespace === pod.metadata.namespace).map((user) => user.metadata.name)
  const far = `${users.length - near.length} pod(s) in different namespaces`
  if (near.length === 0) return `Volume is already used by ${far}`
  return `Volume is already used by pod(s) ${near.join(', ')}${near.length < users.length ? ` and ${far}` : ''}`
}
