import {
  apiServiceNameErrors,
  defaultApiService,
  markLocal,
  validateApiService,
  validateApiServiceStatus,
} from '../../apis/apiregistration/v1/apiservice.ts'
import { formatTime } from '../../machinery/clock.ts'
import { listAt, textAt, valueAt } from '../../machinery/json-walk.ts'
import type { BuiltInKind } from '../definition.ts'
import { age, name, table, type Cell } from '../generic/table-cells.ts'

const available: Cell = (o) => {
  const c = listAt(o, 'status.conditions').find((x) => textAt(x, 'type') === 'Available')
  if (c === undefined) return 'Unknown'
  const status = textAt(c, 'status')
  return status === 'True' || textAt(c, 'reason') === '' ? status : `${status} (${textAt(c, 'reason')})`
}

export const apiservices: BuiltInKind = {
  group: 'apiregistration.k8s.io',
  resource: 'apiservices',
  statusTable: false,
  strategy: {
    anyFinalizer: true,
    allowUnconditionalUpdate: false,
    resetMetadataForStatus: ['labels', 'annotations', 'finalizers', 'ownerReferences'],
    repeatsMetadataErrors: 2,
    nameNotOnStatus: true,
    default: defaultApiService,
    nameErrors: (name, _prefix, obj) => apiServiceNameErrors(name, obj),
    prepareForCreate: (obj, { clock }) => markLocal(obj, formatTime(clock.now())),
    validate: validateApiService,
    validateUpdate: validateApiService,
    validateStatusUpdate: validateApiServiceStatus,
  },
  table: table(
    'Name|Service|Available|Age',
    name,
    (o) =>
      valueAt(o, 'spec.service') === undefined ? 'Local' : `${textAt(o, 'spec.service.namespace')}/${textAt(o, 'spec.service.name')}`,
    available,
    age,
  ),
  storage: { prefix: 'apiregistration.k8s.io/apiservices' },
}
