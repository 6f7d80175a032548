import { defaultSecret, secretOf, validateSecret, validateSecretUpdate } from '../../apis/core/v1/config-data.ts'
import { since } from '../../machinery/duration.ts'
import type { BuiltInKind } from '../definition.ts'
import { columns } from '../generic/table-columns.ts'

export const secrets: BuiltInKind = {
  group: '',
  resource: 'secrets',
  strategy: {
    default: (obj) => defaultSecret(secretOf(obj)),
    validate: (obj) => validateSecret(secretOf(obj)),
    validateUpdate: (obj, old) => validateSecretUpdate(secretOf(obj), secretOf(old)),
  },
  selectableFields: { type: (o) => secretOf(o).type ?? '' },
  table: {
    columns: columns('Name|Type|Data|Age'),
    cells(o, now) {
      const { metadata, type, data } = secretOf(o)
      return [metadata.name ?? '', type ?? '', Object.keys(data ?? {}).length, since(metadata.creationTimestamp, now)]
    },
  },
}
