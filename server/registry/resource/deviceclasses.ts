import { ofClass, withDeclared } from '../../apis/resource/v1/declared-rules.ts'
import { classExpressions } from '../../apis/resource/v1/device-expressions.ts'
import { validateDeviceClass } from '../../apis/resource/v1/deviceclass.ts'
import { nameIsLongName, pathSegmentErrors } from '../../machinery/names.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'

export const deviceclasses: BuiltInKind = {
  group: 'resource.k8s.io',
  resource: 'deviceclasses',
  strategy: {
    // What names are made of need be no name.
    nameErrors: (name, prefix) => (prefix ? pathSegmentErrors(name, true) : nameIsLongName(name, false)),
    nameOnCreateOnly: true,
    generation: true,
    returnDeletedObject: true,
    ...validateWith(validateDeviceClass),
    validateRules: withDeclared(ofClass, classExpressions),
  },
}
