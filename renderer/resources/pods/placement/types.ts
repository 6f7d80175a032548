import type { StorageClass } from '../../storageclasses/view.ts'
import type { Claim, CsiDriver, CsiNode, CsiStorageCapacity, Volume, VolumeAttachment } from '../../volumes/types.ts'
import type { Node } from '../../nodes/types.ts'
import type { Pod } from '../types.ts'

/** A refusal: kube-scheduler's words, and whose fault it is (a taint, a pod, a volume), which its words leave out. */
export interface Refusal {
  reason: string
  detail?: string
}

/** One filter's answer for one node, or for the pod wherever it goes; neither `refusal` nor `unknown` where it passes. */
export interface Verdict {
  /** The filter's name, as a scheduler's configuration has it. */
  filter: string
  refusal?: Refusal
  /** Nothing can be said: what it judges by may not be read, or is not there yet. */
  unknown?: true
}

export interface NodeVerdict {
  node: string
  verdicts: Verdict[]
  refused: number
}

/** A filter that looks at all the cluster before it judges the first node, and may refuse the pod wherever it would go. */
export interface Judge {
  pod?: Refusal | 'unknown'
  node?(node: Node, there: OnNode | undefined): Refusal | undefined
}

/** What the filters read besides the pod. */
export interface Surroundings {
  nodes: readonly Node[]
  /** Labels of the pod's own namespace. */
  namespaceLabels?: Record<string, string> | undefined
  placed: Placed
  /** Undefined while it is not known. */
  storage: Storage | undefined
}

export interface Storage {
  /** Of all namespaces. */
  claims: readonly Claim[]
  volumes: readonly Volume[]
  classes: readonly StorageClass[]
  csiNodes: readonly CsiNode[]
  csiDrivers: readonly CsiDriver[]
  csiStorageCapacities: readonly CsiStorageCapacity[]
  volumeAttachments: readonly VolumeAttachment[]
}

/** What the worker is told of the pod that waits, to count what the others mean for it. */
export interface PlacedQuestion {
  pod: Pod
  /** Labels by namespace, for terms that select namespaces. */
  namespaces: Record<string, Record<string, string> | undefined>
}

/** The pods that have a node, as far as they matter to the one that waits. */
export interface Placed {
  byNode: Record<string, OnNode>
  /** Of its own claims, by name, a pod that uses it already. */
  users: Record<string, string>
}

export interface OnNode {
  pods: number
  /** What they ask for: thousandths of a core, units of everything else. */
  resources: Record<string, number>
  /** Of its host ports, those that another pod has: `8080/TCP shop/cart`. */
  ports: string[]
  /** Pods that all of its affinity terms select. */
  near: number
  /** By anti-affinity term, a pod that it selects. */
  apart: (string | undefined)[]
  /** By topology key, a pod whose own anti-affinity selects the one that waits. */
  apartFrom: Record<string, string>
  /** By topology spread constraint, how many pods it selects. */
  spread: number[]
  /** A disk that it would have to share, and with whom. */
  disk?: string
  /** `namespace/name` of the claims in use, when it has something attached itself. */
  claims: string[]
  /** Of disks that pods name themselves, then too: the driver of each. */
  attached: Record<string, string>
}
