import {
  defaultResourceQuota,
  resourceQuotaWarnings,
  validateResourceQuota,
  validateResourceQuotaStatus,
} from '../../apis/core/v1/resourcequota.ts'
import { valueAt } from '../../machinery/json-walk.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, name, table, type Cell } from '../generic/table-cells.ts'

const quota =
  (limits: boolean): Cell =>
  (o) => {
    const hard = (valueAt(o, 'status.hard') ?? {}) as Record<string, string>
    const used = (valueAt(o, 'status.used') ?? {}) as Record<string, string>
    const names = Object.keys(hard)
      .sort()
      .filter((r) => r.startsWith('limits.') === limits)
    return names.map((r) => `${r}: ${used[r] ?? '0'}/${hard[r]}`).join(', ')
  }

export const resourcequotas: BuiltInKind = {
  group: '',
  resource: 'resourcequotas',
  strategy: {
    nameOnCreateOnly: true,
    returnDeletedObject: true,
    default: defaultResourceQuota,
    prepareForCreate: (obj) => void (obj.status = {}),
    ...validateWith(validateResourceQuota, (obj, old) => (old === undefined ? resourceQuotaWarnings(obj) : [])),
    validateStatusUpdate: validateResourceQuotaStatus,
  },
  table: table('Name|Request|Limit|Age', name, quota(false), quota(true), age),
}
