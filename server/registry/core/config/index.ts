import {
  configMapOf,
  defaultSecret,
  secretOf,
  validateConfigMap,
  validateConfigMapUpdate,
  validateSecret,
  validateSecretUpdate,
} from '../../../apis/core/v1/config-data.ts'
import { since } from '../../../machinery/duration.ts'
import type { BuiltInKind } from '../../definition.ts'
import { columns } from '../../tables/columns.ts'

const count = (...maps: (object | undefined)[]): number => maps.reduce((n: number, m) => n + Object.keys(m ?? {}).length, 0)

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
      return [metadata.name ?? '', count(data, binaryData), since(metadata.creationTimestamp, now)]
    },
  },
}

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
      return [metadata.name ?? '', type ?? '', count(data), since(metadata.creationTimestamp, now)]
    },
  },
}
