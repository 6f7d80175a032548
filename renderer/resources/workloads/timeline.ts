import type { KubeObject, Tone } from '../../kube/types.ts'
import { type Event, lastSeen, timesSeen } from '../events/view.ts'
import type { ContainerStatus, Pod } from '../pods/types.ts'
import { revisionOf } from './revision.ts'

/** One thing that happened to a workload or to what it owns. */
export interface Moment {
  key: string
  /** ms since the epoch, to the second. */
  at: number
  resource: string
  name: string
  /** Kubernetes' own word. */
  what: string
  message: string
  tone: Tone
  /** What comes later in a life, among what happened in one second. */
  step: number
}

/** The API's times are whole seconds, in which a pod may come, start and be ready: then what must come first did. */
const steps = {
  ScalingReplicaSet: 0,
  made: 1,
  SuccessfulCreate: 2,
  podMade: 3,
  Scheduled: 4,
  Pulling: 5,
  Pulled: 6,
  Created: 7,
  Started: 8,
  other: 9,
  ready: 10,
  ended: 11,
  going: 12,
} as const

const stepOf = (reason: string | undefined): number =>
  Object.hasOwn(steps, reason ?? '') ? steps[reason as keyof typeof steps] : steps.other

interface Parts {
  /** ReplicaSets or Jobs, or whatever stands between the workload and its pods. */
  middle: { resource: string; objects: readonly KubeObject[] }
  pods: readonly Pod[]
  /** Of the whole namespace; those about something else are left out. */
  events: readonly Event[]
}

const resources: Record<string, string> = { Pod: 'pods' }

/**
 * Everything that is known of a rollout on one line of time, the newest first: replica sets and pods as they came, became ready and ended,
 * and the events about any of them. What an object says of itself stays when its events are gone.
 */
export function timelineOf(owner: KubeObject, ownerKey: string, { middle, pods, events }: Parts): Moment[] {
  const uids = new Map<string | undefined, string>([
    [owner.metadata.uid, ownerKey],
    ...middle.objects.map(({ metadata }) => [metadata.uid, middle.resource] as const),
    ...pods.map(({ metadata }) => [metadata.uid, 'pods'] as const),
  ])
  const known = new Set([owner, ...middle.objects, ...pods].map(({ metadata }) => metadata.name))
  const moments: Moment[] = [
    ...middle.objects.flatMap((object) => {
      const revision = revisionOf(object)
      return momentOf(
        middle.resource,
        object,
        steps.made,
        'Created',
        object.metadata.creationTimestamp,
        'muted',
        revision ? `revision ${revision}` : '',
      )
    }),
    ...pods.flatMap(podMoments),
    ...events.flatMap((event) => {
      const about: NonNullable<Event['involvedObject']> = event.involvedObject ?? {}
      const at = lastSeen(event)
      // A pod that is gone is told of by its name: it begins with its owner's.
      const gone = !known.has(about.name ?? '') && [...known].some((name) => about.name?.startsWith(`${name}-`))
      const resource = about.uid === undefined ? undefined : (uids.get(about.uid) ?? (gone ? resources[about.kind ?? ''] : undefined))
      if (at === null || resource === undefined) return []
      const times = timesSeen(event)
      return {
        key: event.metadata.uid ?? event.metadata.name,
        at,
        resource,
        name: about.name ?? '',
        what: event.reason ?? '',
        message: [event.message, times > 1 && `×${times}`].filter(Boolean).join(' '),
        tone: event.type === 'Warning' ? ('warn' as const) : ('muted' as const),
        step: stepOf(event.reason),
      }
    }),
  ]
  return moments.sort((a, b) => b.at - a.at || b.step - a.step || (a.key < b.key ? 1 : -1))
}

function podMoments(pod: Pod): Moment[] {
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready')
  const ends = (pod.status?.containerStatuses ?? []).flatMap((status) => endsOf(pod, status))
  return [
    ...momentOf('pods', pod, steps.podMade, 'Created', pod.metadata.creationTimestamp, 'muted', ''),
    ...(ready?.status === 'True' ? momentOf('pods', pod, steps.ready, 'Ready', ready.lastTransitionTime, 'ok', '') : []),
    ...(ready?.status === 'False' && pod.status?.phase === 'Running'
      ? momentOf('pods', pod, steps.ready, 'NotReady', ready.lastTransitionTime, 'warn', ready.message ?? '')
      : []),
    ...ends,
    ...momentOf('pods', pod, steps.going, 'Terminating', pod.metadata.deletionTimestamp, 'busy', ''),
  ]
}

const endsOf = (pod: Pod, { name, state, lastState }: ContainerStatus): Moment[] =>
  [state?.terminated, lastState?.terminated].flatMap((end, index) =>
    end
      ? momentOf(
          'pods',
          pod,
          steps.ended,
          end.reason ?? 'Terminated',
          end.finishedAt,
          end.exitCode === 0 ? 'muted' : 'bad',
          `${name}: exit code ${end.exitCode}`,
          `${name} ${index}`,
        )
      : [],
  )

function momentOf(
  resource: string,
  { metadata }: KubeObject,
  step: number,
  what: string,
  time: string | undefined,
  tone: Tone,
  message: string,
  part = '',
): Moment[] {
  const at = Date.parse(time ?? '')
  if (Number.isNaN(at)) return []
  const key = `${metadata.uid} ${what} ${part}`
  return [{ key, at: Math.floor(at / 1000) * 1000, resource, name: metadata.name, what, message, tone, step }]
}
