import { going } from '../../kube/going.ts'
import type { KubeObject, StatusWord } from '../../kube/types.ts'
import type { CronJob, Job, Workload } from './types.ts'

/** Nobody has looked at the object yet, or at this version of it: nothing is known to go on. */
const notObserved: StatusWord = { text: 'NotObserved', tone: 'muted' }
const progressing: StatusWord = { text: 'Progressing', tone: 'busy' }
const notReady: StatusWord = { text: 'NotReady', tone: 'warn' }
const ready: StatusWord = { text: 'Ready', tone: 'ok' }
/** Nothing is wanted, so nothing can be missing. */
const scaledToZero: StatusWord = { text: 'ScaledToZero', tone: 'muted' }

const condition = (o: Workload | Job, type: string) => o.status?.conditions?.find((c) => c.type === type)
const holds = (o: Workload | Job, type: string): boolean => condition(o, type)?.status === 'True'

const unobserved = (o: Workload): boolean => o.status?.observedGeneration === undefined
const behind = (o: Workload): boolean => (o.status?.observedGeneration ?? 0) < (o.metadata.generation ?? 0)

/** The API fills in 1, so that only an object from elsewhere lacks it. */
export const wanted = (o: Workload): number => o.spec?.replicas ?? 1

const failure = (o: Workload): StatusWord | undefined =>
  holds(o, 'ReplicaFailure') ? { text: condition(o, 'ReplicaFailure')?.reason || 'ReplicaFailure', tone: 'bad' } : undefined

/** As `kubectl rollout status` judges it (kubectl pkg/polymorphichelpers/rollout_status.go), and what of it is there now. */
function deploymentStatus(o: Workload): StatusWord {
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0 } = o.status ?? {}
  if (o.spec?.paused) return { text: 'Paused', tone: 'warn' }
  if (unobserved(o)) return notObserved
  if (behind(o)) return progressing
  const progress = condition(o, 'Progressing')
  if (progress?.status === 'False') return { text: progress.reason || 'NotProgressing', tone: 'bad' }
  const failed = failure(o)
  if (failed) return failed
  if (wanted(o) === 0 && replicas === 0) return scaledToZero
  if (updatedReplicas < wanted(o) || replicas > updatedReplicas) return progressing
  if (availableReplicas >= wanted(o)) return { text: 'Available', tone: 'ok' }
  // A rollout that was complete before has lost pods since.
  const lost = progress?.reason === 'NewReplicaSetAvailable'
  if (!lost) return progressing
  return availableReplicas === 0 ? { text: 'Unavailable', tone: 'bad' } : notReady
}

function replicaStatus(o: Workload): StatusWord {
  const { replicas = 0, readyReplicas = 0 } = o.status ?? {}
  if (unobserved(o)) return notObserved
  const failed = failure(o)
  if (failed) return failed
  if (behind(o)) return progressing
  if (wanted(o) === 0) return replicas === 0 ? scaledToZero : progressing
  if (replicas !== wanted(o)) return progressing
  return readyReplicas >= wanted(o) ? ready : notReady
}

function daemonSetStatus(o: Workload): StatusWord {
  const { desiredNumberScheduled = 0, updatedNumberScheduled = 0, numberReady = 0 } = o.status ?? {}
  if (unobserved(o)) return notObserved
  if (behind(o)) return progressing
  if (desiredNumberScheduled === 0) return { text: 'NoNodes', tone: 'muted' }
  if (updatedNumberScheduled < desiredNumberScheduled) return progressing
  return numberReady >= desiredNumberScheduled ? ready : notReady
}

/** The words of kubectl's STATUS column, but for what has not begun and what begins anew after failures: kubectl calls both Running. */
function jobStatus(o: Job): StatusWord {
  if (holds(o, 'Complete')) return { text: 'Complete', tone: 'ok' }
  if (holds(o, 'Failed')) return { text: 'Failed', tone: 'bad' }
  if (holds(o, 'Suspended') || o.spec?.suspend) return { text: 'Suspended', tone: 'muted' }
  if (holds(o, 'FailureTarget')) return { text: 'FailureTarget', tone: 'bad' }
  if (holds(o, 'SuccessCriteriaMet')) return { text: 'SuccessCriteriaMet', tone: 'busy' }
  if (o.status?.startTime === undefined) return { text: 'NotStarted', tone: 'muted' }
  return (o.status.failed ?? 0) > 0 ? { text: 'Retrying', tone: 'warn' } : { text: 'Running', tone: 'busy' }
}

function cronJobStatus(o: CronJob): StatusWord {
  if (o.spec?.suspend) return { text: 'Suspended', tone: 'muted' }
  if ((o.status?.active?.length ?? 0) > 0) return { text: 'Active', tone: 'busy' }
  return o.status?.lastScheduleTime ? { text: 'Scheduled', tone: 'ok' } : { text: 'NotScheduledYet', tone: 'muted' }
}

const rules: Record<string, (o: never) => StatusWord> = {
  'deployments.apps': deploymentStatus,
  'replicasets.apps': replicaStatus,
  replicationcontrollers: replicaStatus,
  'statefulsets.apps': replicaStatus,
  'daemonsets.apps': daemonSetStatus,
  'jobs.batch': jobStatus,
  'cronjobs.batch': cronJobStatus,
}

/** How a workload of this kind is, in one word of its own API where it has one; undefined for other kinds. */
export function workloadStatus(key: string, object: KubeObject): StatusWord | undefined {
  const rule = Object.hasOwn(rules, key) ? rules[key] : undefined
  if (!rule) return undefined
  return going(object.metadata) ?? rule(object as never)
}
