import { validateObjectMetaUpdate } from '../../apis/meta/v1/validation.ts'
import { cidrsOf, validateServiceCIDR, validateServiceCIDRUpdate } from '../../apis/networking/v1/service-cidr.ts'
import { since } from '../../machinery/duration.ts'
import type { BuiltInKind } from '../definition.ts'
import type { Strategy } from '../generic/strategy.ts'
import { columns } from '../generic/table-columns.ts'

const strategy: Strategy = {
  nameOnCreateOnly: true,
  resetMetadataForStatus: true,
  default(obj) {
    obj.spec ??= {}
    obj.status ??= {}
  },
  prepareForCreate: (obj) => void (obj.status = {}),
  validate: validateServiceCIDR,
  validateUpdate: validateServiceCIDRUpdate,
  validateStatusUpdate: (obj, old) => validateObjectMetaUpdate(obj.metadata, old.metadata, 'metadata'),
}

export const servicecidrs: BuiltInKind = {
  group: 'networking.k8s.io',
  resource: 'servicecidrs',
  strategy,
  selectableFields: {},
  table: {
    columns: columns('Name|CIDRs|Age'),
    cells: (o, now) => [o.metadata.name ?? '', cidrsOf(o).join(','), since(o.metadata.creationTimestamp, now)],
  },
}
