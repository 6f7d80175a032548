import type { Int64 } from '../../../machinery/numbers.ts'
import { copyJson } from '../../../machinery/copy-json.ts'
import { emptyAt } from '../../../machinery/empty-fields.ts'
import { formatTime } from '../../../machinery/clock.ts'
import { dns1123LabelErrors, nameIsSubdomain } from '../../../machinery/names.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { dropDisabledOfPod } from '../../../apis/core/v1/disabled-fields.ts'
import { defaultPod, defaultPodStatus } from '../../../apis/core/v1/defaults-pod.ts'
import { defaultPodLevelResources } from '../../../apis/core/v1/pod-resources.ts'
import { validatePodStatusUpdate } from '../../../apis/core/v1/pod-status.ts'
import { countGeneration } from '../../../apis/core/v1/pod-subresources.ts'
import { validatePodUpdate } from '../../../apis/core/v1/pod-update.ts'
import { validatePod } from '../../../apis/core/v1/pod.ts'
import { podWarnings } from '../../../apis/core/v1/pod-warnings.ts'
import { podQos } from '../../../apis/core/v1/qos.ts'
import type { Pod, PodAffinityTerm, PodCondition, PodSpec } from '../../../apis/core/v1/types.ts'
import type { LabelSelector } from '../../../apis/meta/v1/validation.ts'
import type { Strategy, StrategyContext } from '../../generic/strategy.ts'
import { applyAppArmorAnnotations } from './app-armor.ts'

const asPod = (obj: KubeObject): Pod => obj as unknown as Pod

const legacyAnnotations = [
  'pod.beta.kubernetes.io/init-containers',
  'pod.alpha.kubernetes.io/init-containers',
  'pod.beta.kubernetes.io/init-container-statuses',
  'pod.alpha.kubernetes.io/init-container-statuses',
]

function dropLegacyAnnotations(pod: Pod): void {
  const { annotations } = pod.metadata
  if (annotations) for (const key of legacyAnnotations) delete annotations[key]
}

/** Keys that stand for this pod's own labels become requirements of the selector. */
function mergeKeys(
  selector: LabelSelector | undefined,
  keys: string[] | undefined,
  operator: 'In' | 'NotIn',
  labels: Record<string, string>,
): void {
  if (!selector || !keys) return
  for (const key of keys) {
    const value = labels[key]
    if (value !== undefined) (selector.matchExpressions ??= []).push({ key, operator, values: [value] })
  }
}

function mergeLabelKeys(spec: PodSpec, labels: Record<string, string>): void {
  const term = (t: PodAffinityTerm | undefined): void => {
    mergeKeys(t?.labelSelector, t?.matchLabelKeys, 'In', labels)
    mergeKeys(t?.labelSelector, t?.mismatchLabelKeys, 'NotIn', labels)
  }
  for (const affinity of [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity]) {
    for (const p of affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) term(p.podAffinityTerm)
    for (const t of affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) term(t)
  }
  for (const c of spec.topologySpreadConstraints ?? []) mergeKeys(c.labelSelector, c.matchLabelKeys, 'In', labels)
}

const KEPT = [
  'qosClass',
  'resourceClaimStatuses',
  'extendedResourceClaimStatus',
  'nodeAllocatableResourceClaimStatuses',
  'observedGeneration',
] as const

/** What a status update may leave out without losing it; a list that is sent as an empty one is lost. */
function keepObserved(pod: Pod, old: Pod): void {
  const now = (pod.status ??= {})
  const before = old.status ?? {}
  for (const field of KEPT) {
    if (!now[field] && before[field] && emptyAt(now, field) === undefined) (now as Record<string, unknown>)[field] = before[field]
  }
  const generations = new Map<string, (Int64 | undefined)[]>()
  for (const c of before.conditions ?? []) {
    const list = generations.get(c.type ?? '')
    if (list === undefined) generations.set(c.type ?? '', [c.observedGeneration])
    else list.push(c.observedGeneration)
  }
  now.conditions?.forEach((c: PodCondition) => {
    const generation = generations.get(c.type ?? '')?.shift()
    if (!c.observedGeneration && generation) c.observedGeneration = generation
  })
}

function warnOfPod(pod: Pod, ctx: StrategyContext): void {
  const { name } = pod.metadata
  const texts = name ? dns1123LabelErrors(name) : []
  if (texts.length > 0) {
    const why = "this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended"
    ctx.warn(`metadata.name: ${why}: [${texts.join(' ')}]`)
  }
  for (const text of podWarnings(pod.spec, pod.metadata, '')) ctx.warn(text)
}

export const podStrategy: Strategy = {
  generation: true,
  returnDeletedObject: true,
  nameErrors: nameIsSubdomain,
  nameNotOnStatus: true,

  fieldScopes: {
    status: { resets: ['spec', 'metadata.deletionTimestamp', 'metadata.ownerReferences'] },
  },

  dropDisabled: dropDisabledOfPod,
  default: (obj) => defaultPod(asPod(obj)),

  prepareForCreate(obj, ctx) {
    const pod = asPod(obj)
    const { spec, metadata } = pod
    metadata.generation = 1
    pod.status = { phase: 'Pending' }
    dropLegacyAnnotations(pod)
    if (spec.schedulingGates?.length) {
      const condition: PodCondition = {
        type: 'PodScheduled',
        status: 'False',
        lastProbeTime: null,
        lastTransitionTime: formatTime(ctx.clock.now()),
        reason: 'SchedulingGated',
        message: 'Scheduling is blocked due to non-empty scheduling gates',
      }
      pod.status.conditions = [condition]
    }
    if (metadata.labels && (spec.affinity || spec.topologySpreadConstraints)) mergeLabelKeys(spec, metadata.labels)
    applyAppArmorAnnotations(pod, ctx)
    defaultPodLevelResources(spec)
    pod.status.qosClass = podQos(spec)
  },

  // Warnings come only with a pod that is taken.
  validate(obj, ctx) {
    const pod = asPod(obj)
    const errors = validatePod(pod)
    if (errors.length === 0) warnOfPod(pod, ctx)
    return errors
  },

  prepareForUpdate(obj, old) {
    const pod = asPod(obj)
    const before = asPod(old)
    if (before.status) pod.status = before.status
    else delete pod.status
    if (!pod.spec.resources && before.spec.resources) pod.spec.resources = copyJson(before.spec.resources)
    dropLegacyAnnotations(pod)
    countGeneration(pod, before)
  },

  validateUpdate: (obj, old) => validatePodUpdate(asPod(obj), asPod(old)),

  prepareForStatusUpdate(obj, old) {
    const pod = asPod(obj)
    const before = asPod(old)
    pod.spec = before.spec
    // Deletion is never taken back by a status.
    if (before.metadata.deletionTimestamp === undefined) delete pod.metadata.deletionTimestamp
    if (before.metadata.ownerReferences) pod.metadata.ownerReferences = before.metadata.ownerReferences
    else delete pod.metadata.ownerReferences
    keepObserved(pod, before)
    if (pod.status) defaultPodStatus(pod.status)
  },

  validateStatusUpdate: (obj, old) => validatePodStatusUpdate(asPod(obj), asPod(old)),

  // A pod that no node runs, or that is over, goes at once.
  gracePeriod(obj, requested) {
    const { spec, status } = asPod(obj)
    if (!spec.nodeName || status?.phase === 'Failed' || status?.phase === 'Succeeded') return 0
    const period = requested ?? spec.terminationGracePeriodSeconds ?? 0
    return period < 0 ? 1 : period
  },
}
