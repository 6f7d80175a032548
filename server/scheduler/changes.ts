import { isDeepStrictEqual } from 'node:util'
import { podClaimStatuses } from '../client/objects-resource.ts'
import type { Node } from '../client/objects.ts'
import type { Change, ClusterEvent } from './framework.ts'
import type { PodInfo } from './pod-info.ts'
import type { Resources } from './resources.ts'

type Check<T> = readonly [Change, (now: T, old: T) => boolean]

const differ =
  <T>(part: (of: T) => unknown) =>
  (now: T, old: T): boolean =>
    !isDeepStrictEqual(part(now), part(old))

const NODE: readonly Check<Node>[] = [
  ['labels', differ((n) => n.metadata.labels ?? {})],
  [
    'taints',
    (n, old) => differ((of: Node) => of.spec?.taints ?? [])(n, old) || (old.spec?.unschedulable === true && n.spec?.unschedulable !== true),
  ],
  ['allocatable', differ((n) => n.status?.allocatable ?? {})],
  ['declaredFeatures', differ((n) => n.status?.declaredFeatures ?? [])],
]

const POD: readonly Check<PodInfo>[] = [
  ['labels', differ(({ pod }) => pod.metadata.labels ?? {})],
  ['scaleDown', (now, old) => isLess(now.requests, old.requests)],
  // Tolerations are only ever added.
  ['tolerations', differ(({ pod }) => pod.spec?.tolerations?.length ?? 0)],
  ['gates', (now, old) => gatesOf(now) === 0 && gatesOf(old) > 0],
  ['claims', differ(({ pod }) => podClaimStatuses(pod))],
]

const gatesOf = ({ pod }: PodInfo): number => pod.spec?.schedulingGates?.length ?? 0

function isLess(now: Resources, old: Resources): boolean {
  if (now.milliCpu < old.milliCpu || now.memory < old.memory || now.ephemeralStorage < old.ephemeralStorage) return true
  return [...(old.scalars ?? [])].some(([name, n]) => (now.scalars?.get(name) ?? 0) < n)
}

const of = <T>(checks: readonly Check<T>[], now: T, old: T): ReadonlySet<Change> =>
  new Set(checks.filter(([, changed]) => changed(now, old)).map(([change]) => change))

/** Heartbeats change nothing that is of use to a pod. */
export const nodeChanges = (now: Node, old: Node): ReadonlySet<Change> => of(NODE, now, old)

type Update = ClusterEvent & { type: 'NodeUpdate' | 'AssignedPodUpdate' | 'PodUpdate' }

// Asked for every pod that waits.
const known = new WeakMap<ClusterEvent, ReadonlySet<Change>>()

/** What changed by the update. */
export function changesOf(event: Update): ReadonlySet<Change> {
  let changes = known.get(event)
  if (changes === undefined) {
    changes = event.type === 'NodeUpdate' ? nodeChanges(event.node.node ?? event.old, event.old) : of(POD, event.pod, event.old)
    known.set(event, changes)
  }
  return changes
}
