import { semanticEqual } from '../../apis/core/v1/semantic-equal.ts'
import { csiDriverWarnings, defaultCsiDriver, validateCsiDriver } from '../../apis/storage/v1/csidriver.ts'
import { listAt, textAt, valueAt } from '../../machinery/json-walk.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, flag, name, table, type Cell } from '../generic/table-cells.ts'

const audiences: Cell = (o) =>
  valueAt(o, 'spec.tokenRequests') === undefined
    ? '<unset>'
    : listAt(o, 'spec.tokenRequests')
        .map((t) => textAt(t, 'audience'))
        .join(',')

export const csidrivers: BuiltInKind = {
  group: 'storage.k8s.io',
  resource: 'csidrivers',
  strategy: {
    nameOnCreateOnly: true,
    allowUnconditionalUpdate: false,
    returnDeletedObject: true,
    default: defaultCsiDriver,
    // The spec is counted from its first change on.
    prepareForUpdate(obj, old) {
      if (!semanticEqual(obj.spec, old.spec)) obj.metadata.generation = (old.metadata.generation ?? 0) + 1
    },
    ...validateWith(validateCsiDriver, csiDriverWarnings),
  },
  table: table(
    'Name|AttachRequired:boolean|PodInfoOnMount:boolean|StorageCapacity:boolean|TokenRequests|RequiresRepublish:boolean|Modes|Age',
    name,
    flag('spec.attachRequired', true),
    flag('spec.podInfoOnMount'),
    flag('spec.storageCapacity'),
    audiences,
    flag('spec.requiresRepublish'),
    (o) => listAt(o, 'spec.volumeLifecycleModes').join(',') || '<none>',
    age,
  ),
}
