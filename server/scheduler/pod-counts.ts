import type { LabelSelector } from '../machinery/labels.ts'
import { DomainCounts, lately, type NodeGroup } from './domain-counts.ts'
import type { NodeInfo } from './node-info.ts'
import type { PodInfo } from './pod-info.ts'

/** One that nobody has asked for in this many others is forgotten, and counted anew when it is asked for again. */
const MAX_COUNTED = 1024

/** How many pods of a namespace a selector takes, node by node. Those that are being deleted do not count; an empty selector takes none. */
export class CountedPods {
  readonly #namespace: string
  readonly #selector: LabelSelector
  readonly #byNode = new Map<NodeInfo, number>()
  readonly #byGroup = new Map<NodeGroup, DomainCounts>()

  constructor(namespace: string, selector: LabelSelector) {
    this.#namespace = namespace
    this.#selector = selector
  }

  on(node: NodeInfo): number {
    return this.#byNode.get(node) ?? 0
  }

  /** The same by the domains of a group of nodes. */
  in(group: NodeGroup): DomainCounts {
    let counts = this.#byGroup.get(group)
    if (counts === undefined) {
      this.#byGroup.set(group, (counts = new DomainCounts(group, this)))
      for (const [node, n] of this.#byNode) counts.add(group.domainOf(node), n)
    }
    return counts
  }

  /** Asked of pods that are not being deleted. */
  takes({ pod: { metadata } }: PodInfo): boolean {
    return (metadata.namespace ?? '') === this.#namespace && !this.#selector.empty && this.#selector.matches(metadata.labels)
  }

  count(node: NodeInfo, by: number): void {
    const n = this.on(node) + by
    if (n === 0) this.#byNode.delete(node)
    else this.#byNode.set(node, n)
    for (const [group, counts] of this.#byGroup) counts.add(group.domainOf(node), by)
  }

  leave(group: NodeGroup): void {
    this.#byGroup.delete(group)
  }

  end(): void {
    for (const [group, counts] of this.#byGroup) group.leave(counts)
  }
}

/** Pods that have one label in one namespace, and the selectors that want it. */
interface Bucket {
  readonly pods: Map<PodInfo, NodeInfo>
  readonly wantedBy: Set<CountedPods>
}

interface Known {
  readonly counts: CountedPods
  readonly bucketName: string
}

/**
 * Counts of pods by selector that are kept in step with the pods on nodes, pod by pod: what a spread constraint asks of thousands of nodes
 * for each pod need not be counted then. Selectors are found by one label that they want, so a pod concerns only those of its own labels.
 */
export class PodCounts {
  /** By namespace and label; a selector that wants no label in particular is in the one of all pods of its namespace. */
  readonly #buckets = new Map<string, Bucket>()
  readonly #known = new Map<string, Known>()

  of(namespace: string, selector: LabelSelector): CountedPods {
    const key = `${namespace}/${selector.toString()}`
    return lately(
      this.#known,
      key,
      MAX_COUNTED,
      () => this.#count(namespace, selector),
      (known) => this.#forget(known),
    ).counts
  }

  added(pod: PodInfo, node: NodeInfo): void {
    for (const name of bucketNames(pod)) {
      const bucket = this.#bucket(name)
      bucket.pods.set(pod, node)
      for (const counts of bucket.wantedBy) if (counts.takes(pod)) counts.count(node, 1)
    }
  }

  /** @param pod the very one that was added */
  removed(pod: PodInfo, node: NodeInfo): void {
    for (const name of bucketNames(pod)) {
      const bucket = this.#bucket(name)
      bucket.pods.delete(pod)
      for (const counts of bucket.wantedBy) if (counts.takes(pod)) counts.count(node, -1)
      this.#prune(name, bucket)
    }
  }

  #count(namespace: string, selector: LabelSelector): Known {
    const counts = new CountedPods(namespace, selector)
    const bucketName = this.#smallest(namespace, selector)
    const bucket = this.#bucket(bucketName)
    bucket.wantedBy.add(counts)
    for (const [pod, node] of bucket.pods) if (counts.takes(pod)) counts.count(node, 1)
    return { counts, bucketName }
  }

  /** Of the labels that every pod of the selector has, the one that the fewest have. */
  #smallest(namespace: string, selector: LabelSelector): string {
    let best = bucketName(namespace)
    let fewest = Infinity
    for (const { key, operator, values } of selector.requirements) {
      if (values.length !== 1 || !ONE_VALUE.has(operator)) continue
      const name = bucketName(namespace, key, values[0]!)
      const size = this.#buckets.get(name)?.pods.size ?? 0
      if (size < fewest) [best, fewest] = [name, size]
    }
    return best
  }

  #forget({ counts, bucketName: name }: Known): void {
    counts.end()
    const bucket = this.#bucket(name)
    bucket.wantedBy.delete(counts)
    this.#prune(name, bucket)
  }

  #bucket(name: string): Bucket {
    let bucket = this.#buckets.get(name)
    if (bucket === undefined) this.#buckets.set(name, (bucket = { pods: new Map(), wantedBy: new Set() }))
    return bucket
  }

  #prune(name: string, { pods, wantedBy }: Bucket): void {
    if (pods.size === 0 && wantedBy.size === 0) this.#buckets.delete(name)
  }
}

const ONE_VALUE: ReadonlySet<string> = new Set(['=', '==', 'in'])

// Neither a namespace nor a label's key has a sign that could make two of these alike.
const bucketName = (namespace: string, key = '', value = ''): string => `${namespace} ${key}=${value}`

/** Those that the pod is in; none for one that is being deleted, which counts nowhere. */
function bucketNames({ pod: { metadata } }: PodInfo): string[] {
  if (metadata.deletionTimestamp != null) return []
  const names = [bucketName(metadata.namespace ?? '')]
  for (const [key, value] of Object.entries(metadata.labels ?? {})) names.push(bucketName(metadata.namespace ?? '', key, value))
  return names
}
