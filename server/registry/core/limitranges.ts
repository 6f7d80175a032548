import { randomUUID } from 'node:crypto'
import { defaultLimitRange, validateLimitRange } from '../../apis/core/v1/limitrange.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { createdAt } from '../generic/table-cells.ts'

export const limitranges: BuiltInKind = {
  group: '',
  resource: 'limitranges',
  strategy: {
    allowCreateOnUpdate: true,
    default: defaultLimitRange,
    // The one kind that needs no name.
    prepareForCreate: (obj) => void (obj.metadata.name ||= randomUUID()),
    ...validateWith(validateLimitRange),
  },
  table: createdAt,
}
