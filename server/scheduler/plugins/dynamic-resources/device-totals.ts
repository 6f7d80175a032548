import { stateKey, type CycleState, type Handle } from '../../framework.ts'
import type { NodeInfo } from '../../node-info.ts'
import type { PodInfo } from '../../pod-info.ts'
import { AllocatedState } from './allocated.ts'
import { AllocationError } from './errors.ts'
import { classOf } from './extended-resources.ts'
import { deviceId, reachesNode, type PoolDevice } from './pools.ts'
import { SelectorCache } from './selectors.ts'

/** How many devices of a node stand for an extended resource, and how many of them somebody has. */
export interface DeviceTotals {
  readonly capacity: number
  readonly allocated: number
}

export type TotalsOf = (resource: string, node: NodeInfo) => DeviceTotals

const NONE: DeviceTotals = { capacity: 0, allocated: 0 }
const totalsKey = stateKey<TotalsOf>('devices of extended resources')

/** What a pod's score goes by, noted by `note` before nodes are scored; undefined where devices stand for nothing that it asks for. */
export const totalsOf = (state: CycleState): TotalsOf | undefined => state.read(totalsKey)

/**
 * Lets nodes be weighed by the devices that stand for extended resources, where they have none of the resource themselves (noderesources
 * resource_allocation.go, calculateDRAResourceTotals). @param names the resources that are weighed
 */
export function deviceTotals({ claims, listers }: Handle, names: readonly string[]): (pod: PodInfo, state: CycleState) => void {
  const compiled = new SelectorCache()
  return ({ requests }, state) => {
    const { scalars } = requests
    if (scalars === undefined || state.read(totalsKey) !== undefined) return
    if (!names.some((name) => (scalars.get(name) ?? 0) > 0 && classOf(name, listers.deviceClasses) !== undefined)) return
    const allocated = new AllocatedState()
    for (const allocation of claims.allocations()) allocated.add(allocation)
    const devices = listers.resourceSlices.list().flatMap((slice): PoolDevice[] => {
      const { driver = '', pool, devices: all = [] } = slice.spec ?? {}
      if (pool === undefined) return []
      return all.map((device) => ({
        ...{ id: deviceId(driver, pool.name, device.name), driver, pool: pool.name, device, slice },
        taints: [],
      }))
    })
    const selectors = compiled.next()
    state.write(totalsKey, (resource, { node }) => {
      const found = classOf(resource, listers.deviceClasses)
      if (found === undefined || node === undefined) return NONE
      const of = `class ${found.metadata.name}`
      try {
        const mine = devices.filter((d) => {
          const { spec } = d.slice
          if (!reachesNode(spec!.perDeviceNodeSelection === true ? d.device : spec!, node)) return false
          return (found.spec?.selectors ?? []).every(({ cel }) => cel === undefined || selectors.matches(cel.expression, d, of))
        })
        return { capacity: mine.length, allocated: mine.filter(({ id }) => allocated.isUsed(id)).length }
      } catch (e) {
        // A selector that fails for one device leaves the resource out.
        if (e instanceof AllocationError) return NONE
        throw e
      }
    })
  }
}
