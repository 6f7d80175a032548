import { randomUUID } from 'node:crypto'
import type {
  Allocation,
  DeviceAllocation,
  DeviceClass,
  DeviceRequest,
  DeviceRequestSpec,
  DeviceSelector,
  ResourceClaim,
} from '../../../client/objects-resource.ts'
import { toleratesDeviceTaint } from '../../../client/device-taints.ts'
import type { Node, NodeSelectorRequirement } from '../../../client/objects.ts'
import { keyOf, type Lister } from '../../../client/store.ts'
import { parseQuantity, type Quantity } from '../../../machinery/quantity.ts'
import type { AllocatedState } from './allocated.ts'
import { capacityText, consumedCapacity, CapacityError, type Amounts } from './capacity.ts'
import { constraintOf, type Constraint } from './constraints.ts'
import { AllocationError, InvalidPools } from './errors.ts'
import type { Pool, PoolDevice, Pools } from './pools.ts'
import type { SelectorCache } from './selectors.ts'

/** AllocationResultsMaxSize of resource.k8s.io/v1. */
const MAX_DEVICES = 32
/** Steps of one pod's search on all nodes; the original gives it ten seconds on each, here others wait meanwhile. */
const MAX_STEPS = 20_000

/** A request, or one of several of which the first that can be had counts. */
interface Wish {
  readonly request: DeviceRequest
  readonly sub: string | undefined
  readonly spec: DeviceRequestSpec
  readonly deviceClass: DeviceClass
  /** For allocationMode All: the devices; else how many. */
  readonly all: readonly PoolDevice[] | undefined
  readonly count: number
}

interface Taken {
  readonly wish: Wish
  readonly device: PoolDevice
  readonly shareID: string | undefined
  readonly consumed: ReadonlyMap<string, Quantity> | undefined
}

interface ClaimSearch {
  readonly claim: ResourceClaim
  /** Of each request: its alternatives. */
  readonly wishes: readonly (readonly Wish[])[]
  readonly constraints: readonly Constraint[]
  readonly taken: Taken[]
}

export interface AllocatorOptions {
  pools: Pools
  allocated: AllocatedState
  classes: Lister<DeviceClass>
  selectors: SelectorCache
}

/** Effects that a later release may add keep nobody off. */
const KEEPS_OFF: ReadonlySet<string> = new Set(['NoSchedule', 'NoExecute'])

const nameOf = ({ request, sub }: Wish): string => (sub === undefined ? request.name : `${request.name}/${sub}`)

/**
 * Chooses devices for claims on one node after the other: request by request, device by device, the first choice that satisfies all
 * selectors, constraints, taints, counters and capacities (KEP-4381 structured parameters; dynamic-resource-allocation `structured`).
 */
export class Allocator {
  readonly #o: AllocatorOptions
  #steps = 0

  constructor(o: AllocatorOptions) {
    this.#o = o
  }

  /** An allocation for each claim; undefined when they cannot all be had on the node. @throws AllocationError, InvalidPools */
  allocate(node: Node, claims: readonly ResourceClaim[]): Allocation[] | undefined {
    const pools = this.#o.pools.on(node)
    const searches = claims.map((claim) => this.#prepare(claim, pools))
    const search = new Search(this.#o, pools, searches, () => {
      if (++this.#steps > MAX_STEPS) throw new AllocationError(`node ${node.metadata.name}: timed out trying to allocate devices`)
    })
    if (search.run()) return searches.map((s) => resultOf(s, node))
    if (pools.some((p) => p.isInvalid)) throw new InvalidPools('invalid resource pools were encountered')
    return undefined
  }

  #prepare(claim: ResourceClaim, pools: readonly Pool[]): ClaimSearch {
    const { requests = [], constraints = [] } = claim.spec?.devices ?? {}
    const wishes = requests.map((request) => {
      const specs = request.exactly === undefined ? (request.firstAvailable ?? []) : [request.exactly]
      return specs.map((spec) => this.#wish(claim, request, spec, pools))
    })
    const least = wishes.reduce((sum, of) => sum + Math.min(...of.map((w) => w.count)), 0)
    if (least > MAX_DEVICES) throw new AllocationError(`claim ${keyOf(claim)}: ${least} devices exceed the claim limit of ${MAX_DEVICES}`)
    return {
      ...{ claim, wishes, taken: [] },
      constraints: constraints.map((c, i) => {
        const made = constraintOf(c)
        if (made !== undefined) return made
        throw new AllocationError(`claim ${keyOf(claim)}, constraint #${i}: empty constraint (unsupported constraint type?)`)
      }),
    }
  }

  #wish(claim: ResourceClaim, request: DeviceRequest, spec: DeviceRequestSpec, pools: readonly Pool[]): Wish {
    const sub = request.exactly === undefined ? (spec as { name?: string }).name : undefined
    const of = `claim ${keyOf(claim)}, request ${sub ?? request.name}`
    const className = spec.deviceClassName ?? ''
    if (className === '') throw new AllocationError(`${of}: missing device class name (unsupported request type?)`)
    const deviceClass = this.#o.classes.get(className)
    if (deviceClass === undefined)
      throw new AllocationError(`${of}: could not retrieve device class ${className}: deviceclass.resource.k8s.io "${className}" not found`)
    const wish = { request, sub, spec, deviceClass, all: undefined, count: spec.count ?? 1 }
    const mode = spec.allocationMode ?? 'ExactCount'
    if (mode === 'ExactCount') return wish
    if (mode !== 'All') throw new AllocationError(`${of}: unsupported count mode ${mode}`)
    for (const { isIncomplete, isInvalid, driver, name } of pools) {
      if (!isIncomplete && !isInvalid) continue
      const why = isIncomplete ? 'being updated' : 'invalid'
      throw new AllocationError(`${of}: asks for all devices, but resource pool ${driver}/${name} is currently ${why}`)
    }
    const all = pools.flatMap((p) => p.devices).filter((d) => isSelectable(this.#o.selectors, claim, wish, d))
    return { ...wish, all, count: all.length }
  }
}

function isSelectable(selectors: SelectorCache, claim: ResourceClaim, wish: Wish, device: PoolDevice): boolean {
  const { deviceClass, spec } = wish
  const matches = (list: readonly DeviceSelector[] | undefined, of: string): boolean =>
    (list ?? []).every(({ cel }, i) => selectors.matches(cel?.expression ?? '', device, `${of}: selector #${i}`))
  return matches(deviceClass.spec?.selectors, `class ${deviceClass.metadata.name}`) && matches(spec.selectors, `claim ${keyOf(claim)}`)
}

/** One search on one node: takes devices, and gives them back where that leads nowhere. */
class Search {
  readonly #o: AllocatorOptions
  readonly #pools: readonly Pool[]
  readonly #claims: readonly ClaimSearch[]
  readonly #step: () => void
  /** By device: the claims that would have it. */
  readonly #taking = new Map<string, Set<ClaimSearch>>()
  readonly #sharing = new Map<string, { count: number; amounts: Amounts }>()
  readonly #counters = new Map<Pool, Map<string, bigint>>()

  constructor(o: AllocatorOptions, pools: readonly Pool[], claims: readonly ClaimSearch[], step: () => void) {
    this.#o = o
    this.#pools = pools
    this.#claims = claims
    this.#step = step
  }

  run(): boolean {
    return this.#request(0, 0)
  }

  #request(c: number, r: number): boolean {
    this.#step()
    const search = this.#claims[c]
    if (search === undefined) return true
    const wishes = search.wishes[r]
    if (wishes === undefined) return this.#request(c + 1, 0)
    return wishes.some((wish) => {
      if (wish.all?.length === 0 || search.taken.length + wish.count > MAX_DEVICES) return false
      return this.#devices(c, r, wish, 0, 0, 0)
    })
  }

  /** Devices of a request come in the order of the pools: no choice is tried in more than one order. */
  #devices(c: number, r: number, wish: Wish, n: number, fromPool: number, fromDevice: number): boolean {
    this.#step()
    if (n >= wish.count) return this.#request(c, r + 1)
    if (wish.all !== undefined) {
      const device = wish.all[n]!
      const pool = this.#pools.find((p) => p.driver === device.driver && p.name === device.pool)!
      return this.#attempt(c, wish, pool, device, () => this.#devices(c, r, wish, n + 1, 0, 0))
    }
    for (let p = fromPool; p < this.#pools.length; p++) {
      const pool = this.#pools[p]!
      if (pool.isIncomplete || pool.isInvalid) continue
      for (let d = p === fromPool ? fromDevice : 0; d < pool.devices.length; d++) {
        const device = pool.devices[d]!
        this.#step()
        if (this.#inUse(c, wish, device) || !isSelectable(this.#o.selectors, this.#claims[c]!.claim, wish, device)) continue
        if (this.#attempt(c, wish, pool, device, () => this.#devices(c, r, wish, n + 1, p, d + 1))) return true
      }
    }
    return false
  }

  #inUse(c: number, wish: Wish, { id }: PoolDevice): boolean {
    const taking = this.#taking.get(id)
    if (wish.spec.adminAccess === true) return taking?.has(this.#claims[c]!) === true
    return this.#o.allocated.devices.has(id) || (taking?.size ?? 0) > 0
  }

  /** Takes the device and goes on; gives it back when that does not end well. */
  #attempt(c: number, wish: Wish, pool: Pool, of: PoolDevice, next: () => boolean): boolean {
    const search = this.#claims[c]!
    if (this.#inUse(c, wish, of) || this.#isTainted(wish, of)) return false
    const share = of.device.allowMultipleAllocations === true
    const consumed = this.#consumed(search.claim, wish, of)
    if (consumed === undefined) return false
    const counts = !(share && (this.#o.allocated.shared.has(of.id) || this.#sharing.has(of.id)))
    if (counts && !this.#takeCounters(pool, of)) return false
    const added: Constraint[] = []
    const giveBack = (): void => {
      for (const constraint of added.toReversed()) constraint.remove(wish.request.name, wish.sub, of)
      if (counts) this.#count(pool, of, -1n)
    }
    for (const constraint of search.constraints) {
      if (!constraint.add(wish.request.name, wish.sub, of)) {
        giveBack()
        return false
      }
      added.push(constraint)
    }
    if (share) this.#share(of.id, consumed, 1n)
    else this.#mark(of.id, search, true)
    search.taken.push({ wish, device: of, shareID: share ? randomUUID() : undefined, consumed: share ? consumed : undefined })
    if (next()) return true
    search.taken.pop()
    if (share) this.#share(of.id, consumed, -1n)
    else this.#mark(of.id, search, false)
    giveBack()
    return false
  }

  #isTainted({ spec }: Wish, { taints }: PoolDevice): boolean {
    return taints.some((taint) => KEEPS_OFF.has(taint.effect) && spec.tolerations?.some((t) => toleratesDeviceTaint(t, taint)) !== true)
  }

  /** What it would take of the device's capacity; undefined when there is not so much left. */
  #consumed(claim: ResourceClaim, wish: Wish, { id, device }: PoolDevice): ReadonlyMap<string, Quantity> | undefined {
    try {
      const consumed = consumedCapacity(wish.spec.capacity?.requests, device.capacity)
      if (consumed === undefined) return undefined
      const used = this.#o.allocated.shared.get(id)
      const sharing = this.#sharing.get(id)?.amounts
      for (const [name, amount] of consumed) {
        const total = amount.nano + (used?.get(name) ?? 0n) + (sharing?.get(name) ?? 0n)
        if (total > parseQuantity(device.capacity![name]!.value).nano) return undefined
      }
      return consumed
    } catch (e) {
      if (!(e instanceof CapacityError)) throw e
      const of = `claim ${keyOf(claim)}, request ${wish.sub ?? wish.request.name}`
      throw new AllocationError(`${of}: checking capacity for device ${id}: ${e.message}`, { cause: e })
    }
  }

  #share(id: string, consumed: ReadonlyMap<string, Quantity>, by: 1n | -1n): void {
    const entry = this.#sharing.get(id) ?? { count: 0, amounts: new Map<string, bigint>() }
    entry.count += Number(by)
    for (const [name, { nano }] of consumed) entry.amounts.set(name, (entry.amounts.get(name) ?? 0n) + by * nano)
    if (entry.count === 0) this.#sharing.delete(id)
    else this.#sharing.set(id, entry)
  }

  #mark(id: string, search: ClaimSearch, on: boolean): void {
    const set = this.#taking.get(id) ?? new Set()
    this.#taking.set(id, set)
    if (on) set.add(search)
    else set.delete(search)
  }

  /** Devices that are parts of a larger one share its counters (KEP-4815). */
  #takeCounters(pool: Pool, of: PoolDevice): boolean {
    const left = this.#left(pool)
    this.#count(pool, of, 1n)
    if (![...left.values()].some((n) => n < 0n)) return true
    this.#count(pool, of, -1n)
    return false
  }

  #left(pool: Pool): Map<string, bigint> {
    let left = this.#counters.get(pool)
    if (left !== undefined) return left
    left = new Map()
    for (const [set, counters] of pool.counters) for (const [name, n] of counters) left.set(`${set}/${name}`, n)
    this.#counters.set(pool, left)
    for (const of of pool.everywhere) if (this.#o.allocated.isUsed(of.id)) this.#count(pool, of, 1n)
    return left
  }

  #count(pool: Pool, { device }: PoolDevice, by: 1n | -1n): void {
    const left = this.#left(pool)
    for (const { counterSet, counters } of device.consumesCounters ?? []) {
      for (const [name, { value }] of Object.entries(counters ?? {})) {
        const key = `${counterSet}/${name}`
        left.set(key, (left.get(key) ?? 0n) - by * parseQuantity(value).nano)
      }
    }
  }
}

function resultOf({ claim, taken, wishes }: ClaimSearch, node: Node): Allocation {
  const results = taken.map(({ wish, device, shareID, consumed }): DeviceAllocation => {
    const { tolerations = [], adminAccess } = wish.spec
    const { bindingConditions = [], bindingFailureConditions = [] } = device.device
    return {
      ...{ request: nameOf(wish), driver: device.driver, pool: device.pool, device: device.device.name },
      ...(adminAccess === true ? { adminAccess } : {}),
      ...(tolerations.length > 0 ? { tolerations } : {}),
      ...(bindingConditions.length > 0 ? { bindingConditions } : {}),
      ...(bindingFailureConditions.length > 0 ? { bindingFailureConditions } : {}),
      ...(shareID === undefined ? {} : { shareID }),
      ...(consumed === undefined || consumed.size === 0
        ? {}
        : { consumedCapacity: Object.fromEntries([...consumed].map(([name, q]) => [name, capacityText(q)])) }),
    }
  })
  const config = configOf(claim, chosenOf(wishes, taken))
  const terms = placementOf(taken, node)
  return {
    devices: { results, ...(config.length > 0 ? { config } : {}) },
    ...(terms === undefined ? {} : { nodeSelector: { nodeSelectorTerms: [terms] } }),
  }
}

/** Of each request the alternative that was taken; one that asks for no device has the first. */
const chosenOf = (wishes: ClaimSearch['wishes'], taken: readonly Taken[]): Wish[] =>
  wishes.map((of) => of.find((w) => taken.some((t) => t.wish === w)) ?? of[0]!)

function configOf(claim: ResourceClaim, chosen: readonly Wish[]): NonNullable<NonNullable<Allocation['devices']>['config']> {
  const config: NonNullable<NonNullable<Allocation['devices']>['config']> = []
  const seen = new Set<string>()
  for (const { deviceClass } of chosen) {
    const name = deviceClass.metadata.name ?? ''
    if (seen.has(name)) continue
    seen.add(name)
    const requests = chosen.filter((w) => w.deviceClass.metadata.name === name).map(nameOf)
    for (const c of deviceClass.spec?.config ?? []) config.push({ source: 'FromClass', requests, ...withoutRequests(c) })
  }
  for (const c of claim.spec?.devices?.config ?? []) {
    const { requests = [] } = c
    if (requests.length > 0 && !chosen.some((w) => requests.includes(w.request.name) || requests.includes(nameOf(w)))) continue
    config.push({ source: 'FromClaim', requests, ...withoutRequests(c) })
  }
  // What is for all requests names none.
  const forAll = (requests: readonly string[]): boolean =>
    chosen.every((w) => requests.includes(w.request.name) || (w.sub !== undefined && requests.includes(nameOf(w))))
  return config.map(({ requests = [], ...c }) => (requests.length === 0 || forAll(requests) ? c : { ...c, requests }))
}

const withoutRequests = <T extends { requests?: string[] }>({ requests: _, ...rest }: T): Omit<T, 'requests'> => rest

/** From where the devices can be used; undefined: from everywhere. */
function placementOf(
  taken: readonly Taken[],
  node: Node,
): { matchFields?: NodeSelectorRequirement[]; matchExpressions?: NodeSelectorRequirement[] } | undefined {
  const matchFields: NodeSelectorRequirement[] = []
  const matchExpressions: NodeSelectorRequirement[] = []
  const add = (list: NodeSelectorRequirement[], more: readonly NodeSelectorRequirement[] = []): void => {
    for (const r of more) if (!list.some((o) => JSON.stringify(o) === JSON.stringify(r))) list.push(r)
  }
  for (const { device } of taken) {
    const { nodeName, nodeSelector } = device.slice.spec!.perDeviceNodeSelection === true ? device.device : device.slice.spec!
    if (nodeName !== undefined || device.device.bindsToNode === true) {
      return { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node.metadata.name ?? ''] }] }
    }
    const [term] = nodeSelector?.nodeSelectorTerms ?? []
    add(matchFields, term?.matchFields)
    add(matchExpressions, term?.matchExpressions)
  }
  if (matchFields.length === 0 && matchExpressions.length === 0) return undefined
  return { ...(matchExpressions.length > 0 ? { matchExpressions } : {}), ...(matchFields.length > 0 ? { matchFields } : {}) }
}
