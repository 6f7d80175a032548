import type { Node, Pod, Strings, Toleration, TopologySpreadConstraint } from '../../../client/objects.ts'
import { untolerated } from '../../../client/tolerations.ts'
import { selectorFromObject, type LabelSelector, type LabelSelectorObject } from '../../../machinery/labels.ts'
import type { NodeGroup, NodeSet, NodeSets } from '../../domain-counts.ts'
import type { Listers } from '../../framework.ts'
import { matchesRequired, requiredAffinity, type RequiredAffinity } from '../../../client/node-selector.ts'

export const HOSTNAME = 'kubernetes.io/hostname'

/** A constraint of a pod, made ready. */
export interface Spread {
  readonly maxSkew: number
  readonly topologyKey: string
  readonly minDomains: number
  readonly selector: LabelSelector
  readonly honorAffinity: boolean
  readonly honorTaints: boolean
}

type Action = 'DoNotSchedule' | 'ScheduleAnyway'

/** For pods without constraints of their own where the profile says nothing else (defaultingType System). */
export const SYSTEM_DEFAULTS: readonly TopologySpreadConstraint[] = [
  { topologyKey: HOSTNAME, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
]

const NOTHING: LabelSelectorObject = { matchExpressions: [{ key: 'none', operator: 'In', values: [] }] }

function spreadOf(c: TopologySpreadConstraint, selector: LabelSelectorObject, pod: Pod): Spread {
  const { labels = {} } = pod.metadata
  const keys = (c.matchLabelKeys ?? []).filter((key) => Object.hasOwn(labels, key))
  const same = keys.map((key) => ({ key, operator: 'In' as const, values: [labels[key] ?? ''] }))
  const made = selectorFromObject({ ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...same] })!
  return {
    maxSkew: c.maxSkew,
    topologyKey: c.topologyKey,
    minDomains: c.minDomains ?? 1,
    selector: made,
    honorAffinity: (c.nodeAffinityPolicy ?? 'Honor') === 'Honor',
    honorTaints: c.nodeTaintsPolicy === 'Honor',
  }
}

/** The pod's constraints of one action: its own, or the defaults over the pods that are served or kept together with it. */
export function constraintsOf(
  pod: Pod,
  action: Action,
  listers: Listers,
  standard: readonly TopologySpreadConstraint[] = SYSTEM_DEFAULTS,
): Spread[] {
  const own = pod.spec?.topologySpreadConstraints ?? []
  if (own.length > 0) {
    return own.filter((c) => c.whenUnsatisfiable === action).map((c) => spreadOf(c, c.labelSelector ?? NOTHING, pod))
  }
  const defaults = standard.filter((c) => c.whenUnsatisfiable === action)
  const selector = defaults.length === 0 ? undefined : defaultSelector(pod, listers)
  // That is all of the selector: keys that a default names beside do not count.
  return selector === undefined ? [] : defaults.map((c) => spreadOf({ ...c, matchLabelKeys: [] }, selector, pod))
}

/** What the pod's services and its controller select, together; undefined when that is nothing in particular. */
export function defaultSelector(pod: Pod, listers: Listers): LabelSelectorObject | undefined {
  const { namespace = '', labels = {}, ownerReferences = [] } = pod.metadata
  const matchLabels: Strings = {}
  for (const { spec } of listers.services.list(namespace)) {
    const wanted = Object.entries(spec?.selector ?? {})
    if (wanted.length > 0 && wanted.every(([k, v]) => labels[k] === v)) Object.assign(matchLabels, spec?.selector)
  }
  const owner = ownerReferences.find((o) => o.controller === true)
  let matchExpressions: LabelSelectorObject['matchExpressions'] = []
  if (owner?.apiVersion === 'v1' && owner.kind === 'ReplicationController') {
    Object.assign(matchLabels, listers.replicationControllers.get(owner.name, namespace)?.spec?.selector as Strings | undefined)
  } else if (owner?.apiVersion === 'apps/v1' && (owner.kind === 'ReplicaSet' || owner.kind === 'StatefulSet')) {
    const lister = owner.kind === 'ReplicaSet' ? listers.replicaSets : listers.statefulSets
    const selector = lister.get(owner.name, namespace)?.spec?.selector
    Object.assign(matchLabels, selector?.matchLabels)
    matchExpressions = selector?.matchExpressions ?? []
  }
  if (Object.keys(matchLabels).length === 0 && matchExpressions.length === 0) return undefined
  return { matchLabels, matchExpressions }
}

export const valueOf = (node: Node | undefined, key: string): string | undefined => {
  const labels = node?.metadata.labels
  return labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined
}

export const hasAllKeys = (node: Node | undefined, constraints: readonly Spread[]): boolean =>
  constraints.every((c) => valueOf(node, c.topologyKey) !== undefined)

/**
 * The nodes whose pods count for the constraints of a pod: by their policies, those of nodes that it could not go to anyway do not.
 * A node counts only when it has the labels of all constraints in `needed`.
 */
export class NodeInclusion {
  readonly #sets: NodeSets
  readonly #required: RequiredAffinity | undefined
  readonly #tolerations: readonly Toleration[]
  readonly #keys: readonly string[]
  readonly #made = new Map<string, NodeSet>()

  constructor(sets: NodeSets, pod: Pod, needed: readonly Spread[]) {
    this.#sets = sets
    this.#required = requiredAffinity(pod.spec)
    this.#tolerations = pod.spec?.tolerations ?? []
    this.#keys = [...new Set(needed.map((c) => c.topologyKey))].sort()
  }

  of({ topologyKey, honorAffinity, honorTaints }: Spread): NodeGroup {
    const policies = `${honorAffinity},${honorTaints}`
    let set = this.#made.get(policies)
    if (set === undefined) this.#made.set(policies, (set = this.#set(honorAffinity, honorTaints)))
    return set.by(topologyKey)
  }

  #set(honorAffinity: boolean, honorTaints: boolean): NodeSet {
    const [keys, required, tolerations] = [this.#keys, honorAffinity ? this.#required : undefined, this.#tolerations]
    const goesBy = JSON.stringify([keys, required ?? null, honorTaints ? tolerations : null])
    return this.#sets.of(goesBy, (node) => {
      if (!keys.every((key) => valueOf(node, key) !== undefined)) return false
      if (required !== undefined && !matchesRequired(required, node)) return false
      return !honorTaints || untolerated(node.spec?.taints, tolerations) === undefined
    })
  }
}
