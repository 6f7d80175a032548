import { zoneOf } from '../../client/node-zone.ts'
import type { Condition, Node } from '../../client/objects.ts'
import type { Clock } from '../../machinery/clock.ts'
import { EvictionQueue } from './eviction-queue.ts'
import type { NodeLifecycleOptions } from './options.ts'
import { stateOf, type ZoneState } from './zones.ts'

/** Zones, each with its state and the nodes that wait to be tainted there. */
export class Zones {
  readonly #clock: Clock
  readonly #o: NodeLifecycleOptions
  readonly #states = new Map<string, ZoneState>()
  readonly #queues = new Map<string, EvictionQueue>()

  constructor(clock: Clock, options: NodeLifecycleOptions) {
    this.#clock = clock
    this.#o = options
  }

  nameOf(node: Node): string {
    return zoneOf(node)
  }

  add(node: Node): void {
    const zone = zoneOf(node)
    if (this.#states.has(zone)) return
    this.#states.set(zone, 'Initial')
    this.#queue(zone)
  }

  queueOf(node: Node): EvictionQueue {
    return this.#queue(zoneOf(node))
  }

  #queue(zone: string): EvictionQueue {
    let queue = this.#queues.get(zone)
    if (queue === undefined) this.#queues.set(zone, (queue = new EvictionQueue(this.#clock, this.#o.nodeEvictionRate)))
    return queue
  }

  forgetNode(node: Node): void {
    this.#queues.get(zoneOf(node))?.remove(node.metadata.name ?? '')
  }

  /** Says whether nodes still wait. */
  async run(...how: Parameters<EvictionQueue['run']>): Promise<'more' | 'done'> {
    for (const queue of this.#queues.values()) await queue.run(...how)
    return [...this.#queues.values()].every((queue) => queue.isEmpty) ? 'done' : 'more'
  }

  /**
   * Takes the zones' new states, from the Ready conditions of their nodes, and sets how fast their nodes are tainted: not at all where
   * every zone is lost. Says when that begins and when it ends.
   */
  judge(ready: ReadonlyMap<string, readonly (Condition | undefined)[]>): 'allLost' | 'someBack' | undefined {
    for (const zone of [...this.#states.keys()]) {
      if (ready.has(zone)) continue
      this.#states.delete(zone)
      // Nodes may wait there all the same: those that are not counted (exclude-disruption) are tainted like any other.
      this.#queue(zone).setRate(this.#o.nodeEvictionRate)
    }
    if (ready.size === 0) return undefined
    const next = new Map([...ready].map(([zone, conditions]) => [zone, stateOf(conditions, this.#o.unhealthyZoneThreshold)] as const))
    const wasLost = this.#states.size > 0 && [...this.#states.values()].every((s) => s === 'FullDisruption')
    const isLost = [...next.values()].every((s) => s === 'FullDisruption')
    if (isLost && wasLost) return undefined
    if (isLost) {
      for (const zone of next.keys()) {
        this.#queue(zone).setRate(0)
        this.#states.set(zone, 'FullDisruption')
      }
      return 'allLost'
    }
    for (const [zone, state] of next) {
      if (!wasLost && this.#states.get(zone) === state) continue
      this.#queue(zone).setRate(this.#rate(state, ready.get(zone)!.length))
      this.#states.set(zone, state)
    }
    return wasLost ? 'someBack' : undefined
  }

  #rate(state: ZoneState, size: number): number {
    if (state !== 'PartialDisruption') return this.#o.nodeEvictionRate
    return size > this.#o.largeClusterSizeThreshold ? this.#o.secondaryNodeEvictionRate : 0
  }
}
