import type { Node } from '../../nodes/types.ts'
import type { Pod, SpreadConstraint } from '../types.ts'
import { selects } from '../../../kube/label-selector.ts'
import { apartTerms, hardSpreads, nearTerms, spreadSelector, termMeans } from './affinity.ts'
import { fitsAffinity, labelOf } from './node-affinity.ts'
import { untolerated } from './taints.ts'
import type { Judge, Refusal, Surroundings } from './types.ts'

const valueOf = ({ metadata }: Node, key: string): string | undefined => labelOf(metadata.labels, key)
/** One domain of a topology: a zone, a node. */
const domainOf = (node: Node, key: string): string | undefined => {
  const value = valueOf(node, key)
  return value === undefined ? undefined : `${key}=${value}`
}

/** A domain is crowded, compared with the emptiest of them: the skew is bounded. */
export function judgeSpread(pod: Pod, { nodes, placed }: Surroundings): Judge {
  const constraints = hardSpreads(pod)
  if (constraints.length === 0) return {}
  const complete = nodes.filter((node) => constraints.every(({ topologyKey }) => valueOf(node, topologyKey) !== undefined))
  const domains = constraints.map((constraint, at) => {
    const counts = new Map<string, number>()
    for (const node of complete) {
      if (!counted(constraint, pod, node)) continue
      const value = valueOf(node, constraint.topologyKey) ?? ''
      counts.set(value, (counts.get(value) ?? 0) + (placed.byNode[node.metadata.name]?.spread[at] ?? 0))
    }
    // Domains that there should be, and are not, have nobody.
    const fewest = counts.size < (constraint.minDomains ?? 1) ? 0 : Math.min(...counts.values(), Number.MAX_SAFE_INTEGER)
    const itself = selects(spreadSelector(constraint, pod), pod.metadata.labels) ? 1 : 0
    return { constraint, counts, fewest, itself }
  })
  return {
    node(node) {
      for (const { constraint, counts, fewest, itself } of domains) {
        const { topologyKey, maxSkew } = constraint
        const value = valueOf(node, topologyKey)
        const reason = "node(s) didn't match pod topology spread constraints"
        if (value === undefined) return { reason: `${reason} (missing required label)`, detail: topologyKey }
        const skew = (counts.get(value) ?? 0) + itself - fewest
        if (skew > maxSkew) return { reason, detail: `${topologyKey}=${value}: skew ${skew} > maxSkew ${maxSkew}` }
      }
      return undefined
    },
  }
}

/** Nodes that the pod could not go to anyway are not counted, as the constraint's policies say. */
const counted = ({ nodeAffinityPolicy = 'Honor', nodeTaintsPolicy }: SpreadConstraint, pod: Pod, node: Node): boolean =>
  (nodeAffinityPolicy !== 'Honor' || fitsAffinity(pod, node)) && (nodeTaintsPolicy !== 'Honor' || !untolerated(pod, node))

/** Near the pods that it wants to be near, away from those that it does not, and from those that want to be away from it. */
export function judgeAffinity(pod: Pod, { nodes, placed, namespaceLabels }: Surroundings): Judge {
  const near = nearTerms(pod)
  const apart = apartTerms(pod)
  const company = new Set<string>()
  const taken = apart.map(() => new Map<string, string>())
  const avoiding = new Map<string, string>()
  for (const node of nodes) {
    const there = placed.byNode[node.metadata.name]
    if (!there) continue
    for (const { topologyKey } of near) {
      const domain = there.near > 0 ? domainOf(node, topologyKey) : undefined
      if (domain !== undefined) company.add(domain)
    }
    for (const [at, { topologyKey }] of apart.entries()) note(taken[at], domainOf(node, topologyKey), there.apart[at])
    for (const [key, other] of Object.entries(there.apartFrom)) note(avoiding, domainOf(node, key), other)
  }
  // The first of a group that wants to be together has nobody to be with.
  const isFirst = company.size === 0 && near.every((term) => termMeans(term, pod, pod, namespaceLabels))
  return {
    node(node) {
      const lonely = near.find(({ topologyKey }) => {
        const domain = domainOf(node, topologyKey)
        return domain === undefined || (!isFirst && !company.has(domain))
      })
      if (lonely)
        return { reason: "node(s) didn't match pod affinity rules", detail: domainOf(node, lonely.topologyKey) ?? lonely.topologyKey }
      for (const [at, { topologyKey }] of apart.entries()) {
        const found = within(taken[at], domainOf(node, topologyKey), "node(s) didn't match pod anti-affinity rules")
        if (found) return found
      }
      for (const key of Object.keys(node.metadata.labels ?? {})) {
        const found = within(avoiding, domainOf(node, key), "node(s) didn't satisfy existing pods anti-affinity rules")
        if (found) return found
      }
      return undefined
    },
  }
}

function note(in_: Map<string, string> | undefined, domain: string | undefined, pod: string | undefined): void {
  if (domain !== undefined && pod !== undefined && in_ && !in_.has(domain)) in_.set(domain, pod)
}

function within(pods: ReadonlyMap<string, string> | undefined, domain: string | undefined, reason: string): Refusal | undefined {
  const pod = domain === undefined ? undefined : pods?.get(domain)
  return pod === undefined ? undefined : { reason, detail: `${domain} ${pod}` }
}
