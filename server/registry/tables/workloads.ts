import { humanDuration } from '../../machinery/duration.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { TableDefinition } from '../generic/strategy.ts'
import { age, at, containers, count, labels, listAt, name, number, selector, sinceField, table, text, textAt, type Cell } from './cells.ts'

/** Tables of workloads besides pods, Deployments and ReplicaSets (printers/internalversion). */
const conditionIsTrue = (o: KubeObject, type: string): boolean =>
  listAt(o, 'status.conditions').some((c) => textAt(c, 'type') === type && textAt(c, 'status') === 'True')

const jobStatus: Cell = (o) => {
  if (conditionIsTrue(o, 'Complete')) return 'Complete'
  if (conditionIsTrue(o, 'Failed')) return 'Failed'
  if (o.metadata.deletionTimestamp) return 'Terminating'
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find((type) => conditionIsTrue(o, type)) ?? 'Running'
}

const completions: Cell = (o) => {
  const done = Number(at(o, 'status.succeeded') ?? 0)
  const wanted = at(o, 'spec.completions')
  if (typeof wanted === 'number') return `${done}/${wanted}`
  const parallel = Number(at(o, 'spec.parallelism') ?? 0)
  return parallel > 1 ? `${done}/1 of ${parallel}` : `${done}/1`
}

const jobDuration: Cell = (o, now) => {
  const start = textAt(o, 'status.startTime')
  if (start === '') return ''
  const end = textAt(o, 'status.completionTime')
  return humanDuration((end === '' ? now : Date.parse(end)) - Date.parse(start))
}

const onOff =
  (path: string): Cell =>
  (o) => {
    const value = at(o, path)
    return typeof value === 'boolean' ? (value ? 'True' : 'False') : '<unset>'
  }

const controller: Cell = (o) => {
  const owner = o.metadata.ownerReferences?.find((r) => r.controller)
  if (owner === undefined) return '<none>'
  const slash = owner.apiVersion.indexOf('/')
  const kind = slash === -1 ? owner.kind : `${owner.kind}.${owner.apiVersion.slice(0, slash)}`
  return `${kind.toLowerCase()}/${owner.name}`
}

const WIDE = '*Containers|*Images|*Selector'

/** Of what keeps so many pods. */
export const replicaTable = (selects: Cell): TableDefinition =>
  table(
    `Name|Desired:integer|Current:integer|Ready:integer|Age|${WIDE}`,
    name,
    number('spec.replicas'),
    number('status.replicas'),
    number('status.readyReplicas'),
    age,
    containers('spec.template'),
    selects,
  )

export const workloadTables: Readonly<Record<string, TableDefinition>> = {
  podtemplates: table('Name|Containers|Images|Pod Labels', name, containers('template'), labels('template.metadata.labels')),
  replicationcontrollers: replicaTable(labels('spec.selector')),
  'statefulsets.apps': table(
    'Name|Ready|Age|*Containers|*Images',
    name,
    (o) => `${String(at(o, 'status.readyReplicas') ?? 0)}/${String(at(o, 'spec.replicas') ?? 0)}`,
    age,
    containers('spec.template'),
  ),
  'daemonsets.apps': table(
    `Name|Desired:integer|Current:integer|Ready:integer|Up-to-date:integer|Available:integer|Node Selector|Age|${WIDE}`,
    name,
    number('status.desiredNumberScheduled'),
    number('status.currentNumberScheduled'),
    number('status.numberReady'),
    number('status.updatedNumberScheduled'),
    number('status.numberAvailable'),
    labels('spec.template.spec.nodeSelector'),
    age,
    containers('spec.template'),
    selector('spec.selector'),
  ),
  'controllerrevisions.apps': table('Name|Controller|Revision|Age', name, controller, number('revision'), age),
  'jobs.batch': table(
    `Name|Status|Completions|Duration|Age|${WIDE}`,
    name,
    jobStatus,
    completions,
    jobDuration,
    age,
    containers('spec.template'),
    selector('spec.selector'),
  ),
  'cronjobs.batch': table(
    `Name|Schedule|Timezone|Suspend:boolean|Active:integer|Last Schedule|Age|${WIDE}`,
    name,
    text('spec.schedule'),
    text('spec.timeZone', '<none>'),
    onOff('spec.suspend'),
    count('status.active'),
    sinceField('status.lastScheduleTime', '<none>'),
    age,
    containers('spec.jobTemplate.spec.template'),
    selector('spec.jobTemplate.spec.selector'),
  ),
  'poddisruptionbudgets.policy': table(
    'Name|Min Available|Max Unavailable|Allowed Disruptions:integer|Age',
    name,
    (o) => String(at(o, 'spec.minAvailable') ?? 'N/A'),
    (o) => String(at(o, 'spec.maxUnavailable') ?? 'N/A'),
    number('status.disruptionsAllowed'),
    age,
  ),
}
