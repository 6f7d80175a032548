import { defaultCustomResourceDefinition, defaultDefinitionStatus } from '../../apis/apiextensions/v1beta1/customresourcedefinition.ts'
import { listAt, textAt, valueAt } from '../../machinery/json-walk.ts'
import type { BuiltInKind } from '../definition.ts'
import { name, table, text, type Cell } from '../generic/table-cells.ts'

const servedVersions: Cell = (o) =>
  listAt(o, 'spec.versions')
    .filter((v) => valueAt(v, 'served') === true)
    .map((v) => `${textAt(v, 'name')}${valueAt(v, 'storage') === true ? '(storage)' : ''}`)
    .sort()
    .join(',')

const established: Cell = (o) =>
  listAt(o, 'status.conditions').some((c) => textAt(c, 'type') === 'Established' && textAt(c, 'status') === 'True')

export const customresourcedefinitions: BuiltInKind = {
  group: 'apiextensions.k8s.io',
  resource: 'customresourcedefinitions',
  strategy: {
    generation: true,
    allowUnconditionalUpdate: false,
    // Objects are in their stored version, v1beta1, which differs from v1 in other places.
    default: defaultCustomResourceDefinition,
    prepareForCreate(obj) {
      obj.status = {}
      defaultDefinitionStatus(obj)
    },
  },
  table: table(
    'Name|Scope|Versions|Created At:date|*Group|*Kind|*ShortNames|*Established:boolean',
    name,
    text('spec.scope'),
    servedVersions,
    (o) => o.metadata.creationTimestamp ?? '<unknown>',
    text('spec.group'),
    text('spec.names.kind'),
    (o) => listAt(o, 'spec.names.shortNames').join(','),
    established,
  ),
  storage: { prefix: 'apiextensions.k8s.io/customresourcedefinitions', version: 'v1beta1' },
}
