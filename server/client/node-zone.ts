import type { Node } from './objects.ts'

/** One text for each failure zone, '' for nodes that are in none. */
export function zoneOf(node: Node): string {
  const labels = node.metadata.labels ?? {}
  const zone = labels['failure-domain.beta.kubernetes.io/zone'] ?? labels['topology.kubernetes.io/zone'] ?? ''
  const region = labels['failure-domain.beta.kubernetes.io/region'] ?? labels['topology.kubernetes.io/region'] ?? ''
  return region === '' && zone === '' ? '' : `${region}:\0:${zone}`
}
