import { defaultPersistentVolume, notePhaseTransition } from '../../apis/core/v1/persistentvolume.ts'
import { validateVolume, volumeWarnings } from '../../apis/core/v1/persistentvolume-rules.ts'
import { formatTime } from '../../machinery/clock.ts'
import { listAt, textAt, valueAt } from '../../machinery/json-walk.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, name, table, text, type Cell } from '../generic/table-cells.ts'
import { attributesClass, className, modesText, phase, volumeMode } from './volume-cells.ts'

const claimOf: Cell = (o) =>
  valueAt(o, 'spec.claimRef') === undefined ? '' : `${textAt(o, 'spec.claimRef.namespace')}/${textAt(o, 'spec.claimRef.name')}`

export const persistentvolumes: BuiltInKind = {
  group: '',
  resource: 'persistentvolumes',
  strategy: {
    nameNotOnStatus: true,
    returnDeletedObject: true,
    default: defaultPersistentVolume,
    defaultStatus: defaultPersistentVolume,
    prepareForCreate: (obj, ctx) => void (obj.status = { phase: 'Pending', lastPhaseTransitionTime: formatTime(ctx.clock.now()) }),
    ...validateWith(validateVolume, volumeWarnings),
    prepareForStatusUpdate(obj, old, ctx) {
      obj.spec = old.spec
      notePhaseTransition(obj, old, formatTime(ctx.clock.now()))
    },
  },
  table: table(
    'Name|Capacity|Access Modes|Reclaim Policy|Status|Claim|StorageClass|VolumeAttributesClass|Reason|Age|*VolumeMode',
    name,
    text('spec.capacity.storage', '0'),
    (o) => modesText(listAt(o, 'spec.accessModes')),
    text('spec.persistentVolumeReclaimPolicy'),
    phase,
    claimOf,
    className,
    attributesClass,
    text('status.reason'),
    age,
    volumeMode,
  ),
}
