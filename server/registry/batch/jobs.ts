import { goQuote } from '../../machinery/go-quote.ts'
import { dropDisabledOfTemplate } from '../../apis/core/v1/disabled-fields.ts'
import { defaultJob, generateSelector, labelsOfTemplate, validateJob } from '../../apis/batch/v1/job.ts'
import { validateJobStatus } from '../../apis/batch/v1/job-status.ts'
import { jobWarnings } from '../../apis/batch/v1/job-warnings.ts'
import { humanDuration } from '../../machinery/duration.ts'
import { listAt, textAt, valueAt } from '../../machinery/json-walk.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, containers, name, selector, table, type Cell } from '../generic/table-cells.ts'

const conditionIsTrue = (o: KubeObject, type: string): boolean =>
  listAt(o, 'status.conditions').some((c) => textAt(c, 'type') === type && textAt(c, 'status') === 'True')

const jobStatus: Cell = (o) => {
  if (conditionIsTrue(o, 'Complete')) return 'Complete'
  if (conditionIsTrue(o, 'Failed')) return 'Failed'
  if (o.metadata.deletionTimestamp) return 'Terminating'
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find((type) => conditionIsTrue(o, type)) ?? 'Running'
}

const completions: Cell = (o) => {
  const done = Number(valueAt(o, 'status.succeeded') ?? 0)
  const wanted = valueAt(o, 'spec.completions')
  if (typeof wanted === 'number') return `${done}/${wanted}`
  const parallel = Number(valueAt(o, 'spec.parallelism') ?? 0)
  return parallel > 1 ? `${done}/1 of ${parallel}` : `${done}/1`
}

const jobDuration: Cell = (o, now) => {
  const start = textAt(o, 'status.startTime')
  if (start === '') return ''
  const end = textAt(o, 'status.completionTime')
  return humanDuration((end === '' ? now : Date.parse(end)) - Date.parse(start))
}

export const jobs: BuiltInKind = {
  group: 'batch',
  resource: 'jobs',
  strategy: {
    nameOnCreateOnly: true,
    generation: true,
    defaultGarbageCollectionPolicy: 'OrphanDependents',
    dropDisabled: dropDisabledOfTemplate('spec.template', [{ gate: 'WorkloadWithJob', paths: ['spec.scheduling'] }]),
    default: defaultJob,
    prepareForCreate(obj) {
      obj.status = {}
      if (valueAt(obj, 'spec.manualSelector') === false) generateSelector(obj)
    },
    // A job without labels of its own has those of its template, the generated ones too.
    canonicalize: labelsOfTemplate,
    ...validateWith(validateJob, jobWarnings),
    validateStatusUpdate: validateJobStatus,
  },
  selectableFields: { 'status.successful': (o) => String(valueAt(o, 'status.succeeded') ?? 0) },
  fieldLabels: { unsupported: (field) => `field label ${goQuote(field)} not supported for Job` },
  table: table(
    'Name|Status|Completions|Duration|Age|*Containers|*Images|*Selector',
    name,
    jobStatus,
    completions,
    jobDuration,
    age,
    containers('spec.template'),
    selector('spec.selector'),
  ),
  warnings: {
    delete:
      'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  },
}
