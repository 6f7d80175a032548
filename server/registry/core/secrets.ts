import { defaultSecret, secretOf, secretWarnings, validateSecret, validateSecretUpdate } from '../../apis/core/v1/config-data.ts'
import { since } from '../../machinery/duration.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { columns } from '../generic/table-columns.ts'

export const secrets: BuiltInKind = {
  group: '',
  resource: 'secrets',
  strategy: {
    default: (obj) => defaultSecret(secretOf(obj)),
    ...validateWith(
      (obj, old) =>
        old === undefined
          ? validateSecret(secretOf(obj as KubeObject))
          : validateSecretUpdate(secretOf(obj as KubeObject), secretOf(old as KubeObject)),
      (obj) => secretWarnings(secretOf(obj)),
    ),
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
