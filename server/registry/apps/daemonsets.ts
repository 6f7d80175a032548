import { dropDisabledOfTemplate } from '../../apis/core/v1/disabled-fields.ts'
import {
  countTemplateGeneration,
  defaultDaemonSet,
  keepTemplateGeneration,
  NO_DAEMONS,
  readTemplateGeneration,
  templateGenerationFault,
  startTemplateGeneration,
  validateDaemonSet,
  validateDaemonSetStatus,
} from '../../apis/apps/v1/daemonset.ts'
import { copyJson } from '../../machinery/copy-json.ts'
import type { BuiltInKind } from '../definition.ts'
import { age, containers, labels, name, number, selector, table } from '../generic/table-cells.ts'
import { warnOfTemplate } from './workload-warnings.ts'

export const daemonsets: BuiltInKind = {
  group: 'apps',
  resource: 'daemonsets',
  strategy: {
    nameOnCreateOnly: true,
    generation: true,
    dropDisabled: dropDisabledOfTemplate('spec.template'),
    default: defaultDaemonSet,
    defaultStatus: readTemplateGeneration,
    unreadable: templateGenerationFault,
    prepareForCreate(obj) {
      obj.status = { ...NO_DAEMONS }
      startTemplateGeneration(obj)
    },
    prepareForUpdate: (obj, old) => countTemplateGeneration(obj, old),
    validate(obj, ctx) {
      const errors = validateDaemonSet(obj, undefined)
      // Its pods are named after it too, but nothing is said of that.
      if (errors.length === 0) warnOfTemplate(obj, ctx)
      return errors
    },
    validateUpdate(obj, old, ctx) {
      const errors = validateDaemonSet(obj, old)
      if (errors.length === 0 && obj.metadata.generation !== old.metadata.generation) warnOfTemplate(obj, ctx)
      return errors
    },
    prepareForStatusUpdate(obj, old) {
      obj.spec = copyJson(old.spec)
      keepTemplateGeneration(obj, old)
    },
    validateStatusUpdate: validateDaemonSetStatus,
  },
  table: table(
    'Name|Desired:integer|Current:integer|Ready:integer|Up-to-date:integer|Available:integer|Node Selector|Age|*Containers|*Images|*Selector',
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
}
