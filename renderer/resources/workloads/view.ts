import { slimMeta } from '../../kube/codec.ts'
import { type Cell, type Column, createdAt, type KindView, worstFirst } from '../../kube/columns.ts'
import type { KubeObject } from '../../kube/types.ts'
import { shortDuration } from '../../kube/age.ts'
import { none } from '../printed.ts'
import { revisionOf } from './revision.ts'
import { wanted, workloadStatus } from './status.ts'
import type { CronJob, Job, Workload } from './types.ts'

const name: Column = { id: 'name', label: 'name', type: 'text', width: 260, grow: true, cell: (o) => o.metadata.name }
const namespace: Column = { id: 'namespace', label: 'namespace', type: 'text', width: 130, cell: (o) => o.metadata.namespace ?? '' }
const age: Column = { id: 'age', label: 'age', type: 'age', width: 72, cell: createdAt, order: (o) => -(createdAt(o) ?? 0) }
const status = (key: string): Column => ({
  id: 'status',
  label: 'status',
  type: 'status',
  width: 150,
  cell: (o) => workloadStatus(key, o) ?? null,
  order: (o) => worstFirst(workloadStatus(key, o)),
})

type Containers = { name?: string; image?: string }[] | undefined
function wide<T>(containers: (o: T) => Containers): Column<T>[] {
  const listed = (o: T, what: 'name' | 'image'): string => (containers(o) ?? []).map((c) => c[what] ?? '').join(',') || none
  return [
    { id: 'containers', label: 'containers', type: 'text', width: 180, hidden: true, cell: (o) => listed(o, 'name') },
    { id: 'images', label: 'images', type: 'text', width: 240, hidden: true, cell: (o) => listed(o, 'image') },
  ]
}
const ofTemplate = (o: Workload): Containers => o.spec?.template?.spec?.containers
const ofJobTemplate = (o: CronJob): Containers => o.spec?.jobTemplate?.spec?.template?.spec?.containers

const number = (id: string, label: string, read: (s: NonNullable<Workload['status']>) => number | undefined): Column<Workload> => ({
  id,
  label,
  type: 'number',
  width: label === 'upToDate' ? 106 : 92,
  cell: (o) => read(o.status ?? {}) ?? 0,
})
/** Sorted by how much of what is wanted is there. */
const readyOf: Column<Workload> = {
  id: 'ready',
  label: 'ready',
  type: 'text',
  width: 80,
  cell: (o) => `${o.status?.readyReplicas ?? 0}/${wanted(o)}`,
  order: (o) => (wanted(o) === 0 ? 1 : (o.status?.readyReplicas ?? 0) / wanted(o)),
}
const replicaColumns: Column<Workload>[] = [
  { id: 'desired', label: 'desired', type: 'number', width: 84, cell: wanted },
  number('current', 'current', (s) => s.replicas),
  number('ready', 'ready', (s) => s.readyReplicas),
]

const timeOf = (text: string | undefined): number | null => {
  const at = Date.parse(text ?? '')
  return Number.isNaN(at) ? null : at
}

/** Goes on ticking while the job runs. */
function duration(job: Job): Cell {
  const start = timeOf(job.status?.startTime)
  const end = timeOf(job.status?.completionTime)
  return start === null || end === null ? start : shortDuration(end - start)
}

function completions({ spec, status: { succeeded = 0 } = {} }: Job): string {
  if (typeof spec?.completions === 'number') return `${succeeded}/${spec.completions}`
  const parallel = spec?.parallelism ?? 0
  return parallel > 1 ? `${succeeded}/1 of ${parallel}` : `${succeeded}/1`
}

const jobColumns: Column<Job>[] = [
  { id: 'completions', label: 'completions', type: 'text', width: 104, cell: completions, order: (o) => o.status?.succeeded ?? 0 },
  { id: 'duration', label: 'duration', type: 'age', width: 84, cell: duration, order: (o) => timeOf(o.status?.startTime) ?? 0 },
]

const cronJobColumns: Column<CronJob>[] = [
  { id: 'schedule', label: 'schedule', type: 'mono', width: 130, cell: (o) => o.spec?.schedule ?? '' },
  { id: 'timezone', label: 'timezone', type: 'text', width: 110, cell: (o) => o.spec?.timeZone ?? none },
  { id: 'suspend', label: 'suspend', type: 'text', width: 84, cell: (o) => (o.spec?.suspend ? 'True' : 'False') },
  { id: 'active', label: 'active', type: 'number', width: 76, cell: (o) => o.status?.active?.length ?? 0 },
  {
    id: 'last schedule',
    label: 'lastSchedule',
    type: 'age',
    width: 112,
    cell: (o) => timeOf(o.status?.lastScheduleTime) ?? none,
    order: (o) => -(timeOf(o.status?.lastScheduleTime) ?? 0),
  },
]

const selectorText = (of: Record<string, string> | undefined): string =>
  Object.entries(of ?? {})
    .map(([k, v]) => `${k}=${v}`)
    .join(',') || none

const revision: Column<Workload> = {
  id: 'revision',
  label: 'revision',
  type: 'number',
  width: 80,
  hidden: true,
  cell: (o) => Number(revisionOf(o) ?? Number.NaN) || null,
}

/** kubectl's columns (printers/internalversion), with a status word beside the figures. */
const columnsOf: Record<string, Column<never>[]> = {
  'deployments.apps': [
    readyOf,
    number('up-to-date', 'upToDate', (s) => s.updatedReplicas),
    number('available', 'available', (s) => s.availableReplicas),
  ],
  'replicasets.apps': [...replicaColumns, revision],
  replicationcontrollers: replicaColumns,
  'statefulsets.apps': [readyOf],
  'daemonsets.apps': [
    number('desired', 'desired', (s) => s.desiredNumberScheduled),
    number('current', 'current', (s) => s.currentNumberScheduled),
    number('ready', 'ready', (s) => s.numberReady),
    number('up-to-date', 'upToDate', (s) => s.updatedNumberScheduled),
    number('available', 'available', (s) => s.numberAvailable),
    {
      id: 'node selector',
      label: 'nodeSelector',
      type: 'text',
      width: 150,
      cell: (o: Workload) => selectorText(o.spec?.template?.spec?.nodeSelector),
    },
  ],
  'jobs.batch': jobColumns,
  'cronjobs.batch': cronJobColumns,
}

const view = (key: string): KindView<KubeObject> => ({
  columns: [
    name,
    namespace,
    status(key),
    ...((columnsOf[key] ?? []) as unknown as Column[]),
    age,
    ...((key === 'cronjobs.batch' ? wide(ofJobTemplate) : wide(ofTemplate)) as unknown as Column[]),
  ],
  status: (o) => workloadStatus(key, o),
  trim: (o) => ({ ...o, metadata: slimMeta(o.metadata) }),
})

export const workloadViews: Record<string, KindView> = Object.fromEntries(Object.keys(columnsOf).map((key) => [key, view(key)]))
