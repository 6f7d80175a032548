import type { Node } from '../client/objects.ts'
import type { NodeInfo } from './node-info.ts'

/** Sets of nodes, and keys of labels of one set, that nobody has asked for in this many others are forgotten. */
const MAX_SETS = 32
const MAX_KEYS = 8

/** Nodes by domain, such as their zone: the value of one of their labels, '' for those that lack it. Kept in step with the nodes. */
export class NodeGroup {
  readonly #key: string
  readonly #domains = new Map<NodeInfo, string>()
  /** Nodes in each domain. */
  readonly #sizes = new Map<string, number>()
  readonly #counts = new Set<DomainCounts>()

  constructor(key: string, nodes: Iterable<NodeInfo>) {
    this.#key = key
    for (const node of nodes) this.changed(node, true)
  }

  /** How many domains have a node. */
  get size(): number {
    return this.#sizes.size
  }

  domainOf(node: NodeInfo): string | undefined {
    return this.#domains.get(node)
  }

  has(domain: string): boolean {
    return this.#sizes.has(domain)
  }

  /** The node is new, another than before, or not of the set any more. */
  changed(node: NodeInfo, isMember: boolean): void {
    const now = isMember ? (labelOf(node, this.#key) ?? '') : undefined
    const before = this.#domains.get(node)
    if (now === before) return
    if (now === undefined) this.#domains.delete(node)
    else this.#domains.set(node, now)
    this.#resize(before, -1)
    this.#resize(now, 1)
    for (const counts of this.#counts) counts.moved(node, before, now)
  }

  join(counts: DomainCounts): void {
    this.#counts.add(counts)
  }

  leave(counts: DomainCounts): void {
    this.#counts.delete(counts)
  }

  end(): void {
    for (const counts of this.#counts) counts.pods.leave(this)
  }

  #resize(domain: string | undefined, by: 1 | -1): void {
    if (domain === undefined) return
    const size = (this.#sizes.get(domain) ?? 0) + by
    if (size === 0) this.#sizes.delete(domain)
    else this.#sizes.set(domain, size)
  }
}

/** Where the pods of a selector are (`pod-counts.ts`). */
interface PodsByNode {
  on(node: NodeInfo): number
  leave(group: NodeGroup): void
}

/** How many pods of a selector are in each domain of a group of nodes. */
export class DomainCounts {
  readonly pods: PodsByNode
  readonly #group: NodeGroup
  /** Only of domains that have any. */
  readonly #byDomain = new Map<string, number>()
  /** How many domains have so many. */
  readonly #having = new Map<number, number>()

  constructor(group: NodeGroup, pods: PodsByNode) {
    this.#group = group
    this.pods = pods
    group.join(this)
  }

  /** How many domains there are, with or without pods. */
  get size(): number {
    return this.#group.size
  }

  domainOf(node: NodeInfo): string | undefined {
    return this.#group.domainOf(node)
  }

  at(domain: string): number {
    return this.#byDomain.get(domain) ?? 0
  }

  /** The fewest that a domain has, were it not for these changes by domain; undefined when there is no domain. */
  fewest(changes: ReadonlyMap<string, number>): number | undefined {
    let empty = this.#group.size - this.#byDomain.size
    let fewest = Infinity
    for (const [domain, by] of changes) {
      if (!this.#group.has(domain)) continue
      const n = this.at(domain)
      fewest = Math.min(fewest, n + by)
      if (n === 0) empty--
    }
    if (empty > 0) return Math.min(fewest, 0)
    for (const [n, domains] of this.#having) {
      if (n >= fewest) continue
      let unchanged = domains
      for (const domain of changes.keys()) if (this.#byDomain.get(domain) === n) unchanged--
      if (unchanged > 0) fewest = n
    }
    return fewest === Infinity ? undefined : fewest
  }

  add(domain: string | undefined, by: number): void {
    if (domain === undefined || by === 0) return
    const before = this.at(domain)
    const now = before + by
    if (now === 0) this.#byDomain.delete(domain)
    else this.#byDomain.set(domain, now)
    this.#note(before, -1)
    this.#note(now, 1)
  }

  moved(node: NodeInfo, from: string | undefined, to: string | undefined): void {
    const n = this.pods.on(node)
    this.add(from, -n)
    this.add(to, n)
  }

  #note(n: number, by: 1 | -1): void {
    if (n === 0) return
    const domains = (this.#having.get(n) ?? 0) + by
    if (domains === 0) this.#having.delete(n)
    else this.#having.set(n, domains)
  }
}

/** The nodes that meet a condition, kept in step with the nodes. */
export class NodeSet {
  readonly #includes: (node: Node) => boolean
  readonly #members = new Set<NodeInfo>()
  readonly #groups = new Map<string, NodeGroup>()

  constructor(includes: (node: Node) => boolean, nodes: Iterable<NodeInfo>) {
    this.#includes = includes
    for (const node of nodes) this.changed(node)
  }

  by(key: string): NodeGroup {
    return lately(
      this.#groups,
      key,
      MAX_KEYS,
      () => new NodeGroup(key, this.#members),
      (group) => group.end(),
    )
  }

  changed(node: NodeInfo): void {
    const isMember = node.node !== undefined && this.#includes(node.node)
    if (isMember) this.#members.add(node)
    else if (!this.#members.delete(node)) return
    for (const group of this.#groups.values()) group.changed(node, isMember)
  }

  end(): void {
    for (const group of this.#groups.values()) group.end()
  }
}

/** The sets of nodes that somebody has asked for lately. */
export class NodeSets {
  readonly #nodes: () => Iterable<NodeInfo>
  readonly #sets = new Map<string, NodeSet>()

  constructor(nodes: () => Iterable<NodeInfo>) {
    this.#nodes = nodes
  }

  /** @param key of what `includes` goes by: it must say the same for all that have one key */
  of(key: string, includes: (node: Node) => boolean): NodeSet {
    return lately(
      this.#sets,
      key,
      MAX_SETS,
      () => new NodeSet(includes, this.#nodes()),
      (set) => set.end(),
    )
  }

  changed(node: NodeInfo): void {
    for (const set of this.#sets.values()) set.changed(node)
  }
}

/** Takes what is kept under the key, or makes it; the one that was asked for last stands last, and the first is given up for one too many. */
export function lately<T>(kept: Map<string, T>, key: string, most: number, make: () => T, end: (old: T) => void): T {
  let value = kept.get(key)
  if (value === undefined) value = make()
  else kept.delete(key)
  kept.set(key, value)
  if (kept.size > most) {
    const [oldest] = kept
    kept.delete(oldest![0])
    end(oldest![1])
  }
  return value
}

function labelOf({ node }: NodeInfo, key: string): string | undefined {
  const labels = node?.metadata.labels
  return labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined
}
