import type { Condition } from '../../client/objects.ts'

export type ZoneState = 'Initial' | 'Normal' | 'PartialDisruption' | 'FullDisruption'

/** From the Ready conditions of a zone's nodes. `threshold` is the share of nodes whose loss makes a zone unhealthy. */
export function stateOf(ready: readonly (Condition | undefined)[], threshold: number): ZoneState {
  const lost = ready.filter((c) => c?.status !== 'True').length
  if (lost > 0 && lost === ready.length) return 'FullDisruption'
  // Two nodes of three may be down for a restart.
  return lost > 2 && lost / ready.length >= threshold ? 'PartialDisruption' : 'Normal'
}
