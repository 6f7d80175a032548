import type { Condition, Node } from '../../client/objects.ts'

export type ZoneState = 'Initial' | 'Normal' | 'PartialDisruption' | 'FullDisruption'

/** One text for each failure zone, '' for nodes that are in none. */
export function zoneOf(node: Node): string {
  const labels = node.metadata.labels ?? {}
  const zone = labels['failure-domain.beta.kubernetes.io/zone'] ?? labels['topology.kubernetes.io/zone'] ?? ''
  const region = labels['failure-domain.beta.kubernetes.io/region'] ?? labels['topology.kubernetes.io/region'] ?? ''
  return region === '' && zone === '' ? '' : `${region}:\0:${zone}`
}

/** From the Ready conditions of a zone's nodes. `threshold` is the share of nodes whose loss makes a zone unhealthy. */
export function stateOf(ready: readonly (Condition | undefined)[], threshold: number): ZoneState {
  const lost = ready.filter((c) => c?.status !== 'True').length
  if (lost > 0 && lost === ready.length) return 'FullDisruption'
  // Two nodes of three may be down for a restart.
  return lost > 2 && lost / ready.length >= threshold ? 'PartialDisruption' : 'Normal'
}
