import type { Client } from '../client/client.ts'
import type { EventRecorder } from '../client/event-recorder.ts'
import type { StatefulSet } from '../client/objects-apps.ts'
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from '../client/objects-storage.ts'
import type { DeviceClass, DeviceTaintRule, ResourceClaim, ResourceSlice } from '../client/objects-resource.ts'
import type { PodDisruptionBudget } from '../client/objects-policy.ts'
import type { Namespace, Node, Pod, ReplicaSet, Service } from '../client/objects.ts'
import type { Lister } from '../client/store.ts'
import type { Clock } from '../machinery/clock.ts'
import type { SchedulerCache } from './cache.ts'
import type { Claims } from './claims.ts'
import type { NodeInfo } from './node-info.ts'
import type { NominatedPods } from './nominated-pods.ts'
import type { Rejection } from './node-verdict.ts'
import type { PodInfo } from './pod-info.ts'
import type { PreBindingPods } from './pre-binding-pods.ts'
import type { WaitingPods } from './waiting-pods.ts'

/** What plugins read besides pods and nodes. */
export interface Listers {
  namespaces: Lister<Namespace>
  services: Lister<Service>
  replicationControllers: Lister<ReplicaSet>
  replicaSets: Lister<ReplicaSet>
  statefulSets: Lister<StatefulSet>
  budgets: Lister<PodDisruptionBudget>
  persistentVolumeClaims: Lister<PersistentVolumeClaim>
  persistentVolumes: Lister<PersistentVolume>
  storageClasses: Lister<StorageClass>
  csiNodes: Lister<CSINode>
  csiDrivers: Lister<CSIDriver>
  csiStorageCapacities: Lister<CSIStorageCapacity>
  volumeAttachments: Lister<VolumeAttachment>
  resourceClaims: Lister<ResourceClaim>
  resourceSlices: Lister<ResourceSlice>
  deviceClasses: Lister<DeviceClass>
  deviceTaintRules: Lister<DeviceTaintRule>
}

/** Pods that would make room on a node. */
export interface Victims {
  node: NodeInfo
  victims: readonly PodInfo[]
  violations: number
}

/** Stands among the names of plugins for the extenders. */
export const EXTENDER = 'Extender'

/** What plugins ask of a program that has a say in where pods go (kube-scheduler extender/v1). */
export interface Extender {
  /** Whether the pod is placed without it when it cannot be asked. */
  readonly isIgnorable: boolean
  readonly preempts: boolean
  /** Extended resources that it looks after alone. */
  readonly ignoredResources: readonly string[]
  isInterested(pod: Pod): boolean
  /** What is left of the nodes on which pods would make room for another, and of those pods. */
  preempt(pod: Pod, candidates: readonly Victims[]): Promise<Victims[]>
}

/** What a plugin may use: the scheduler that it is made for. */
export interface Handle {
  readonly schedulerName: string
  readonly client: Client
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly recorder: EventRecorder
  readonly cache: SchedulerCache
  readonly nominated: NominatedPods
  readonly listers: Listers
  readonly extenders: readonly Extender[]
  readonly waitingPods: WaitingPods
  readonly preBinding: PreBindingPods
  readonly claims: Claims
  /** Has a pod that waits looked at again. */
  activate(uid: string): void
  /** Has the gates asked again of a pod that one of them holds back. */
  reconsider(uid: string): void
  onError(error: unknown, what: string): void
}

/** Makes a plugin for one profile; `args` are its own of the configuration, defaults filled in. */
export type PluginFactory<A = unknown> = (handle: Handle, args: A) => Plugin

/**
 * What a plugin may do, point by point, in the order in which the scheduler asks (scheduler framework, KEP-624):
 * preEnqueue → compare → preFilter → filter (each node) → postFilter (when none is left) → score, normalize → reserve → permit → preBind →
 * bind → postBind.
 *
 * Everything up to permit runs without waiting, one pod at a time: a plugin reads the nodes as they are and never changes them. What may
 * wait is an extender's answer, and from permit on everything.
 */
export interface Plugin {
  /** The upstream name: `NodeResourcesFit`. It appears in messages. */
  readonly name: string
  /** What may make a pod schedulable that this plugin refused. Without it, nothing but time does. */
  readonly events?: readonly EventInterest[]
  /**
   * What of the pod its `filter` and `score` go by, where they look at nothing else but the node: pods with one signature get one answer for as
   * long as the node stays as it is, so it is asked once (KEP-5598). undefined when more than that counts for this pod.
   */
  sign?(pod: PodInfo): string | undefined
  /** May keep a pod out of the queue. */
  preEnqueue?(pod: Pod): Rejection | undefined
  /** Which pod comes first: negative when it is `a`. One plugin does it for all profiles. */
  compare?(a: QueuedPod, b: QueuedPod): number
  /** May refuse the pod on every node, name the only nodes worth a look, or bow out of `filter` with 'skip'. */
  preFilter?(pod: PodInfo, state: CycleState, nodes: readonly NodeInfo[]): PreFilterResult | undefined
  /** Another pod is counted on a node, or no more, to see what would be then: what preFilter noted follows. */
  addPod?(pod: PodInfo, added: PodInfo, node: NodeInfo, state: CycleState): void
  removePod?(pod: PodInfo, removed: PodInfo, node: NodeInfo, state: CycleState): void
  filter?(pod: PodInfo, node: NodeInfo, state: CycleState): Rejection | undefined
  /** No node is left: may make room for the pod, and say so. */
  postFilter?(pod: PodInfo, outcome: FilterOutcome, state: CycleState): PostFilterResult | undefined | Promise<PostFilterResult | undefined>
  /** Looks at the pod before `score`; 'skip' bows out. */
  preScore?(pod: PodInfo, state: CycleState, nodes: readonly NodeInfo[]): 'skip' | undefined
  /** True where `score` has nothing to say of the pod: for plugins that have no `preScore` in the original. */
  isSilent?(state: CycleState): boolean
  /** A whole number; after `normalize` between 0 and 100. */
  score?(pod: PodInfo, node: NodeInfo, state: CycleState): number
  normalize?(scores: number[], state: CycleState, nodes: readonly NodeInfo[]): void
  /** Books something outside the cache for the pod; `unreserve` gives it back when a later step fails. */
  reserve?(pod: PodInfo, nodeName: string, state: CycleState): Rejection | undefined
  unreserve?(pod: PodInfo, nodeName: string, state: CycleState): void
  /** May refuse the pod after all, or have it wait until somebody allows it (`WaitingPods`), at most so long. */
  permit?(pod: PodInfo, nodeName: string, state: CycleState): Rejection | { waitMs: number } | undefined
  /** Whether preBind will have something to do: the pod's status then says where it is about to go (KEP-5278). */
  preBindPreFlight?(pod: PodInfo, nodeName: string, state: CycleState): boolean
  /** What has to happen before the pod is bound, and may take its time; undefined when there is nothing. An error sends the pod back. */
  preBind?(pod: PodInfo, nodeName: string, state: CycleState): Promise<Rejection | void> | undefined
  /** Tells the server. The first plugin that has it does it. */
  bind?(pod: PodInfo, nodeName: string, client: Client, signal: AbortSignal): Promise<void>
  /** The pod has its node: for clean-up and the like. */
  postBind?(pod: PodInfo, nodeName: string, state: CycleState): void
}

export interface QueuedPod {
  info: PodInfo
  /** When it (last) entered the queue, in ms. */
  timestamp: number
  /** Scheduling tries so far. */
  attempts: number
  /** Names of the plugins that refused it in the last try. */
  rejectedBy: ReadonlySet<string>
  /** The plugin whose preEnqueue holds it back. */
  gatedBy: string | undefined
}

export const unschedulable = (...reasons: string[]): Rejection => ({ unresolvable: false, reasons })
export const unresolvable = (...reasons: string[]): Rejection => ({ unresolvable: true, reasons })

/** A sentence for the pod's message, and the node that it is to wait for; '' takes a nomination back. */
export interface PostFilterResult {
  message?: string
  nominatedNodeName?: string
}

export type PreFilterResult = 'skip' | { reject: Rejection } | { nodeNames: ReadonlySet<string> }

/** Notes that a plugin takes in preFilter or preScore for its own later points, by a key of its own. */
export class CycleState {
  readonly #data = new Map<symbol, unknown>()

  write<V>(key: StateKey<V>, value: V): void {
    this.#data.set(key.symbol, value)
  }

  read<V>(key: StateKey<V>): V | undefined {
    return this.#data.get(key.symbol) as V | undefined
  }
}

export interface StateKey<V> {
  readonly symbol: symbol
  /** Only the type matters. */
  readonly value?: V
}

export const stateKey = <V>(name: string): StateKey<V> => ({ symbol: Symbol(name) })

export interface RejectedNode {
  readonly node: NodeInfo
  readonly plugin: string
  readonly rejection: Rejection
}

/** Why no node was left. */
export interface FilterOutcome {
  readonly totalNodes: number
  /** Nodes that a filter refused. */
  readonly rejected: readonly RejectedNode[]
  /** Nodes that preFilter plugins ruled out together, and who they were. */
  readonly ruledOut: number
  readonly ruledOutBy: readonly string[]
  /** Set when a preFilter refused the pod itself. */
  readonly preFilter: { plugin: string; rejection: Rejection } | undefined
  /** Opens a trial on a node: pods can be taken off and put back, and the filters asked; `end` puts everything back. */
  trial(node: NodeInfo): Trial
}

export interface Trial {
  remove(pod: PodInfo): void
  add(pod: PodInfo): void
  /** Why the pod would not fit on the node as it is in the trial. */
  refusal(): Rejection | undefined
  end(): void
}

/** What volumes depend on, by kind. */
interface StorageObjects {
  PersistentVolumeClaim: PersistentVolumeClaim
  PersistentVolume: PersistentVolume
  StorageClass: StorageClass
  CSINode: CSINode
  CSIDriver: CSIDriver
  CSIStorageCapacity: CSIStorageCapacity
}
export type StorageKind = keyof StorageObjects

/** Without `old` the object is new. Of attachments only their end is told. */
export type StorageEvent =
  | { [K in StorageKind]: { type: K; now: StorageObjects[K]; old?: StorageObjects[K] } }[StorageKind]
  | { type: 'VolumeAttachmentDelete'; old: VolumeAttachment }

/** Something happened in the cluster. */
export type ClusterEvent =
  | { type: 'NodeAdd'; node: NodeInfo }
  | { type: 'NodeUpdate'; node: NodeInfo; old: Node }
  | { type: 'NodeDelete'; old: Node }
  | { type: 'AssignedPodAdd'; pod: PodInfo }
  | StorageEvent
  /** A claim for devices; without `claim` it is gone. */
  | { type: 'ClaimChange'; claim?: ResourceClaim; old?: ResourceClaim }
  /** Devices or their taints. */
  | { type: 'DeviceChange' }
  | { type: 'DeviceClass'; now: DeviceClass; old?: DeviceClass }
  /** `among`: the only pods that had counted it on a node. */
  | { type: 'AssignedPodDelete'; pod: PodInfo; among?(other: PodInfo): boolean }
  | { type: 'AssignedPodUpdate'; pod: PodInfo; old: PodInfo }
  | { type: 'PodUpdate'; pod: PodInfo; old: PodInfo }

export type ClusterEventType = ClusterEvent['type']

/** What of a node or a pod changed (framework `NodeSchedulingPropertiesChange`, `PodSchedulingPropertiesChange`). */
export type Change = 'labels' | 'taints' | 'allocatable' | 'declaredFeatures' | 'scaleDown' | 'tolerations' | 'gates' | 'claims'

export interface EventInterest {
  on: readonly ClusterEventType[]
  /** Of updates of nodes and pods, only those in which one of these changed. */
  changes?: readonly Change[]
  /** False when this event cannot help this pod. Absent: it always may. */
  helps?(pod: PodInfo, event: ClusterEvent): boolean
}

export const MAX_NODE_SCORE = 100
