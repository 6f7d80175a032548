import { zoneOf } from '../client/node-zone.ts'
import type { Node, Pod } from '../client/objects.ts'
import { NodeSets } from './domain-counts.ts'
import { NodeInfo } from './node-info.ts'
import { NodeOrder } from './node-order.ts'
import { PodCounts } from './pod-counts.ts'
import { podInfo, type PodInfo } from './pod-info.ts'

/**
 * The cluster as the scheduler sees it: nodes with the pods on them, those it has just placed (assumed) included.
 * A scheduling cycle runs without a pause, so it reads this directly: nothing can change under it and nothing is copied.
 */
export class SchedulerCache {
  readonly #infos = new Map<string, NodeInfo>()
  /** Nodes that exist as objects: the list that filtering walks round. */
  readonly #order = new NodeOrder()
  readonly #where = new Map<string, string>()
  readonly #assumed = new Set<string>()
  readonly #withAffinity = new Set<NodeInfo>()
  readonly #withRequiredAntiAffinity = new Set<NodeInfo>()
  readonly pods = new PodCounts()
  readonly nodeSets = new NodeSets(() => this.#order.list)
  /** On how many nodes each image is. */
  readonly #imageNodes = new Map<string, number>()
  #nodeImages = 0

  /** Nodes that have pods which say something of other pods, and those that have pods which do not suffer some near them; few, as a rule. */
  get nodesWithAffinity(): ReadonlySet<NodeInfo> {
    return this.#withAffinity
  }

  get nodesWithRequiredAntiAffinity(): ReadonlySet<NodeInfo> {
    return this.#withRequiredAntiAffinity
  }

  /** Another number whenever other images are on nodes than before. */
  get nodeImages(): number {
    return this.#nodeImages
  }

  nodesWithImage(name: string): number {
    return this.#imageNodes.get(name) ?? 0
  }

  get nodes(): readonly NodeInfo[] {
    return this.#order.list
  }

  node(name: string): NodeInfo | undefined {
    const info = this.#infos.get(name)
    return info?.node === undefined ? undefined : info
  }

  setNode(node: Node): NodeInfo {
    const info = this.#info(node.metadata.name ?? '')
    this.#order.set(info, zoneOf(node))
    const before = info.images
    info.setNode(node)
    this.#noteAffinity(info)
    if (hasOthers(info.images, before) || hasOthers(before, info.images)) {
      this.#countImages(before, -1)
      this.#countImages(info.images, 1)
    }
    this.nodeSets.changed(info)
    return info
  }

  removeNode(name: string): void {
    const info = this.#infos.get(name)
    if (info === undefined) return
    info.node = undefined
    this.#noteAffinity(info)
    this.#countImages(info.images, -1)
    info.images = new Map()
    this.nodeSets.changed(info)
    this.#order.delete(info)
    this.#prune(info)
  }

  /** A pod that the server says is bound. It replaces the assumption about it, if there was one, wherever that was. */
  setPod(pod: Pod): PodInfo {
    const info = podInfo(pod)
    this.#place(info, pod.spec?.nodeName ?? '')
    this.#assumed.delete(info.uid)
    return info
  }

  /** Counts a pod on the node chosen for it, until the server confirms or `forget` takes it back. */
  assume(pod: PodInfo, nodeName: string): void {
    this.#place(pod, nodeName)
    this.#assumed.add(pod.uid)
  }

  /** Takes an assumption back; does nothing when the server has confirmed it meanwhile. */
  forget(uid: string): void {
    if (this.#assumed.has(uid)) this.removePod(uid)
  }

  isAssumed(uid: string): boolean {
    return this.#assumed.has(uid)
  }

  removePod(uid: string): void {
    const name = this.#where.get(uid)
    if (name === undefined) return
    this.#where.delete(uid)
    this.#assumed.delete(uid)
    const info = this.#infos.get(name)
    if (info === undefined) return
    this.#uncount(uid, info)
    info.removePod(uid)
    this.#noteAffinity(info)
    this.#prune(info)
  }

  #place(pod: PodInfo, nodeName: string): void {
    const before = this.#where.get(pod.uid)
    if (before !== undefined && before !== nodeName) this.removePod(pod.uid)
    this.#where.set(pod.uid, nodeName)
    const info = this.#info(nodeName)
    this.#uncount(pod.uid, info)
    info.addPod(pod)
    this.pods.added(pod, info)
    this.#noteAffinity(info)
  }

  #uncount(uid: string, info: NodeInfo): void {
    const counted = info.pods.get(uid)
    if (counted !== undefined) this.pods.removed(counted, info)
  }

  #noteAffinity(info: NodeInfo): void {
    const note = (nodes: Set<NodeInfo>, pods: ReadonlyMap<string, PodInfo>): void => {
      if (info.node !== undefined && pods.size > 0) nodes.add(info)
      else nodes.delete(info)
    }
    note(this.#withAffinity, info.withAffinity)
    note(this.#withRequiredAntiAffinity, info.withRequiredAntiAffinity)
  }

  #countImages(images: NodeInfo['images'], sign: 1 | -1): void {
    if (images.size > 0) this.#nodeImages++
    for (const name of images.keys()) {
      const count = (this.#imageNodes.get(name) ?? 0) + sign
      if (count === 0) this.#imageNodes.delete(name)
      else this.#imageNodes.set(name, count)
    }
  }

  #info(name: string): NodeInfo {
    let info = this.#infos.get(name)
    if (info === undefined) this.#infos.set(name, (info = new NodeInfo(name)))
    return info
  }

  #prune(info: NodeInfo): void {
    if (info.node === undefined && info.pods.size === 0) this.#infos.delete(info.name)
  }
}

function hasOthers(images: NodeInfo['images'], than: NodeInfo['images']): boolean {
  for (const name of images.keys()) if (!than.has(name)) return true
  return false
}
