import type { Client } from '../client/client.ts'
import type { Node, Pod } from '../client/objects.ts'
import type { NodeInfo } from './node-info.ts'
import type { PodInfo } from './pod-info.ts'

/**
 * What a plugin may do, point by point, in the order in which the scheduler asks (scheduler framework, KEP-624):
 * preEnqueue → sort → preFilter → filter (each node) → postFilter (when none is left) → score, normalize → reserve → bind.
 *
 * Everything up to reserve runs without waiting, one pod at a time: a plugin reads the nodes as they are and never changes them.
 */
export interface Plugin {
  /** The upstream name: `NodeResourcesFit`. It appears in messages. */
  readonly name: string
  /** What may make a pod schedulable that this plugin refused. Without it, nothing but time does. */
  readonly events?: readonly EventInterest[]
  /** May keep a pod out of the queue. */
  preEnqueue?(pod: Pod): Rejection | undefined
  /** May refuse the pod on every node, name the only nodes worth a look, or bow out of `filter` with 'skip'. */
  preFilter?(pod: PodInfo, state: CycleState): PreFilterResult | undefined
  filter?(pod: PodInfo, node: NodeInfo, state: CycleState): Rejection | undefined
  /** No node is left: a sentence for the pod's message, or undefined. Report only, it changes nothing. */
  postFilter?(pod: PodInfo, outcome: FilterOutcome): string | undefined
  /** Looks at the pod before `score`; 'skip' bows out. */
  preScore?(pod: PodInfo, state: CycleState, nodes: readonly NodeInfo[]): 'skip' | undefined
  /** A whole number; after `normalize` between 0 and 100. */
  score?(pod: PodInfo, node: NodeInfo, state: CycleState): number
  normalize?(scores: number[]): void
  /** Books something outside the cache for the pod; `unreserve` gives it back when a later step fails. */
  reserve?(pod: PodInfo, nodeName: string, state: CycleState): Rejection | undefined
  unreserve?(pod: PodInfo, nodeName: string, state: CycleState): void
  /** Tells the server. The first plugin that has it does it. */
  bind?(pod: PodInfo, nodeName: string, client: Client, signal: AbortSignal): Promise<void>
}

export interface QueueSort {
  /** Negative when `a` comes first. */
  compare(a: QueuedPod, b: QueuedPod): number
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

/** `unresolvable`: removing other pods would not help. */
export interface Rejection {
  readonly unresolvable: boolean
  readonly reasons: readonly string[]
}

export const unschedulable = (...reasons: string[]): Rejection => ({ unresolvable: false, reasons })
export const unresolvable = (...reasons: string[]): Rejection => ({ unresolvable: true, reasons })

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
  /** Whether the pod would fit on the node if these pods were gone. */
  fitsWithout(node: NodeInfo, removed: readonly PodInfo[]): Rejection | undefined
}

/** Something happened in the cluster. */
export type ClusterEvent =
  | { type: 'NodeAdd'; node: NodeInfo }
  | { type: 'NodeUpdate'; node: NodeInfo; old: Node }
  | { type: 'AssignedPodDelete'; pod: PodInfo }
  | { type: 'AssignedPodUpdate'; pod: PodInfo; old: PodInfo }
  | { type: 'PodUpdate'; pod: PodInfo; old: PodInfo }

export type ClusterEventType = ClusterEvent['type']

export interface EventInterest {
  on: readonly ClusterEventType[]
  /** False when this event cannot help this pod. Absent: it always may. */
  helps?(pod: PodInfo, event: ClusterEvent): boolean
}

export const MAX_NODE_SCORE = 100
