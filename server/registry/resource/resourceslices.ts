import { ofSlice, withDeclared } from '../../apis/resource/v1/declared-rules.ts'
import { defaultSliceTaints } from '../../apis/resource/v1/devicetaint.ts'
import { dropDisabledOfSlice, sliceWarnings, validateResourceSlice } from '../../apis/resource/v1/resourceslice.ts'
import { textAt } from '../../machinery/json-walk.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, name, table, text } from '../generic/table-cells.ts'

export const resourceslices: BuiltInKind = {
  group: 'resource.k8s.io',
  resource: 'resourceslices',
  strategy: {
    nameOnCreateOnly: true,
    generation: 'asSent',
    returnDeletedObject: true,
    ...validateWith(validateResourceSlice, sliceWarnings),
    validateRules: withDeclared(ofSlice),
    default: defaultSliceTaints,
    dropDisabled: dropDisabledOfSlice,
  },
  selectableFields: { 'spec.nodeName': (o) => textAt(o, 'spec.nodeName'), 'spec.driver': (o) => textAt(o, 'spec.driver') },
  fieldLabels: { unsupported: (field) => `field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ${field}` },
  table: table('Name|Node|Driver|Pool|Age', name, text('spec.nodeName'), text('spec.driver'), text('spec.pool.name'), age),
}
