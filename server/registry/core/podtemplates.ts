import { dropDisabledOfTemplate } from '../../apis/core/v1/disabled-fields.ts'
import { defaultPodTemplateObject, podTemplateWarnings, validatePodTemplateObject } from '../../apis/core/v1/podtemplate.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { containers, labels, name, table } from '../generic/table-cells.ts'

export const podtemplates: BuiltInKind = {
  group: '',
  resource: 'podtemplates',
  strategy: {
    nameOnCreateOnly: true,
    generation: true,
    returnDeletedObject: true,
    dropDisabled: dropDisabledOfTemplate('template'),
    default: defaultPodTemplateObject,
    ...validateWith(validatePodTemplateObject, podTemplateWarnings),
  },
  table: table('Name|Containers|Images|Pod Labels', name, containers('template'), labels('template.metadata.labels')),
}
