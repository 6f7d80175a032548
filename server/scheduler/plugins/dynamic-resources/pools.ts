import { ruleSelects } from '../../../client/device-taints.ts'
import { matchesTerm } from '../../../client/node-selector.ts'
import type { Device, DeviceTaint, DeviceTaintRule, NodePlacement, ResourceSlice } from '../../../client/objects-resource.ts'
import type { Node } from '../../../client/objects.ts'
import { parseQuantity } from '../../../machinery/quantity.ts'

/** A device that could be allocated on a node. */
export interface PoolDevice {
  readonly id: string
  readonly driver: string
  readonly pool: string
  readonly device: Device
  readonly slice: ResourceSlice
  readonly taints: readonly DeviceTaint[]
}

export interface Pool {
  readonly driver: string
  readonly name: string
  /** Slices are missing: its driver is at work on it. */
  readonly isIncomplete: boolean
  /** Its slices contradict each other. */
  readonly isInvalid: boolean
  /** Those that the node reaches, in the order of slices' names. */
  readonly devices: readonly PoolDevice[]
  /** All of the pool, on whatever node. */
  readonly everywhere: readonly PoolDevice[]
  /** Shared counters in units of 10⁻⁹, by set and name. */
  readonly counters: ReadonlyMap<string, ReadonlyMap<string, bigint>>
}

export const deviceId = (driver: string, pool: string, device: string): string => `${driver}/${pool}/${device}`

/** Whether the node is among those that it says. */
export function reachesNode(placement: NodePlacement, node: Node): boolean {
  if ((placement.nodeName ?? '') !== '') return placement.nodeName === node.metadata.name
  if (placement.allNodes === true) return true
  return placement.nodeSelector?.nodeSelectorTerms.some((t) => matchesTerm(t, node)) === true
}

/** The slices by pool, of each pool's newest generation. Made once for all nodes of a pod. */
export class Pools {
  readonly #byPool = new Map<string, ResourceSlice[]>()
  readonly #rules: readonly DeviceTaintRule[]
  readonly #devices = new Map<string, PoolDevice[]>()

  constructor(slices: readonly ResourceSlice[], rules: readonly DeviceTaintRule[]) {
    this.#rules = rules
    for (const slice of slices) {
      if (slice.spec === undefined) continue
      const { driver, pool } = slice.spec
      const key = `${driver}/${pool.name}`
      const there = this.#byPool.get(key)
      const newest = there?.[0]?.spec?.pool.generation ?? 0
      const generation = pool.generation ?? 0
      if (there === undefined || generation > newest) this.#byPool.set(key, [slice])
      else if (generation === newest) there.push(slice)
    }
    for (const list of this.#byPool.values()) list.sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))
  }

  /** Pools with something for the node, in the order of their names; those with conditions on binding last. */
  on(node: Node): Pool[] {
    const found: Pool[] = []
    for (const slices of this.#byPool.values()) {
      const pool = this.#pool(slices, node)
      if (pool !== undefined) found.push(pool)
    }
    const waits = (p: Pool): number => (p.devices.some((d) => (d.device.bindingConditions ?? []).length > 0) ? 1 : 0)
    const key = (p: Pool): string => `${p.driver} ${p.name}`
    return found.sort((a, b) => waits(a) - waits(b) || (key(a) < key(b) ? -1 : 1))
  }

  #pool(slices: readonly ResourceSlice[], node: Node): Pool | undefined {
    const relevant = slices.filter(({ spec }) =>
      spec!.perDeviceNodeSelection === true ? spec!.devices?.some((d) => reachesNode(d, node)) === true : reachesNode(spec!, node),
    )
    if (relevant.length === 0) return undefined
    const { driver, pool } = slices[0]!.spec!
    const everywhere = slices.flatMap((slice) => this.#devicesOf(slice))
    const reached = new Set(relevant)
    const devices = everywhere.filter(
      ({ slice, device }) => reached.has(slice) && (slice.spec!.perDeviceNodeSelection !== true || reachesNode(device, node)),
    )
    const counters = countersOf(slices)
    return {
      ...{ driver, name: pool.name, devices, everywhere },
      counters: counters ?? new Map(),
      isIncomplete: slices.length !== (pool.resourceSliceCount ?? 0),
      isInvalid: counters === undefined || !isConsistent(everywhere, counters),
    }
  }

  #devicesOf(slice: ResourceSlice): PoolDevice[] {
    const key = slice.metadata.uid ?? slice.metadata.name ?? ''
    let devices = this.#devices.get(key)
    if (devices === undefined) {
      const { driver, pool } = slice.spec!
      devices = (slice.spec!.devices ?? []).map((device) => ({
        ...{ id: deviceId(driver, pool.name, device.name), driver, pool: pool.name, device, slice },
        taints: [...(device.taints ?? []), ...taintsByRule(this.#rules, driver, pool.name, device.name)],
      }))
      this.#devices.set(key, devices)
    }
    return devices
  }
}

/** Taints that rules put on a device beside its own. */
const taintsByRule = (rules: readonly DeviceTaintRule[], driver: string, pool: string, device: string): DeviceTaint[] =>
  rules.flatMap((rule) => (rule.spec?.taint !== undefined && ruleSelects(rule, driver, pool, device) ? [rule.spec.taint] : []))

function countersOf(slices: readonly ResourceSlice[]): Map<string, Map<string, bigint>> | undefined {
  const sets = new Map<string, Map<string, bigint>>()
  for (const { spec } of slices) {
    for (const { name, counters } of spec!.sharedCounters ?? []) {
      if (sets.has(name)) return undefined
      sets.set(name, new Map(Object.entries(counters ?? {}).map(([key, c]) => [key, parseQuantity(c.value).nano])))
    }
  }
  return sets
}

/** No device twice, and no counter that there is not. */
function isConsistent(devices: readonly PoolDevice[], counters: Pool['counters']): boolean {
  if (new Set(devices.map((d) => d.id)).size < devices.length) return false
  return devices.every(({ device }) =>
    (device.consumesCounters ?? []).every(({ counterSet, counters: needs }) =>
      Object.keys(needs ?? {}).every((name) => counters.get(counterSet)?.has(name) === true),
    ),
  )
}
