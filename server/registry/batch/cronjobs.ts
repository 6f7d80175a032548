import { dropDisabledOfTemplate } from '../../apis/core/v1/disabled-fields.ts'
import { defaultCronJob, validateCronJob } from '../../apis/batch/v1/cronjob.ts'
import { cronJobWarnings } from '../../apis/batch/v1/job-warnings.ts'
import { valueAt } from '../../machinery/json-walk.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, containers, count, name, selector, sinceField, table, text, type Cell } from '../generic/table-cells.ts'

const onOff =
  (path: string): Cell =>
  (o) => {
    const value = valueAt(o, path)
    return typeof value === 'boolean' ? (value ? 'True' : 'False') : '<unset>'
  }

export const cronjobs: BuiltInKind = {
  group: 'batch',
  resource: 'cronjobs',
  strategy: {
    nameOnCreateOnly: true,
    generation: true,
    dropDisabled: dropDisabledOfTemplate('spec.jobTemplate.spec.template', [
      { gate: 'WorkloadWithJob', paths: ['spec.jobTemplate.spec.scheduling'] },
    ]),
    default: defaultCronJob,
    prepareForCreate: (obj) => void (obj.status = {}),
    ...validateWith(validateCronJob, cronJobWarnings),
  },
  table: table(
    'Name|Schedule|Timezone|Suspend:boolean|Active:integer|Last Schedule|Age|*Containers|*Images|*Selector',
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
}
