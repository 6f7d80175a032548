import type { Informer } from '../client/informer.ts'
import { findCondition, type Condition, type ContainerStatus, type Pod } from '../client/objects.ts'
import { PODS } from '../client/resource.ts'
import { keyFor } from '../client/store.ts'
import { claimNames } from '../client/volume-binding.ts'
import { formatTime } from '../machinery/clock.ts'
import type { ControllerContext } from './controller.ts'

export function isReady(pod: Pod): boolean {
  return findCondition(pod.status?.conditions, 'Ready')?.status === 'True'
}

/** Since when the pod has been ready, in ms; undefined when it is not. */
export function readySince(pod: Pod): number | undefined {
  const c = findCondition(pod.status?.conditions, 'Ready')
  if (c?.status !== 'True') return undefined
  return c.lastTransitionTime == null ? 0 : Date.parse(c.lastTransitionTime)
}

/** Ready for at least `minReadySeconds`. */
export function isAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  const since = readySince(pod)
  if (since === undefined) return false
  return minReadySeconds === 0 || (since > 0 && since + minReadySeconds * 1000 <= now)
}

/** Milliseconds until the next of the ready pods has been so for long enough; the whole time when none of them is about to. */
export function untilAvailable(pods: readonly Pod[], minReadySeconds: number, now: number): number {
  const waits = pods.map((p) => (readySince(p) ?? 0) + minReadySeconds * 1000 - now).filter((ms) => ms > 0)
  return Math.min(minReadySeconds * 1000, ...waits)
}

/** The most restarts of one container, and of one sidecar, which is asked when the first are equal. */
function mostRestarts({ spec, status }: Pod): readonly [containers: number, sidecars: number] {
  const sidecars = new Set(spec?.initContainers?.filter((c) => c.restartPolicy === 'Always').map((c) => c.name))
  const most = (of: readonly ContainerStatus[]): number => of.reduce((n, s) => Math.max(n, s.restartCount ?? 0), 0)
  return [most(status?.containerStatuses ?? []), most((status?.initContainerStatuses ?? []).filter((s) => sidecars.has(s.name)))]
}

/** Whose containers restarted more often comes first. */
export function byRestarts(a: Pod, b: Pod): number {
  const [[most, sidecars], [mostB, sidecarsB]] = [mostRestarts(a), mostRestarts(b)]
  return mostB - most || sidecarsB - sidecars
}

export function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}

/** Neither finished nor being deleted. */
export function isActive(pod: Pod): boolean {
  return !isTerminal(pod) && pod.metadata.deletionTimestamp == null
}

export function isTerminating(pod: Pod): boolean {
  return !isTerminal(pod) && pod.metadata.deletionTimestamp != null
}

/** Index of pods by the node that they are on; '' for none. */
export const BY_NODE = 'spec.nodeName'

export function indexByNode(informer: Informer<Pod>): void {
  informer.addIndex(BY_NODE, (pod) => [pod.spec?.nodeName ?? ''])
}

/** Index of pods by the claims that they use, as `namespace/name`. */
export const BY_CLAIM = 'claim'

export function indexByClaim(informer: Informer<Pod>): void {
  informer.addIndex(BY_CLAIM, (pod) => claimNames(pod).map((name) => keyFor(name, pod.metadata.namespace)))
}

type Writer = Pick<ControllerContext, 'client' | 'clock' | 'signal'>

/** Whether the pod has the condition in these words already; another generation alone is no reason to write it again. */
export function says(pod: Pod, { type, status, reason, message }: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>): boolean {
  const old = findCondition(pod.status?.conditions, type)
  return old !== undefined && old.status === status && old.reason === reason && old.message === message
}

/**
 * Sets one condition of a pod, and more of its status, in one patch that another pod of the same name is safe from. The transition
 * time is the old one where the condition's status stays. Which generation of the pod was seen is said with it.
 */
export function patchCondition(
  ctx: Writer,
  pod: Pod,
  condition: Omit<Condition, 'lastTransitionTime'>,
  more: Record<string, unknown> = {},
): Promise<void> {
  const { generation } = pod.metadata
  return patchConditionOnly(ctx, pod, generation === undefined ? condition : { observedGeneration: generation, ...condition }, more)
}

/** The same without a generation, for those of the original's loops that say none. */
export async function patchConditionOnly(
  { client, clock, signal }: Writer,
  pod: Pod,
  condition: Omit<Condition, 'lastTransitionTime'>,
  more: Record<string, unknown> = {},
): Promise<void> {
  const { name = '', namespace, uid } = pod.metadata
  const old = findCondition(pod.status?.conditions, condition.type)
  const lastTransitionTime = old?.status === condition.status ? (old.lastTransitionTime ?? null) : formatTime(clock.now())
  const body = { metadata: { uid }, status: { ...more, conditions: [{ ...condition, lastTransitionTime }] } }
  await client.resource(PODS).patch(name, { type: 'strategic', body }, { namespace, subresource: 'status', signal })
}
