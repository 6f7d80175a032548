import type { DaemonSet } from '../../client/objects-apps.ts'
import type { Node, NodeSelectorTerm, Pod, PodSpec, PodTemplate, Toleration } from '../../client/objects.ts'
import { matchesRequired, requiredAffinity } from '../../client/node-selector.ts'
import { untolerated } from '../../client/tolerations.ts'
import { parseGoInt64 } from '../../machinery/query.ts'
import { REVISION_LABEL } from '../revisions.ts'

const GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation'
const GENERATION_LABEL = 'pod-template-generation'

const NODE = 'node.kubernetes.io/'
/** What every daemon pod bears: it has to run where others have left or must not come. */
const TOLERATED: readonly Toleration[] = [
  { key: `${NODE}not-ready`, operator: 'Exists', effect: 'NoExecute' },
  { key: `${NODE}unreachable`, operator: 'Exists', effect: 'NoExecute' },
  { key: `${NODE}disk-pressure`, operator: 'Exists', effect: 'NoSchedule' },
  { key: `${NODE}memory-pressure`, operator: 'Exists', effect: 'NoSchedule' },
  { key: `${NODE}pid-pressure`, operator: 'Exists', effect: 'NoSchedule' },
  { key: `${NODE}unschedulable`, operator: 'Exists', effect: 'NoSchedule' },
]
const WITHOUT_NETWORK: Toleration = { key: `${NODE}network-unavailable`, operator: 'Exists', effect: 'NoSchedule' }

/** The template's tolerations and the daemons' own, each once. */
export function tolerationsOf(spec: PodSpec | undefined): Toleration[] {
  const out = [...(spec?.tolerations ?? [])]
  for (const t of spec?.hostNetwork === true ? [...TOLERATED, WITHOUT_NETWORK] : TOLERATED) {
    // `matches` of core/v1: key, effect, operator and value are alike. The new one takes its place.
    const at = out.findIndex((o) => o.key === t.key && o.effect === t.effect && (o.operator ?? '') === t.operator && (o.value ?? '') === '')
    if (at === -1) out.push(t)
    else out[at] = t
  }
  return out
}

export interface Placement {
  /** A pod belongs there. */
  run: boolean
  /** One that is there already may stay. */
  stay: boolean
}

/** Whether a node is for the set: by its name, its labels and its taints. */
export function placementOn(node: Node, ds: DaemonSet): Placement {
  const spec = ds.spec?.template?.spec
  const { nodeName = '' } = spec ?? {}
  const none = { run: false, stay: false }
  if (nodeName !== '' && nodeName !== node.metadata.name) return none
  const required = requiredAffinity(spec)
  if (required !== undefined && !matchesRequired(required, node)) return none
  const tolerations = tolerationsOf(spec)
  const taints = node.spec?.taints
  if (untolerated(taints, tolerations) === undefined) return { run: true, stay: true }
  const evicts = untolerated(
    taints?.filter((t) => t.effect === 'NoExecute'),
    tolerations,
  )
  return { run: false, stay: evicts === undefined }
}

/** The node that a pod runs on, or is bound for by its affinity; undefined when neither says. */
export function targetNode(pod: Pod): string | undefined {
  const { nodeName = '', affinity } = pod.spec ?? {}
  if (nodeName !== '') return nodeName
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const fields = terms.flatMap((t) => t.matchFields ?? [])
  const pinned = fields.find((f) => f.key === 'metadata.name' && f.operator === 'In')
  return pinned?.values?.length === 1 ? pinned.values[0] : undefined
}

/** The old count of template changes; undefined where it is not a number. */
export function templateGeneration(ds: DaemonSet): string | undefined {
  const text = ds.metadata.annotations?.[GENERATION_ANNOTATION]
  return text === undefined ? undefined : parseGoInt64(text)?.toString()
}

/** The template of this revision's pods, pinned to a node by affinity: the scheduler still binds them. */
export function templateFor(ds: DaemonSet, hash: string, node: string): PodTemplate {
  const { metadata, spec } = ds.spec?.template ?? {}
  const generation = templateGeneration(ds)
  const labels = {
    ...metadata?.labels,
    ...(generation === undefined ? {} : { [GENERATION_LABEL]: generation }),
    [REVISION_LABEL]: hash,
  }
  const term: NodeSelectorTerm = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }
  const nodeAffinity = {
    ...spec?.affinity?.nodeAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] },
  }
  return {
    metadata: { ...metadata, labels },
    spec: { ...spec, tolerations: tolerationsOf(spec), affinity: { ...spec?.affinity, nodeAffinity } },
  }
}

/** Whether a pod is of the set's template as it is now. */
export function isUpdated(pod: Pod, ds: DaemonSet, hash: string): boolean {
  const { labels } = pod.metadata
  const generation = templateGeneration(ds)
  return (hash !== '' && labels?.[REVISION_LABEL] === hash) || (generation !== undefined && labels?.[GENERATION_LABEL] === generation)
}

/** Bound pods first, then the oldest. */
export function byAge(a: Pod, b: Pod): number {
  const unbound = (p: Pod): number => Number((p.spec?.nodeName ?? '') === '')
  const created = (p: Pod): string => p.metadata.creationTimestamp ?? ''
  if (unbound(a) !== unbound(b)) return unbound(a) - unbound(b)
  if (created(a) !== created(b)) return created(a) < created(b) ? -1 : 1
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1
}
