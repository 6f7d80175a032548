import { findCondition, type Node } from '../../client/objects.ts'
import { milliValue, parseQuantity } from '../../machinery/quantity.ts'

export const ZONE = 'topology.kubernetes.io/zone'

/** By how much more than its share of the traffic an endpoint may get. */
const OVERLOAD = 0.2
const NOT_COUNTED = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master']

/** Each zone's share of the processors of the nodes that are ready; undefined when a node does not tell, or there is one zone only. */
export type Shares = ReadonlyMap<string, number> | undefined

export const isNodeReady = (node: Node): boolean => findCondition(node.status?.conditions, 'Ready')?.status === 'True'

export function sharesOf(nodes: readonly Node[]): Shares {
  const millis = new Map<string, number>()
  for (const node of nodes) {
    const labels = node.metadata.labels ?? {}
    if (NOT_COUNTED.some((label) => Object.hasOwn(labels, label)) || !isNodeReady(node)) continue
    const zone = labels[ZONE] ?? ''
    const cpu = Number(milliValue(parseQuantity(node.status?.allocatable?.cpu ?? '0')))
    if (zone === '' || cpu === 0) return undefined
    millis.set(zone, (millis.get(zone) ?? 0) + cpu)
  }
  if (millis.size < 2) return undefined
  const total = [...millis.values()].reduce((sum, n) => sum + n, 0)
  return new Map([...millis].sort(([a], [b]) => (a < b ? -1 : 1)).map(([zone, n]) => [zone, n / total]))
}

// Multiplied as the original does: a division rounds otherwise.
const fewest = (wanted: number): number => Math.ceil(wanted * (1 / (1 + OVERLOAD)))

/** How many of a service's endpoints a zone is to have. */
export interface Allocation {
  desired: number
  most: number
}

/** What each zone is to have of so many endpoints, or why it cannot be said, in the original's words (KEP-2433). */
export function allocate(shares: Shares, endpoints: number): ReadonlyMap<string, Allocation> | string {
  if (shares === undefined) return 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes'
  const figures = `(${endpoints} endpoints, ${shares.size} zones)`
  if (shares.size > endpoints) return `Insufficient number of endpoints ${figures}`
  const least = new Map([...shares].map(([zone, share]) => [zone, fewest(share * endpoints)]))
  const spare = endpoints - [...least.values()].reduce((sum, n) => sum + n, 0)
  if (spare < 0) return `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${figures}`
  return new Map(
    [...shares].map(([zone, share]) => [zone, { desired: Math.max(share * endpoints, least.get(zone)!), most: least.get(zone)! + spare }]),
  )
}

/** Whether a zone has fewer endpoints for its nodes than it may have. */
export function isOverloaded(counts: ReadonlyMap<string, number>, shares: Shares): boolean {
  if (counts.size === 0) return false
  if (shares === undefined) return true
  const total = [...counts.values()].reduce((sum, n) => sum + n, 0)
  return [...shares].some(([zone, share]) => (counts.get(zone) ?? 0) < fewest(total * share) || !counts.has(zone))
}

/** How many endpoints a zone gives away, and which zones they are for, one by one from where there is most to where least is. */
export function exchanges(
  allocations: ReadonlyMap<string, Allocation>,
  counts: ReadonlyMap<string, number>,
): { from: Map<string, number>; to: Map<string, number> } {
  const over = new Map<string, number>()
  const under = new Map<string, number>()
  for (const [zone, { desired }] of allocations) {
    const extra = (counts.get(zone) ?? 0) - desired
    if (extra > 0) over.set(zone, extra)
    else if (extra < 0) under.set(zone, -extra)
  }
  const [from, to] = [new Map<string, number>(), new Map<string, number>()]
  const move = (left: Map<string, number>, taken: Map<string, number>, zone: string): void => {
    left.set(zone, left.get(zone)! - 1)
    taken.set(zone, (taken.get(zone) ?? 0) + 1)
  }
  for (;;) {
    const [giver, most] = largest(over)
    const [taker, need] = largest(under)
    // Half an endpoint at either end is not worth a move, nor less than a whole one at both.
    if (giver === '' || taker === '' || most < 0.5 || need < 0.5 || (most < 1 && need < 1)) return { from, to }
    move(over, from, giver)
    move(under, to, taker)
  }
}

function largest(amounts: ReadonlyMap<string, number>): [zone: string, amount: number] {
  let found: [string, number] = ['', 0]
  for (const entry of amounts) if (entry[1] > found[1]) found = entry
  return found
}
