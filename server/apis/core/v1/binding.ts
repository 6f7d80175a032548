import { goQuote } from '../../../machinery/go-quote.ts'
import { formatTime } from '../../../machinery/clock.ts'
import { notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { badRequest, conflict, StatusError } from '../../../machinery/status.ts'
import { checkSubdomain } from './checks.ts'
import type { Binding, Pod, PodCondition, PodStatus } from './types.ts'

/** The rules for a Binding (core/validation ValidatePodBinding). */
export function validateBinding(binding: Binding): FieldError[] {
  const errors: FieldError[] = []
  const { kind = '', name = '' } = binding.target ?? {}
  if (kind !== '' && kind !== 'Node') errors.push(notSupported('target.kind', kind, ['Node', '<empty>']))
  if (name === '') errors.push(required('target.name'))
  else if (kind === '' || kind === 'Node') checkSubdomain(errors, name, 'target.name')
  return errors
}

/**
 * What the API server answers for a Binding that breaks its rules: upstream hands the aggregate of texts on as a plain error,
 * so it comes out as a 500.
 */
export function checkBinding(binding: Binding, podName: string): void {
  if ((binding.metadata.name ?? '') !== podName) throw badRequest('name in URL does not match name in Binding object')
  const errors = validateBinding(binding)
  if (errors.length === 0) return
  const texts = [...new Set(errors.map((e) => `${e.field}: ${e.body}`))]
  const text = texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`
  throw new StatusError(500, '', text)
}

const legacyAnnotations = [
  'pod.beta.kubernetes.io/init-containers',
  'pod.alpha.kubernetes.io/init-containers',
  'pod.beta.kubernetes.io/init-container-statuses',
  'pod.alpha.kubernetes.io/init-container-statuses',
]

/**
 * Binds a pod to a node, once: answers a changed copy, or throws the Conflict (or the precondition's) that the API server answers.
 * `now` in ms goes into the PodScheduled condition.
 */
export function assignPod(pod: Pod, binding: Binding, now: number): Pod {
  const name = pod.metadata.name ?? ''
  const refuse = (why: string): StatusError => conflict({ group: '', resource: 'pods/binding' }, name, why)
  const { uid, resourceVersion } = binding.metadata
  if (uid && uid !== pod.metadata.uid) throw precondition(pod, 'UID', uid, pod.metadata.uid ?? '')
  if (resourceVersion && resourceVersion !== pod.metadata.resourceVersion) {
    throw precondition(pod, 'ResourceVersion', resourceVersion, pod.metadata.resourceVersion ?? '')
  }
  if (pod.metadata.deletionTimestamp) throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`)
  if (pod.spec.nodeName) throw refuse(`pod ${name} is already assigned to node ${goQuote(pod.spec.nodeName)}`)
  if (pod.spec.schedulingGates?.length) throw refuse(`pod ${name} has non-empty .spec.schedulingGates`)
  const annotations = { ...pod.metadata.annotations, ...binding.metadata.annotations }
  for (const key of legacyAnnotations) delete annotations[key]
  const labels = { ...pod.metadata.labels, ...binding.metadata.labels }
  const status: PodStatus = { ...pod.status }
  delete status.nominatedNodeName
  status.conditions = setCondition(status.conditions, { type: 'PodScheduled', status: 'True' }, now)
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
      ...(Object.keys(labels).length > 0 ? { labels } : {}),
    },
    spec: { ...pod.spec, nodeName: binding.target?.name ?? '' },
    status,
  }
}

// The words are those of the storage layer, which is where upstream finds out.
function precondition(pod: Pod, field: string, wanted: string, found: string): StatusError {
  const { name = '', namespace = '' } = pod.metadata
  const key = `/registry/pods/${namespace}/${name}`
  const why = `Precondition failed: ${field} in precondition: ${wanted}, ${field} in object meta: ${found}`
  const text = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`
  return conflict({ group: '', resource: 'pods' }, name, text)
}

/** The conditions with one added or changed; its transition time moves only when its status does. */
export function setCondition(conditions: readonly PodCondition[] | undefined, condition: PodCondition, now: number): PodCondition[] {
  const old = conditions?.find((c) => c.type === condition.type)
  const lastTransitionTime = old?.status === condition.status ? (old?.lastTransitionTime ?? null) : formatTime(now)
  const next: PodCondition = { ...condition, lastProbeTime: condition.lastProbeTime ?? null, lastTransitionTime }
  if (old === undefined) return [...(conditions ?? []), next]
  return conditions!.map((c) => (c === old ? next : c))
}
