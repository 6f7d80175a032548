import type { Node } from '../client/objects.ts'
import type { NodeVerdict, Signature } from './node-verdict.ts'
import { UsedPorts, type PodInfo } from './pod-info.ts'
import { addResources, listToResources, noResources, wholeUnits, type Resources } from './resources.ts'

const MAX_VERDICTS = 8

/** A node and the sums over its pods, kept in step pod by pod: asking costs nothing. */
export class NodeInfo {
  readonly name: string
  readonly pods = new Map<string, PodInfo>()
  readonly requested: Resources = noResources()
  readonly usedPorts = new UsedPorts()
  scoringCpu = 0
  scoringMemory = 0
  /** Absent while pods are known on a node that is not (yet, or any more) an object. */
  node: Node | undefined
  allocatable: Resources = noResources()
  allowedPods = 0
  /** Image name to size in bytes. */
  images: ReadonlyMap<string, number> = new Map()
  /** Pods that say something of other pods, and those that do not suffer some near them. */
  readonly withAffinity = new Map<string, PodInfo>()
  readonly withRequiredAntiAffinity = new Map<string, PodInfo>()
  /** What plugins have said of the node for pods of one signature, the newest first: a few of them. What changes the node or its pods empties it. */
  #verdict: NodeVerdict | undefined
  #verdicts = 0

  constructor(name: string) {
    this.name = name
  }

  setNode(node: Node): void {
    this.node = node
    this.#verdict = undefined
    const allocatable = node.status?.allocatable
    this.allocatable = listToResources(allocatable)
    this.allowedPods = allocatable?.pods === undefined ? 0 : wholeUnits(String(allocatable.pods))
    const images = new Map<string, number>()
    for (const image of node.status?.images ?? []) for (const name of image.names ?? []) images.set(name, Number(image.sizeBytes ?? 0))
    this.images = images
  }

  addPod(pod: PodInfo): void {
    this.removePod(pod.uid)
    this.pods.set(pod.uid, pod)
    this.#count(pod, 1)
    this.#verdict = undefined
    for (const p of pod.hostPorts) this.usedPorts.add(p)
    if (pod.affinity === undefined) return
    this.withAffinity.set(pod.uid, pod)
    if (pod.affinity.requiredAnti.length > 0) this.withRequiredAntiAffinity.set(pod.uid, pod)
  }

  /** True when the pod was counted here. */
  removePod(uid: string): boolean {
    const pod = this.pods.get(uid)
    if (pod === undefined) return false
    this.pods.delete(uid)
    this.#count(pod, -1)
    this.#verdict = undefined
    this.withAffinity.delete(uid)
    this.withRequiredAntiAffinity.delete(uid)
    for (const p of pod.hostPorts) this.usedPorts.remove(p)
    return true
  }

  verdict(signature: Signature): NodeVerdict | undefined {
    // It is asked of hundreds of nodes for each pod: mostly the first is the one.
    let found = this.#verdict
    while (found !== undefined && found.signature !== signature) found = found.next
    return found
  }

  addVerdict(verdict: NodeVerdict): void {
    if (this.#verdict === undefined || this.#verdicts >= MAX_VERDICTS) this.#verdicts = 0
    else verdict.next = this.#verdict
    this.#verdict = verdict
    this.#verdicts++
  }

  #count(pod: PodInfo, sign: 1 | -1): void {
    addResources(this.requested, pod.requests, sign)
    this.scoringCpu += sign * pod.scoringCpu
    this.scoringMemory += sign * pod.scoringMemory
  }
}
