import { configMapOf, validateConfigMap, validateConfigMapUpdate } from '../../apis/core/v1/config-data.ts'
import { since } from '../../machinery/duration.ts'
import type { BuiltInKind } from '../definition.ts'
import { columns } from '../generic/table-columns.ts'

const sizeOf = (map: object | undefined): number => Object.keys(map ?? {}).length

export const configmaps: BuiltInKind = {
  group: '',
  resource: 'configmaps',
  strategy: {
    validate: (obj) => validateConfigMap(configMapOf(obj)),
    validateUpdate: (obj, old) => validateConfigMapUpdate(configMapOf(obj), configMapOf(old)),
  },
  table: {
    columns: columns('Name|Data|Age'),
    cells(o, now) {
      const { metadata, data, binaryData } = configMapOf(o)
      return [metadata.name ?? '', sizeOf(data) + sizeOf(binaryData), since(metadata.creationTimestamp, now)]
    },
  },
}
