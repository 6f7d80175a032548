import type { Allocation, DeviceAllocation } from '../../../client/objects-resource.ts'
import { parseQuantity } from '../../../machinery/quantity.ts'
import type { Amounts } from './capacity.ts'
import { deviceId } from './pools.ts'

/** What is taken of devices already. */
export class AllocatedState {
  /** Devices that one has alone. */
  readonly devices = new Set<string>()
  /** Of devices that several share: what of their capacity is used. */
  readonly shared = new Map<string, Amounts>()

  add(allocation: Allocation | undefined): void {
    for (const result of allocation?.devices?.results ?? []) {
      // Whoever looks after devices takes nothing from others.
      if (result.adminAccess === true) continue
      const id = idOf(result)
      if (result.shareID === undefined) this.devices.add(id)
      else {
        const amounts = this.shared.get(id) ?? new Map<string, bigint>()
        this.shared.set(id, amounts)
        for (const [name, text] of Object.entries(result.consumedCapacity ?? {}))
          amounts.set(name, (amounts.get(name) ?? 0n) + parseQuantity(text).nano)
      }
    }
  }

  isUsed(id: string): boolean {
    return this.devices.has(id) || this.shared.has(id)
  }
}

const idOf = ({ driver, pool, device }: DeviceAllocation): string => deviceId(driver, pool, device)
