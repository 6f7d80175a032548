import type { KubeObject } from '../../kube/types.ts'
import type { LogSource } from './many-logs.ts'

interface Ended {
  exitCode: number
  reason?: string
}
interface State {
  running?: object
  waiting?: { reason?: string; message?: string }
  terminated?: Ended
}
interface Status {
  name: string
  ready?: boolean
  restartCount?: number
  state?: State
  lastState?: State
}
interface Named {
  name: string
}

/** What of a pod says which logs it has. */
export interface LoggingPod extends KubeObject {
  spec?: { containers?: Named[]; initContainers?: Named[]; ephemeralContainers?: Named[] }
  status?: { phase?: string; containerStatuses?: Status[]; initContainerStatuses?: Status[]; ephemeralContainerStatuses?: Status[] }
}

/** Init containers come last: most often they are over. */
export const containersOf = ({ spec }: LoggingPod): string[] =>
  [...(spec?.containers ?? []), ...(spec?.initContainers ?? []), ...(spec?.ephemeralContainers ?? [])].map(({ name }) => name)

const statusesOf = ({ status }: LoggingPod): Status[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
  ...(status?.ephemeralContainerStatuses ?? []),
]

/** Some run has begun: before that there is nothing to read. */
const hasBegun = ({ state, lastState }: Status): boolean => Boolean(state?.running ?? state?.terminated ?? lastState?.terminated)

/** While it waits for its next run, a container's log is still that of its last one (kubelet validateContainerLogStatus). */
const earlierRun = ({ state, lastState }: Status): Ended | undefined => (state?.waiting ? undefined : lastState?.terminated)

export const hasEarlierRun = (pod: LoggingPod): boolean => statusesOf(pod).some((status) => earlierRun(status) !== undefined)

const isFailing = ({ state, lastState, ready }: Status): boolean => {
  const ended = state?.terminated ?? (ready ? undefined : lastState?.terminated)
  return (ended?.exitCode ?? 0) !== 0
}

/** kubectl's own (kubectl pkg/cmd/util/podcmd). */
const chosenByAuthor = 'kubectl.kubernetes.io/default-container'

/** The container that one wants to read first: the one that fails, else the one that its author names, else the first. */
export function firstToRead(pod: LoggingPod): string {
  const failing = statusesOf(pod).find(isFailing)
  const named = pod.metadata.annotations?.[chosenByAuthor]
  const all = containersOf(pod)
  return failing?.name ?? (named !== undefined && all.includes(named) ? named : all[0]) ?? ''
}

/** Containers that have never run, and what they wait for. */
export const waiting = (pod: LoggingPod, only: string): { name: string; reason: string; message: string }[] =>
  statusesOf(pod)
    .filter((status) => (only === '' || only === status.name) && !hasBegun(status) && status.state?.waiting)
    .map(({ name, state }) => ({ name, reason: state?.waiting?.reason ?? '', message: state?.waiting?.message ?? '' }))

export interface Reading {
  /** Of these containers only; '' for all. */
  container: string
  /** Seconds, `all`, or '0' for the last lines. */
  since: string
  tail: number
  /** The run before the present one is read too. */
  earlier: boolean
}

export interface NamedSource extends LogSource {
  pod: string
  /** What its lines are marked with. */
  name: string
  /** It is of the run before the present one. */
  earlier: boolean
}

/** The logs of a pod's containers that have begun; the run before comes before the present one. */
export function sourcesOf(pod: LoggingPod, context: string, { container, since, tail, earlier }: Reading): NamedSource[] {
  const { name: podName, namespace = '', uid = '' } = pod.metadata
  // None of its containers runs again (the pod's phase, pkg/kubelet getPhase).
  const over = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
  const several = containersOf(pod).length > 1 && container === ''
  return statusesOf(pod)
    .filter((status) => (container === '' || container === status.name) && hasBegun(status))
    .flatMap((status): NamedSource[] => {
      const { name, restartCount: run = 0 } = status
      const before = earlierRun(status)
      const path = (previous: boolean) => (after: string | undefined) => {
        const query = new URLSearchParams({
          container: name,
          timestamps: 'true',
          ...(previous ? { previous: 'true' } : over ? {} : { follow: 'true' }),
        })
        if (after) query.set('sinceTime', after)
        else if (since === '0') query.set('tailLines', String(tail))
        else if (since !== 'all') query.set('sinceSeconds', since)
        return `/api/v1/namespaces/${namespace}/pods/${podName}/log?${query}`
      }
      const of = `${uid}/${name}`
      const source = { of, pod: podName, name: several ? `${podName}/${name}` : podName, context }
      const present = { ...source, id: of, run, before, over, earlier: false, path: path(false) }
      const previous = { ...source, id: `${of}/${run - 1}`, run: run - 1, over: true, earlier: true, path: path(true) }
      return earlier && before ? [previous, present] : [present]
    })
}

/** The pod that its controller has made since one is gone: the newest that is not going itself. */
export function successor(gone: LoggingPod, all: readonly KubeObject[]): LoggingPod | undefined {
  const owner = controller(gone)
  if (owner === undefined) return undefined
  return all
    .filter(({ metadata }) => controller({ metadata }) === owner && metadata.uid !== gone.metadata.uid && !metadata.deletionTimestamp)
    .sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? 1 : -1))[0] as LoggingPod | undefined
}

const controller = ({ metadata }: Pick<KubeObject, 'metadata'>): string | undefined =>
  metadata.ownerReferences?.find((owner) => owner.controller)?.uid
