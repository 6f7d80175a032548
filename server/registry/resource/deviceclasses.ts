import { classExpressions } from '../../apis/resource/v1/device-expressions.ts'
import { validateDeviceClass } from '../../apis/resource/v1/deviceclass.ts'
import { nameIsLongName } from '../../machinery/names.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'

export const deviceclasses: BuiltInKind = {
  group: 'resource.k8s.io',
  resource: 'deviceclasses',
  strategy: {
    nameErrors: nameIsLongName,
    nameOnCreateOnly: true,
    generation: true,
    returnDeletedObject: true,
    ...validateWith(validateDeviceClass),
    validateRules: classExpressions,
  },
}
