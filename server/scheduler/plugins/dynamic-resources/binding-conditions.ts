import { findCondition, type Condition } from '../../../client/objects.ts'
import type { ResourceClaim } from '../../../client/objects-resource.ts'

interface DeviceStatus {
  driver: string
  pool: string
  device: string
  shareID?: string
  conditions?: Condition[]
}

/** Whether the claim's devices are prepared for its node (KEP-5007). @throws Error when one never will be */
export function isReadyForBinding(claim: ResourceClaim): boolean {
  for (const result of claim.status?.allocation?.devices?.results ?? []) {
    if ((result.bindingConditions ?? []).length === 0) continue
    const status = ((claim.status?.devices ?? []) as DeviceStatus[]).find(
      (d) => d.driver === result.driver && d.pool === result.pool && d.device === result.device && d.shareID === result.shareID,
    )
    if (status === undefined) return false
    for (const type of result.bindingFailureConditions ?? []) {
      const failed = findCondition(status.conditions, type)
      if (failed?.status !== 'True') continue
      const { reason = '', message = '' } = failed
      throw new Error(`device binding failed: claim=${claim.metadata.name}, reason=${reason}, message=${JSON.stringify(message)}`)
    }
    if (!result.bindingConditions!.every((type) => findCondition(status.conditions, type)?.status === 'True')) return false
  }
  return true
}

/** Its devices have had so long to be prepared. */
export function isTimedOut({ status }: ResourceClaim, timeoutMs: number, now: number): boolean {
  const { allocationTimestamp, devices } = status?.allocation ?? {}
  const waits = devices?.results?.some((r) => (r.bindingConditions ?? []).length > 0) === true
  return waits && allocationTimestamp !== undefined && Date.parse(allocationTimestamp) + timeoutMs < now
}
