import { defaultPodTemplateObject } from '../../apis/core/v1/podtemplate.ts'
import type { BuiltInKind } from '../definition.ts'
import { containers, labels, name, table } from '../generic/table-cells.ts'

export const podtemplates: BuiltInKind = {
  group: '',
  resource: 'podtemplates',
  strategy: {
    generation: true,
    returnDeletedObject: true,
    default: defaultPodTemplateObject,
  },
  table: table('Name|Containers|Images|Pod Labels', name, containers('template'), labels('template.metadata.labels')),
}
