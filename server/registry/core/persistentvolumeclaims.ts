import { defaultClaim, dropDisabledSource, normalizeDataSources } from '../../apis/core/v1/persistentvolumeclaim.ts'
import { disabledFields } from '../../apis/meta/v1/disabled-fields.ts'
import { claimWarnings, validateClaim, validateClaimStatus } from '../../apis/core/v1/persistentvolumeclaim-rules.ts'
import { listAt, textAt, valueAt } from '../../machinery/json-walk.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, name, table, text } from '../generic/table-cells.ts'
import { attributesClass, className, modesText, phase, volumeMode } from './volume-cells.ts'

const bound = (o: KubeObject): boolean => textAt(o, 'spec.volumeName') !== ''

export const persistentvolumeclaims: BuiltInKind = {
  group: '',
  resource: 'persistentvolumeclaims',
  strategy: {
    nameNotOnStatus: true,
    returnDeletedObject: true,
    dropDisabled: disabledFields([{ gate: 'CSIVolumeHealth', paths: ['status.healthStatus'] }]),
    default: defaultClaim,
    defaultStatus: defaultClaim,
    // Claims from before there was a dataSourceRef.
    defaultOnRead: normalizeDataSources,
    prepareForCreate(obj) {
      obj.status = { phase: 'Pending' }
      dropDisabledSource(obj)
      normalizeDataSources(obj)
    },
    prepareForUpdate(obj, old) {
      dropDisabledSource(obj, old)
      normalizeDataSources(obj)
    },
    ...validateWith(validateClaim, claimWarnings),
    validateStatusUpdate: (obj) => validateClaimStatus(obj, undefined),
  },
  table: table(
    'Name|Status|Volume|Capacity|Access Modes|StorageClass|VolumeAttributesClass|Age|*VolumeMode',
    name,
    phase,
    text('spec.volumeName'),
    (o) => (bound(o) ? (valueAt(o, 'status.capacity.storage') ?? '0') : ''),
    (o) => (bound(o) ? modesText(listAt(o, 'status.accessModes')) : ''),
    className,
    attributesClass,
    age,
    volumeMode,
  ),
}
