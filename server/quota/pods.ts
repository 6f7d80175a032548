import { aggregate } from '../apis/core/v1/pod-resources.ts'
import { podQos } from '../apis/core/v1/qos.ts'
import { isHugePage, isNative, isPodLevelResource } from '../apis/core/v1/resource-lists.ts'
import { isExtendedResource } from '../apis/core/v1/resources.ts'
import type { Container, Pod, PodAffinityTerm, PodSpec, ResourceList, ResourceRequirements } from '../apis/core/v1/types.ts'
import { secondsToMs } from '../machinery/go-duration.ts'
import type { Quantity } from '../machinery/quantity.ts'
import type { KubeObject } from '../machinery/types.ts'
import { addTo, amountsOf, ONE, raiseTo, type Amounts } from './amounts.ts'
import { isCreate, objectCountName, type CountedWrite, type Evaluator } from './evaluator.ts'
import { selects, type ScopeSelector } from './quota.ts'

/** What pods use (pkg/quota/v1/evaluator/core/pods.go). */
const PODS = { group: '', resource: 'pods' }
const COUNT = objectCountName(PODS)
const DEVICE_CLASS = 'deviceclass.resource.kubernetes.io/'
const compute = ['cpu', 'memory', 'ephemeral-storage']
const known = new Set([COUNT, 'pods', ...compute, ...compute.map((name) => `requests.${name}`), ...compute.map((name) => `limits.${name}`)])
/** Where one of these is limited, every container has to say how much it wants. */
const mustBeSaid = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']

/** `now` in ms: pods that should have been gone by then are not counted. */
export function podEvaluator(now: () => number): Evaluator {
  return {
    resource: PODS,
    handles: handlesPod,
    counts: (name) => known.has(name) || isHugePage(name) || name.startsWith('requests.hugepages-') || isExtendedForQuota(name),
    inScope: (scope, obj) => inScope(scope, obj as unknown as Pod),
    missing: (required, obj) => missing(required, (obj.spec ?? {}) as PodSpec),
    usage: (obj) => podUsage(obj, now()),
  }
}

export const isExtendedForQuota = (name: string): boolean =>
  name.startsWith('requests.') && (!isNative(name) || name.startsWith(`requests.${DEVICE_CLASS}`))

export const isTerminating = (obj: KubeObject | undefined): boolean => {
  const deadline = (obj?.spec as PodSpec | undefined)?.activeDeadlineSeconds
  return deadline != null && deadline >= 0
}

function handlesPod(write: CountedWrite): boolean {
  if (write.subresource === 'resize') return write.operation === 'UPDATE'
  if (isCreate(write)) return true
  return write.operation === 'UPDATE' && write.subresource === '' && isTerminating(write.oldObject) !== isTerminating(write.object)
}

function inScope(scope: ScopeSelector, pod: Pod): boolean {
  switch (scope.scopeName) {
    case 'Terminating':
      return isTerminating(pod as unknown as KubeObject)
    case 'NotTerminating':
      return !isTerminating(pod as unknown as KubeObject)
    case 'BestEffort':
      return podQos(pod.spec) === 'BestEffort'
    case 'NotBestEffort':
      return podQos(pod.spec) !== 'BestEffort'
    case 'PriorityClass': {
      const name = pod.spec.priorityClassName ?? ''
      return selects(scope, name === '' ? [] : [name])
    }
    case 'CrossNamespacePodAffinity':
      return crossesNamespaces(pod.spec)
    default:
      return false
  }
}

function crossesNamespaces({ affinity }: PodSpec): boolean {
  const crosses = (term: PodAffinityTerm | undefined): boolean => (term?.namespaces?.length ?? 0) > 0 || term?.namespaceSelector != null
  return [affinity?.podAffinity, affinity?.podAntiAffinity].some(
    (a) =>
      a?.requiredDuringSchedulingIgnoredDuringExecution?.some(crosses) === true ||
      a?.preferredDuringSchedulingIgnoredDuringExecution?.some((p) => crosses(p.podAffinityTerm)) === true,
  )
}

function missing(required: readonly string[], spec: PodSpec): string | undefined {
  if (saysForTheWhole(spec.resources)) return undefined
  const wanted = mustBeSaid.filter((name) => required.includes(name)).sort()
  const texts = wanted.flatMap((name) => {
    const silent = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].filter((c) => !says(c, name)).map((c) => c.name ?? '')
    return silent.length === 0 ? [] : [`${name} for: ${[...new Set(silent)].sort().join()}`]
  })
  return texts.length === 0 ? undefined : `must specify ${texts.join('; ')}`
}

function says({ resources }: Container, name: string): boolean {
  const list = name.startsWith('limits.') ? resources?.limits : resources?.requests
  return list?.[name.slice(name.indexOf('.') + 1)] !== undefined
}

/** Whether the pod says as a whole what it wants (KEP-2837). */
const saysForTheWhole = (resources: ResourceRequirements | undefined): boolean =>
  hasPodLevel(resources?.requests) || hasPodLevel(resources?.limits)

const hasPodLevel = (list: ResourceList | undefined): boolean => Object.keys(list ?? {}).some(isPodLevelResource)

/** A pod that has ended counts as an object only, and so does one that should be gone: a node that is lost must not keep others from being made. */
export function usesNode({ metadata, status }: KubeObject, now: number): boolean {
  const { phase } = (status ?? {}) as { phase?: string }
  if (phase === 'Failed' || phase === 'Succeeded') return false
  const { deletionTimestamp, deletionGracePeriodSeconds: grace } = metadata
  return !deletionTimestamp || grace == null || now <= Date.parse(deletionTimestamp) + secondsToMs(grace)
}

export function podUsage(obj: KubeObject, now: number): Amounts {
  const used = new Map<string, Quantity>([[COUNT, ONE]])
  if (!usesNode(obj, now)) return used
  const pod = obj as unknown as Pod
  const [requests, limits] = [total(pod, 'requests'), total(pod, 'limits')]
  used.set('pods', ONE)
  for (const name of compute) {
    const [request, limit] = [requests.get(name), limits.get(name)]
    if (request !== undefined) used.set(name, request).set(`requests.${name}`, request)
    if (limit !== undefined) used.set(`limits.${name}`, limit)
  }
  for (const [name, value] of requests) {
    if (isHugePage(name)) used.set(name, value)
    if (isHugePage(name) || isExtendedResource(name) || name.startsWith(DEVICE_CLASS)) used.set(`requests.${name}`, value)
  }
  return used
}

/** What a pod asks for, or may take, and what its node has given it while that is more (component-helpers `resource`). */
export function total(pod: Pick<Pod, 'spec' | 'status'>, field: 'requests' | 'limits'): Map<string, Quantity> {
  const { spec } = pod
  const sum = containersTotal(pod, field)
  const whole = spec.resources
  if (field === 'requests' ? hasPodLevel(whole?.requests) : saysForTheWhole(whole)) {
    for (const [name, value] of amountsOf(whole?.[field])) if (isPodLevelResource(name)) sum.set(name, value)
  }
  const overhead = amountsOf(spec.overhead)
  if (field === 'requests') addTo(sum, overhead)
  // Where there is no limit none begins.
  else addTo(sum, new Map([...overhead].filter(([name]) => (sum.get(name)?.nano ?? 0n) !== 0n)))
  return sum
}

/** A pod's containers together: of what is wanted, of what was promised and of what is in effect the most. */
function containersTotal({ spec, status }: Pick<Pod, 'spec' | 'status'>, field: 'requests' | 'limits'): Map<string, Quantity> {
  const wanted = aggregate(spec, field)
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])]
  const infeasible = status?.conditions?.find((c) => c.type === 'PodResizePending')?.reason === 'Infeasible'
  if (!statuses.some((s) => s.resources !== undefined || s.allocatedResources !== undefined)) return infeasible ? new Map() : wanted
  const byName = new Map(statuses.reverse().map((s) => [s.name, s]))
  const own = (c: Container): ResourceList | undefined => (infeasible ? undefined : c.resources?.[field])
  const promised = (c: Container): ResourceList | undefined =>
    field === 'requests' ? (byName.get(c.name)?.allocatedResources ?? own(c)) : undefined
  const most = infeasible ? new Map<string, Quantity>() : wanted
  raiseTo(
    most,
    aggregate(spec, field, (c) => byName.get(c.name)?.resources?.[field] ?? promised(c) ?? own(c)),
  )
  if (field === 'requests') raiseTo(most, aggregate(spec, field, promised))
  return most
}
