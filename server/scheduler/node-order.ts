import type { NodeInfo } from './node-info.ts'

/**
 * The nodes in the order in which filters look at them: one of each zone in turn (kube-scheduler's node tree), so that a search which ends
 * when it has found enough has seen all zones alike. Within a zone they stand as they came.
 */
export class NodeOrder {
  readonly #zoneOf = new Map<NodeInfo, string>()
  readonly #zones = new Map<string, Set<NodeInfo>>()
  #list: readonly NodeInfo[] | undefined

  /** The same array until a node comes, goes or changes its zone. */
  get list(): readonly NodeInfo[] {
    return (this.#list ??= this.#inTurn())
  }

  /** A node that changes its zone is the last there. */
  set(node: NodeInfo, zone: string): void {
    if (this.#zoneOf.get(node) === zone) return
    this.delete(node)
    this.#list = undefined
    this.#zoneOf.set(node, zone)
    const there = this.#zones.get(zone)
    if (there === undefined) this.#zones.set(zone, new Set([node]))
    else there.add(node)
  }

  delete(node: NodeInfo): void {
    const zone = this.#zoneOf.get(node)
    if (zone === undefined) return
    this.#list = undefined
    this.#zoneOf.delete(node)
    const there = this.#zones.get(zone)
    there?.delete(node)
    if (there?.size === 0) this.#zones.delete(zone)
  }

  #inTurn(): NodeInfo[] {
    const list: NodeInfo[] = []
    let zones = [...this.#zones.values()].map((nodes) => nodes.values())
    while (zones.length > 0) {
      zones = zones.filter((rest) => {
        const { done, value } = rest.next()
        if (done !== true) list.push(value)
        return done !== true
      })
    }
    return list
  }
}
